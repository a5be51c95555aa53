package notify

import "github.com/go-kit/log/level"

// CutRunes is TruncateRunes for the text of a key of an integration. It says in
// the log if it cuts.
func (d Deps) CutRunes(integration string, n *Notification, key, text string, most int) string {
	short, cut := TruncateRunes(text, most)
	if cut {
		_ = level.Warn(d.LoggerFor(integration, n)).Log("msg", "Cut a text that is too long", "key", key, "characters", most)
	}
	return short
}
