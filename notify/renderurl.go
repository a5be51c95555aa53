package notify

import (
	"errors"

	"github.com/tocsin-alerting/tocsin/template"
)

// RenderURL renders the template that the key url has, or the file that url_file
// names. Errors do not repeat it. If the template fails, n.Err says so.
func (n *Notification) RenderURL(inline Secret, file string) (string, error) {
	text, err := FromFile(string(inline), file)
	if err != nil {
		return "", err
	}
	target := n.Value(template.Text(text))
	if target == "" && n.Err() == nil {
		return "", errors.New("url: empty after rendering")
	}
	return target, nil
}
