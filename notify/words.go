package notify

import "github.com/tocsin-alerting/tocsin/template"

// Words renders what stands beside the text and can be left out, such as who is
// mentioned. Words that are empty are left out, so that a template can choose,
// and so are those that cannot be rendered: the alert is worth more, and the
// failure is counted.
func (n *Notification) Words(texts []template.Text) []string {
	var rendered []string
	for _, t := range texts {
		if word := n.Word(t, ""); word != "" {
			rendered = append(rendered, word)
		}
	}
	return rendered
}
