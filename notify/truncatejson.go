package notify

import (
	"encoding/json"
	"sort"

	"github.com/go-kit/log/level"
)

// TruncateJSON cuts a text so that as a JSON string, with its quotes and with
// escapes as package json writes them, it has at most n bytes. It cuts as
// TruncateBytes does and reports whether it did.
func TruncateJSON(text string, n int) (string, bool) {
	if jsonSize(text) <= n {
		return text, false
	}
	// What has more bytes than n does not fit in any case, and what is read of a
	// longer text would be read in vain.
	tooMany := sort.Search(min(len(text), max(n, 0)), func(bytes int) bool {
		short, _ := TruncateBytes(text, bytes)
		return jsonSize(short) > n
	})
	short, _ := TruncateBytes(text, tooMany-1)
	return short, true
}

func jsonSize(text string) int {
	b, _ := json.Marshal(text) // a string has a form in JSON
	return len(b)
}

// CutBytes is TruncateBytes for the text of a key of an integration. It says in
// the log if it cuts.
func (d Deps) CutBytes(integration string, n *Notification, key, text string, most int) string {
	short, cut := TruncateBytes(text, most)
	d.sayCut(integration, n, key, cut, most)
	return short
}

// CutJSON is TruncateJSON for the text of a key of an integration. It says in
// the log if it cuts.
func (d Deps) CutJSON(integration string, n *Notification, key, text string, most int) string {
	short, cut := TruncateJSON(text, most)
	d.sayCut(integration, n, key, cut, most)
	return short
}

func (d Deps) sayCut(integration string, n *Notification, key string, cut bool, most int) {
	if cut {
		_ = level.Warn(d.LoggerFor(integration, n)).Log("msg", "Cut a text that is too long", "key", key, "bytes", most)
	}
}
