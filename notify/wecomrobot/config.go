package wecomrobot

import (
	"errors"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// The values of message_type, as WeCom calls them.
const (
	typeText     = "text"
	typeMarkdown = "markdown"
)

// Config is one entry of wecom_robot_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`
	notify.Hook       `yaml:",inline"`
	MessageType       string        `yaml:"message_type"`
	Message           template.Text `yaml:"message"`
	// Who is told in particular: IDs of users, or numbers of their phones; @all
	// in either for everybody.
	MentionedList       []template.Text `yaml:"mentioned_list,omitempty"`
	MentionedMobileList []template.Text `yaml:"mentioned_mobile_list,omitempty"`
}

func defaults() Config {
	c := Config{MessageType: typeText, Message: `{{ template "wechat.default.message" . }}`}
	c.SendResolved = true
	return c
}

// Check returns what is wrong with an entry.
func (c Config) Check() error {
	switch c.MessageType {
	case typeText:
	case typeMarkdown:
		if len(c.MentionedList) > 0 {
			return errors.New("mentioned_list: WeCom takes it only with message_type text; write <@userid> into the message instead")
		}
		if len(c.MentionedMobileList) > 0 {
			return errors.New("mentioned_mobile_list: WeCom takes it only with message_type text")
		}
	default:
		return errors.New("message_type: must be text or markdown")
	}
	return c.Hook.Check()
}
