package notify

import (
	"slices"
	"strings"

	"github.com/tocsin-alerting/tocsin/template"
)

// List renders what a machine reads and there can be several of, such as phone
// numbers. One text may render to several, separated by commas or line ends.
// Empty ones and repetitions are left out, so that a template can choose. There
// is no fallback: the first failure is kept and Err returns it.
func (n *Notification) List(texts []template.Text) []string {
	var list []string
	for _, t := range texts {
		for item := range strings.FieldsFuncSeq(n.Value(t), separates) {
			if item = strings.TrimSpace(item); item != "" && !slices.Contains(list, item) {
				list = append(list, item)
			}
		}
	}
	return list
}

func separates(r rune) bool { return r == ',' || r == '\n' || r == '\r' }
