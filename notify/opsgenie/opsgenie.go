// Package opsgenie makes alerts in Opsgenie, or in Jira Service Management, which
// has the same API. A group of alerts is one alert there, which is closed when all
// of them have resolved.
package opsgenie

import (
	"context"
	"net/http"
	"strings"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

const name = "opsgenie"

// maxMessage is how many characters Opsgenie takes.
const maxMessage = 130

// Kind is the integration "opsgenie".
func Kind() notify.Kind {
	return notify.NewKindWithGlobals(name, defaults(), Global{APIURL: "https://api.opsgenie.com/"}, inherit, open)
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

// Send makes, updates or closes the alert of the group. All of its requests can
// be repeated.
func (s sender) Send(ctx context.Context, n *notify.Notification) error {
	key, requests, err := s.prepare(n)
	if failed := n.Err(); failed != nil {
		return failed
	}
	if err != nil {
		return backoff.Permanent(err)
	}
	for _, req := range requests {
		req.Header.Set("Authorization", "GenieKey "+key)
		if answer, err := s.client.Do(ctx, req); answer == nil {
			return notify.Hide(err, key)
		}
	}
	return nil
}

func (s sender) prepare(n *notify.Notification) (key string, requests []*http.Request, err error) {
	if key, err = s.key(n); err != nil {
		return "", nil, err
	}
	for _, c := range s.calls(n) {
		target, err := s.APIURL.Below("v2/alerts" + c.path)
		if err != nil {
			return "", nil, err
		}
		req, err := notify.PostJSON(target+c.query, c.body)
		if err != nil {
			return "", nil, err
		}
		req.Method = c.method
		requests = append(requests, req)
	}
	return key, requests, nil
}

// call is one request to the API.
type call struct {
	method string
	path   string // below that of all alerts
	query  string
	body   any
}

// calls are what is to be asked for, in this order.
func (s sender) calls(n *notify.Notification) []call {
	const byAlias = "?identifierType=alias"
	here := "/" + n.Hash()
	if n.Data.Status == template.StatusResolved {
		return []call{{http.MethodPost, here + "/close", byAlias, closing{s.source(n)}}}
	}
	a := s.alert(n)
	calls := []call{{http.MethodPost, "", "", a}}
	if s.UpdateAlerts {
		calls = append(calls,
			call{http.MethodPut, here + "/message", byAlias, newMessage{a.Message}},
			call{http.MethodPut, here + "/description", byAlias, newDescription{a.Description}})
	}
	return calls
}

// source is never lost to a template: it leads back here.
func (s sender) source(n *notify.Notification) string {
	return n.Word(s.Source, n.Data.ExternalURL)
}

// items are those of a list with commas, without empty ones.
func items(list string) []string {
	var found []string
	for item := range strings.SplitSeq(list, ",") {
		if item = strings.TrimSpace(item); item != "" {
			found = append(found, item)
		}
	}
	return found
}
