// Package pagerduty sends events to PagerDuty: with a routing key to version 2 of
// its Events API, with a service key to version 1. A group of alerts is one
// incident, which is resolved when all of them are.
package pagerduty

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/cenkalti/backoff/v4"
	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

const name = "pagerduty"

// What PagerDuty takes.
const (
	maxDescription = 1024    // characters
	maxEvent       = 512_000 // bytes
)

// urlV1 is where version 1 is served; there is no other place.
const urlV1 = "https://events.pagerduty.com/generic/2010-04-15/create_event.json"

// Kind is the integration "pagerduty".
func Kind() notify.Kind {
	return notify.NewKindWithGlobals(name, defaults(), globals(), inherit, open)
}

func open(c Config, d notify.Deps) (notify.Sender, error) {
	client, err := notify.NewClient(d, name, c.HTTPCommon)
	if err != nil {
		return nil, err
	}
	return sender{Config: c, deps: d, client: client}, nil
}

type sender struct {
	Config
	deps   notify.Deps
	client *notify.Client
}

// Send tells PagerDuty about the group.
func (s sender) Send(ctx context.Context, n *notify.Notification) error {
	key, err := s.key(n)
	if failed := n.Err(); failed != nil {
		return failed
	}
	if err != nil {
		return backoff.Permanent(err)
	}
	req, err := s.request(key, n)
	if err != nil {
		return backoff.Permanent(err)
	}
	answer, err := s.client.Do(ctx, req)
	if answer != nil {
		return nil
	}
	return notify.Hide(s.understood(err), key)
}

func (s sender) request(key string, n *notify.Notification) (*http.Request, error) {
	details := s.details(n)
	target, event := string(s.URL), any(s.eventV2(key, n, details))
	if s.usesV1() {
		target, event = urlV1, s.eventV1(key, n, details)
	}
	body, err := s.encode(n, event, details)
	if err != nil {
		return nil, err
	}
	return notify.PostJSON(target, body)
}

// encode makes JSON of an event. One that is too big loses its details, which
// are a part of it.
func (s sender) encode(n *notify.Notification, event any, details map[string]any) (json.RawMessage, error) {
	body, err := json.Marshal(event)
	if err != nil {
		return nil, fmt.Errorf("encode event: %w", err)
	}
	const newline = 1
	if len(body)+newline <= maxEvent {
		return body, nil
	}
	_ = level.Warn(s.deps.LoggerFor(name, n)).Log("msg", "Left the details out of an event that is too big", "max_bytes", maxEvent, "bytes", len(body))
	clear(details)
	details["error"] = "The details were left out, because the event was over the limit of 512KB." + n.Ending()
	return json.Marshal(event)
}

// understood makes a refusal readable, and lets version 1 be asked again after a
// 403: that is how it limits the rate.
func (s sender) understood(err error) error {
	status, ok := errors.AsType[*notify.StatusError](err)
	switch {
	case !ok:
		return err
	case status.Code == http.StatusBadRequest:
		status.Body = complaint(status.Body)
	case status.Code == http.StatusForbidden && s.usesV1():
		return status
	}
	return err
}

// complaint is what PagerDuty says about an event that it does not accept.
func complaint(body string) string {
	var answer struct {
		Message string   `json:"message"`
		Errors  []string `json:"errors"`
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || answer.Message == "" {
		return body
	}
	return strings.Join(append([]string{answer.Message}, answer.Errors...), "; ")
}

// action is what an event does to the incident.
func action(n *notify.Notification) string {
	if n.Data.Status == template.StatusResolved {
		return "resolve"
	}
	return "trigger"
}
