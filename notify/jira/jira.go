// Package jira keeps one issue in Jira for each group of alerts: it makes one,
// keeps it up to date, closes it when all is resolved, and opens it again.
package jira

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/cenkalti/backoff/v4"
	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/notify"
)

const name = "jira"

// Kind is the integration "jira".
func Kind() notify.Kind {
	return notify.NewKindWithGlobals(name, defaults(), Globals{}, inherit, open)
}

func open(c Config, d notify.Deps) (notify.Sender, error) {
	client, err := notify.NewClient(d, name, c.HTTPCommon)
	if err != nil {
		return nil, err
	}
	api, err := notify.ParseURL(string(c.APIURL))
	if err != nil {
		return nil, fmt.Errorf("api_url: %w", err)
	}
	return sender{c: c, deps: d, client: client, api: api, documents: wantsDocuments(api)}, nil
}

type sender struct {
	c         Config
	deps      notify.Deps
	client    *notify.Client
	api       *url.URL
	documents bool // descriptions are documents, not text
}

// Send makes or changes the issue of the group. Every attempt begins with a
// search, so that what an earlier one has done is not done twice.
func (s sender) Send(ctx context.Context, n *notify.Notification) error {
	wanted, err := s.issue(n)
	if err != nil {
		return backoff.Permanent(err)
	}
	there, err := s.search(ctx, n, wanted)
	switch {
	case err != nil:
		return fmt.Errorf("search for the issue: %w", err)
	case there == nil && !firing(n):
		return nil
	case there == nil:
		return during("make an issue", s.write(ctx, http.MethodPost, s.path("issue"), wanted.made()))
	}
	issue := s.path("issue", there.Key)
	if err := s.write(ctx, http.MethodPut, issue, wanted.changed()); err != nil {
		return fmt.Errorf("change issue %s: %w", there.Key, err)
	}
	return during("change the status of issue "+there.Key, s.transition(ctx, n, there))
}

// search returns the issue of the group, nil if there is none.
func (s sender) search(ctx context.Context, n *notify.Notification, i issue) (*found, error) {
	q := query{Fields: []string{"status"}, JQL: s.c.jql(i, firing(n)), MaxResults: 2}
	var result struct {
		Issues []found `json:"issues"`
	}
	if err := s.ask(ctx, http.MethodPost, searchURL(s.api, s.c.APIType), q, &result); err != nil {
		return nil, err
	}
	switch len(result.Issues) {
	case 0:
		return nil, nil
	case 1:
	default:
		_ = level.Warn(s.deps.LoggerFor(name, n)).Log("msg", "More than one issue is about this group", "used", result.Issues[0].Key)
	}
	return &result.Issues[0], nil
}

// transition brings the status of an issue in line with that of the group.
func (s sender) transition(ctx context.Context, n *notify.Notification, there *found) error {
	wanted := ""
	switch {
	case firing(n) && there.done():
		wanted = s.c.ReopenTransition
	case !firing(n) && !there.done():
		wanted = s.c.ResolveTransition
	}
	if wanted == "" {
		return nil
	}
	target := s.path("issue", there.Key, "transitions")
	id, err := s.transitionID(ctx, target, wanted)
	if err != nil {
		return err
	}
	type ref struct {
		ID string `json:"id"`
	}
	return s.write(ctx, http.MethodPost, target, map[string]ref{"transition": {ID: id}})
}

func (s sender) transitionID(ctx context.Context, target, wanted string) (string, error) {
	var result struct {
		Transitions []struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"transitions"`
	}
	if err := s.ask(ctx, http.MethodGet, target, nil, &result); err != nil {
		return "", err
	}
	for _, t := range result.Transitions {
		if t.Name == wanted {
			return t.ID, nil
		}
	}
	return "", backoff.Permanent(fmt.Errorf("it has no transition %q", wanted))
}

func during(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
