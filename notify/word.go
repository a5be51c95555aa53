package notify

import "github.com/tocsin-alerting/tocsin/template"

// Word renders what stands beside the text that people read and must have a
// certain form: a severity, a colour, a link. The fallback of Text would not
// have it, and the alert is worth more than its decoration; so if the template
// fails, the word given takes its place, and the failure is counted.
func (n *Notification) Word(t template.Text, instead string) string {
	text, err := n.render(t)
	if err != nil {
		n.Broken(err)
		return instead
	}
	return text
}
