package tencentsms

import (
	"cmp"
	"errors"
	"strings"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// message is the body of a request.
type message struct {
	Numbers    []string `json:"PhoneNumberSet"`
	SDKAppID   string   `json:"SmsSdkAppId"`
	SignName   string   `json:"SignName,omitempty"`
	TemplateID string   `json:"TemplateId"`
	Params     []string `json:"TemplateParamSet,omitempty"`
	SenderID   string   `json:"SenderId,omitempty"`
}

// message renders who is told what. It fails on what cannot be sent in any form.
func (s sender) message(n *notify.Notification) (numbers []string, m message, err error) {
	c := s.config
	numbers = international(n.List(c.To))
	m = message{SDKAppID: c.SDKAppID, SignName: n.Value(c.SignName), TemplateID: n.Value(c.TemplateID), SenderID: c.SenderID}
	for _, t := range c.TemplateParams {
		m.Params = append(m.Params, s.param(n, t))
	}
	switch {
	case n.Err() != nil:
		err = n.Err()
	case len(numbers) == 0:
		err = errors.New("to: no phone number after rendering")
	case m.TemplateID == "":
		err = errors.New("template_id: empty after rendering")
	}
	return numbers, m, err
}

// nothing stands for a parameter without a text: the service would refuse the
// message, and the alert is worth more.
const nothing = "-"

// param is on one line and not too long, for the same reason.
func (s sender) param(n *notify.Notification, t template.Text) string {
	text := strings.Join(strings.Fields(n.Word(t, "")), " ")
	if most := s.config.MaxParamLength; most > 0 {
		text = s.deps.CutRunes(name, n, "template_params", text, most)
	}
	return cmp.Or(text, nothing)
}
