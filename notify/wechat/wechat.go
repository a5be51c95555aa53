// Package wechat sends messages through an application of WeChat Work.
package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

const name = "wechat"

// maxText is how many bytes of a text WeChat takes. It cuts text itself and
// refuses Markdown.
const maxText = 2048

// Kind is the integration "wechat".
func Kind() notify.Kind {
	return notify.NewKindWithGlobals(name, defaults(), globals(), inherit, open)
}

func open(c Config, d notify.Deps) (notify.Sender, error) {
	client, err := notify.NewClient(d, name, c.HTTPCommon)
	if err != nil {
		return nil, err
	}
	return &sender{c: c, deps: d, client: client, tokens: newTokens()}, nil
}

type sender struct {
	c      Config
	deps   notify.Deps
	client *notify.Client
	tokens *tokens
}

// content is a text within a message.
type content struct {
	Content string `json:"content"`
}

// message is the body of a request. WeChat wants one of the two contents.
type message struct {
	Text     content `json:"text"`
	ToUser   string  `json:"touser,omitempty"`
	ToParty  string  `json:"toparty,omitempty"`
	ToTag    string  `json:"totag,omitempty"`
	AgentID  string  `json:"agentid,omitempty"`
	Safe     string  `json:"safe"`
	Type     string  `json:"msgtype"`
	Markdown content `json:"markdown"`
}

// Send sends a message with a token, for which it asks if it has none.
func (s *sender) Send(ctx context.Context, n *notify.Notification) error {
	who, what, err := s.render(n)
	if err != nil {
		return backoff.Permanent(err)
	}
	token, known := s.tokens.get(who)
	if !known {
		if token, err = s.askToken(ctx, who); err != nil {
			return fmt.Errorf("ask for a token: %w", err)
		}
		s.tokens.put(who, token)
	}
	reply, err := s.post(ctx, token, what)
	if err != nil {
		return err
	}
	if reply.badToken() {
		s.tokens.drop(who, token)
	}
	return reply.failure(token)
}

// render fails on what cannot be sent in any form.
func (s *sender) render(n *notify.Notification) (credentials, message, error) {
	secret, err := notify.FromFile(string(s.c.APISecret), s.c.APISecretFile)
	if err != nil {
		return credentials{}, message{}, fmt.Errorf("api_secret_file: %w", err)
	}
	who := credentials{corp: n.Value(s.c.CorpID), secret: n.Value(template.Text(secret))}
	what := message{
		ToUser:  n.Value(s.c.ToUser),
		ToParty: n.Value(s.c.ToParty),
		ToTag:   n.Value(s.c.ToTag),
		AgentID: n.Value(s.c.AgentID),
		Safe:    "0",
		Type:    s.c.MessageType,
	}
	text := content{s.deps.CutBodyBytes(name, n, "message", n.Text(s.c.Message), maxText)}
	if s.c.MessageType == typeMarkdown {
		what.Markdown = text
	} else {
		what.Text = text
	}
	return who, what, n.Err()
}

// askToken asks for a token that stands for the credentials.
func (s *sender) askToken(ctx context.Context, who credentials) (string, error) {
	target, err := s.target("gettoken", url.Values{"corpid": {who.corp}, "corpsecret": {who.secret}})
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, http.NoBody)
	if err != nil {
		return "", backoff.Permanent(errors.New("api_url: not a URL"))
	}
	answer, err := s.client.Do(ctx, req)
	if err != nil {
		return "", retried(err)
	}
	var r reply
	if json.Unmarshal(answer.Body, &r) != nil {
		return "", backoff.Permanent(errors.New("the answer is not what WeChat says; check api_url"))
	}
	if err := r.failure(who.secret); err != nil {
		return "", err
	}
	if r.Token == "" {
		return "", backoff.Permanent(errors.New("the answer has no token; check api_url"))
	}
	return r.Token, nil
}

// post sends a message.
func (s *sender) post(ctx context.Context, token string, what message) (reply, error) {
	target, err := s.target("message/send", url.Values{"access_token": {token}})
	if err != nil {
		return reply{}, err
	}
	req, err := notify.PostJSON(target, what)
	if err != nil {
		return reply{}, backoff.Permanent(err)
	}
	answer, err := s.client.Do(ctx, req)
	if err != nil {
		return reply{}, retried(err)
	}
	var r reply
	if json.Unmarshal(answer.Body, &r) != nil {
		return reply{}, errors.New("the answer is not what WeChat says; check api_url")
	}
	return r, nil
}

func (s *sender) target(path string, query url.Values) (string, error) {
	u, err := notify.ParseURL(string(s.c.APIURL))
	if err != nil {
		return "", backoff.Permanent(fmt.Errorf("api_url: %w", err))
	}
	u.RawQuery = query.Encode()
	u.Path += path
	return u.String(), nil
}

// retried makes every status temporary: WeChat reports what is final in the body
// of an answer, so that another status is of something in between.
func retried(err error) error {
	if status, ok := errors.AsType[*notify.StatusError](err); ok {
		return status
	}
	return err
}

// reply is what WeChat answers.
type reply struct {
	Code  int    `json:"errcode"`
	Text  string `json:"errmsg"`
	Token string `json:"access_token"`
}

// The values of errcode that are not final.
const (
	codeBusy         = -1
	codeInvalidToken = 40014
	codeExpiredToken = 42001
	codeTooOften     = 45009
	codeTooMany      = 45033 // at the same time
)

func (r reply) badToken() bool { return r.Code == codeInvalidToken || r.Code == codeExpiredToken }

// failure is the error that a reply reports, if any. It does not show the
// secret, should WeChat repeat it, unless it is so short that it could be a word.
func (r reply) failure(secret string) error {
	if r.Code == 0 {
		return nil
	}
	text := r.Text
	if len(secret) >= 8 {
		text = strings.ReplaceAll(text, secret, "<secret>")
	}
	text, _ = notify.TruncateBytes(text, 1024)
	err := fmt.Errorf("errcode %d: %s", r.Code, text)
	switch r.Code {
	case codeBusy, codeTooOften, codeTooMany, codeInvalidToken, codeExpiredToken:
		return err
	}
	return backoff.Permanent(err)
}
