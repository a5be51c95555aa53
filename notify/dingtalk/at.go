package dingtalk

import (
	"slices"
	"strings"
)

// at says who is told in particular. A nil *at is nobody.
type at struct {
	Mobiles []string `json:"atMobiles,omitempty"`
	UserIDs []string `json:"atUserIds,omitempty"`
	All     bool     `json:"isAtAll"`
}

func (r renderer) at(c Config) *at {
	a := at{Mobiles: r.Words(c.AtMobiles), UserIDs: r.Words(c.AtUserIDs), All: c.AtAll}
	if !a.All && len(a.Mobiles) == 0 && len(a.UserIDs) == 0 {
		return nil
	}
	return &a
}

// mentions is what has to be added to a text: DingTalk tells people only if they
// are mentioned there, too.
func (a *at) mentions(text, messageType string) string {
	if a == nil {
		return ""
	}
	var missing []string
	for _, id := range slices.Concat(a.Mobiles, a.UserIDs) {
		if mention := "@" + id; !strings.Contains(text, mention) {
			missing = append(missing, mention)
		}
	}
	if len(missing) == 0 {
		return ""
	}
	separator := "\n"
	if messageType == typeMarkdown {
		separator = "\n\n" // a paragraph of its own
	}
	return separator + strings.Join(missing, " ")
}
