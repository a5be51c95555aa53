// Package msteams sends notifications to an Office 365 connector of Microsoft
// Teams, as message cards.
package msteams

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Kind is the integration "msteams".
func Kind() notify.Kind {
	defaults := Config{
		Title:   `{{ template "msteams.default.title" . }}`,
		Summary: `{{ template "msteams.default.summary" . }}`,
		Text:    `{{ template "msteams.default.text" . }}`,
	}
	defaults.SendResolved = true
	return notify.NewKind("msteams", defaults, open)
}

// Config is one entry of msteams_configs.
type Config struct {
	notify.HTTPCommon `yaml:",inline"`
	notify.Hook       `yaml:",inline"`
	Title             template.Text `yaml:"title"`
	Summary           template.Text `yaml:"summary"`
	Text              template.Text `yaml:"text"`
}

// maxBody is how many bytes of a request Teams takes. It says 28 KB, and refuses
// messages of 21.
const maxBody = 20_000

// message is the body of a request.
type message struct {
	Context    string `json:"@context"`
	Type       string `json:"type"`
	Title      string `json:"title"`
	Summary    string `json:"summary"`
	Text       string `json:"text"`
	ThemeColor string `json:"themeColor"`
}

func (s sender) message(n *notify.Notification) message {
	m := message{
		Context:    "http://schema.org/extensions",
		Type:       "MessageCard",
		Title:      n.Text(s.Title),
		Summary:    n.Text(s.Summary),
		ThemeColor: color(n.Data.Status),
	}
	m.Text = s.deps.CutBodyJSON("msteams", n, "text", n.Text(s.Text), notify.RoomInJSON(m, maxBody))
	return m
}

func color(status string) string {
	if status == template.StatusFiring {
		return "8C1A1A"
	}
	return "2DC72D"
}

type sender struct {
	Config
	deps   notify.Deps
	client *notify.Client
}

func open(c Config, d notify.Deps) (notify.Sender, error) {
	client, err := notify.NewClient(d, "msteams", c.HTTPCommon)
	if err != nil {
		return nil, err
	}
	return sender{Config: c, deps: d, client: client}, nil
}

// Send posts a card.
func (s sender) Send(ctx context.Context, n *notify.Notification) error {
	target, err := s.Target()
	if err != nil {
		return backoff.Permanent(err)
	}
	req, err := notify.PostJSON(target, s.message(n))
	if err != nil {
		return backoff.Permanent(err)
	}
	answer, err := s.client.Do(ctx, req)
	if answer == nil {
		return err
	}
	return verdict(req, string(answer.Body))
}

// verdict says what an answer with the status of a success means. Connectors
// answer 200 before they hand the card to Teams, and append to the answer what
// went wrong then. Anything else means that the card was taken.
func verdict(req *http.Request, body string) error {
	const failed = "Webhook message delivery failed"
	if !strings.Contains(body, failed) {
		return nil
	}
	said := regexp.MustCompile(`HTTP error ([345]\d\d)\b`).FindStringSubmatch(body)
	if said == nil {
		return errors.New("the connector could not reach Teams")
	}
	code, _ := strconv.Atoi(said[1]) // three digits, as the pattern says
	return notify.Rejected(req, notify.Rejection{Code: code, Text: body})
}
