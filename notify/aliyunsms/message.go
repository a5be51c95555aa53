package aliyunsms

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/url"
	"strings"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// message renders who is told what. It fails on what cannot be sent in any form.
func (s sender) message(n *notify.Notification) (numbers []string, m url.Values, err error) {
	c := s.config
	numbers = n.List(c.To)
	m = url.Values{"SignName": {n.Value(c.SignName)}, "TemplateCode": {n.Value(c.TemplateCode)}}
	if len(c.TemplateParams) > 0 {
		m.Set("TemplateParam", s.params(n))
	}
	switch {
	case n.Err() != nil:
		err = n.Err()
	case len(numbers) == 0:
		err = errors.New("to: no phone number after rendering")
	case m.Get("SignName") == "":
		err = errors.New("sign_name: empty after rendering")
	case m.Get("TemplateCode") == "":
		err = errors.New("template_code: empty after rendering")
	}
	return numbers, m, err
}

// nothing stands for a parameter without a text: the service would refuse the
// message, and the alert is worth more.
const nothing = "-"

// params are a JSON object. Each is on one line and not too long, for the same
// reason.
func (s sender) params(n *notify.Notification) string {
	params := make(map[string]string)
	for key, t := range s.config.TemplateParams {
		params[key] = cmp.Or(s.param(n, key, t), nothing)
	}
	text, _ := json.Marshal(params) // texts have a form in JSON
	return string(text)
}

func (s sender) param(n *notify.Notification, key string, t template.Text) string {
	text := strings.Join(strings.Fields(n.Word(t, "")), " ")
	if most := s.config.MaxParamLength; most > 0 {
		text = s.deps.CutRunes(name, n, "template_params."+key, text, most)
	}
	return text
}
