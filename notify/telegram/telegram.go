// Package telegram sends notifications as messages of a Telegram bot
// (https://core.telegram.org/bots/api#sendmessage).
package telegram

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

// Kind is the integration "telegram".
func Kind() notify.Kind {
	globals := Global{APIURL: "https://api.telegram.org"}
	return notify.NewKindWithGlobals("telegram", defaults(), globals, inherit, open)
}

type sender struct {
	Config
	deps   notify.Deps
	client *notify.Client
}

func open(c Config, d notify.Deps) (notify.Sender, error) {
	client, err := notify.NewClient(d, "telegram", c.HTTPCommon)
	if err != nil {
		return nil, err
	}
	return sender{Config: c, deps: d, client: client}, nil
}

// Send has the bot write a message. A file that cannot be read is no reason to
// give up, since it may be there a moment later.
func (s sender) Send(ctx context.Context, n *notify.Notification) error {
	token, err := notify.FromFile(string(s.BotToken), s.BotTokenFile)
	if err != nil {
		return fmt.Errorf("bot_token_file: %w", err)
	}
	chat, err := s.chat()
	if err != nil {
		return fmt.Errorf("chat_id_file: %w", err)
	}
	req, err := notify.PostJSON(s.method(token), s.message(n, chat))
	if err != nil {
		return backoff.Permanent(err)
	}
	answer, err := s.client.Do(ctx, req)
	if answer != nil {
		return verdict{req, token}.of(answer, err)
	}
	return verdict{req, token}.refine(err)
}

// method is the URL of the method that sends a message.
func (s sender) method(token string) string {
	return strings.TrimSuffix(string(s.APIURL), "/") + "/bot" + url.PathEscape(token) + "/sendMessage"
}

func (s sender) chat() (int64, error) {
	if s.ChatIDFile == "" {
		return s.ChatID, nil
	}
	text, err := notify.FromFile("", s.ChatIDFile)
	if err != nil {
		return 0, err
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s does not hold a number", s.ChatIDFile)
	}
	return id, nil
}

// verdict says what an answer to a request means.
type verdict struct {
	req   *http.Request
	token string
}

// of an answer with the status of a success. What the answer says counts even if
// it breaks off behind that: the message must not be sent twice.
func (v verdict) of(answer *notify.Answer, broken error) error {
	r := readReply(answer)
	switch {
	case r.ok == "true":
		return nil
	case r.ok == "false" && r.code/100 > 2:
		return v.rejected(r, r.code)
	case r.ok == "false":
		return fmt.Errorf("rejected without a code: %s", v.hide(r.text))
	case broken != nil:
		return broken
	}
	return errors.New("the answer is not one of the Telegram Bot API")
}

// refine replaces what is known of an error from the status alone by what the
// body says about it.
func (v verdict) refine(err error) error {
	status, ok := errors.AsType[*notify.StatusError](err)
	if !ok {
		return err
	}
	r := readReply(&notify.Answer{Body: []byte(status.Body)})
	if r.text == "" {
		r.text = status.Body
	}
	r.wait = max(r.wait, status.RetryAfter)
	return v.rejected(r, status.Code)
}

func (v verdict) rejected(r reply, code int) error {
	return notify.Rejected(v.req, notify.Rejection{Code: code, Text: v.hide(r.text), RetryAfter: r.wait})
}

// hide hides the token where it stands alone. Where it is part of the URL, it is
// hidden with the URL.
func (v verdict) hide(text string) string { return strings.ReplaceAll(text, v.token, "<secret>") }
