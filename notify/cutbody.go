package notify

import "github.com/go-kit/log/level"

// The texts that people read on and on, unlike titles and what stands in a
// field, end with a link to the whole group if they are cut.

// CutBodyRunes is TruncateRunesTo for such a text, of a key of an integration. It
// says in the log if it cuts.
func (d Deps) CutBodyRunes(integration string, n *Notification, key, text string, most int) string {
	short, cut := TruncateRunesTo(text, most, n.Ending())
	if cut {
		_ = level.Warn(d.LoggerFor(integration, n)).Log("msg", "Cut a text that is too long", "key", key, "characters", most)
	}
	return short
}

// CutBodyBytes is TruncateBytesTo, and else as CutBodyRunes.
func (d Deps) CutBodyBytes(integration string, n *Notification, key, text string, most int) string {
	short, cut := TruncateBytesTo(text, most, n.Ending())
	d.sayCut(integration, n, key, cut, most)
	return short
}

// CutBodyJSON is TruncateJSONTo, and else as CutBodyRunes.
func (d Deps) CutBodyJSON(integration string, n *Notification, key, text string, most int) string {
	short, cut := TruncateJSONTo(text, most, n.Ending())
	d.sayCut(integration, n, key, cut, most)
	return short
}

// Ending is what texts that people read end with if they are cut: a line with
// the link to the whole group, or nothing if there is no link.
func (n *Notification) Ending() string {
	if link := n.Link(); link != "" {
		return "\n" + link
	}
	return ""
}
