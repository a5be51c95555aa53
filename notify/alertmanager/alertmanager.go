// Package alertmanager hands alerts on to other Alertmanagers, or instances of
// tocsin, with version 2 of their API.
package alertmanager

import (
	"context"
	"fmt"
	"sync"

	"github.com/cenkalti/backoff/v4"
	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/notify"
)

const name = "alertmanager"

// Kind is the integration "alertmanager".
func Kind() notify.Kind { return notify.NewKind(name, defaults(), open) }

type sender struct {
	Config
	deps     notify.Deps
	client   *notify.Client
	replicas []string           // their URLs
	told     *notify.Recipients // which of the replicas were told
}

func open(c Config, d notify.Deps) (notify.Sender, error) {
	client, err := notify.NewClient(d, name, c.HTTPCommon)
	if err != nil {
		return nil, err
	}
	s := sender{Config: c, deps: d, client: client, told: notify.NewRecipients(d, name)}
	for _, u := range c.URLs {
		s.replicas = append(s.replicas, string(u))
	}
	return s, nil
}

// Send posts the alerts to all replicas at the same time, since replicas of an
// Alertmanager do not pass alerts to each other. What they do when an alert comes
// twice is nothing, so that it may be tried again.
func (s sender) Send(ctx context.Context, n *notify.Notification) error {
	alerts := s.alerts(n)
	if len(alerts) == 0 {
		return nil
	}
	left := s.told.Left(n, s.replicas)
	failures := s.postAll(ctx, left, alerts)
	if s.Require == requireAny && len(failures) < len(left) {
		s.report(n, failures)
		failures = nil
	}
	return s.told.Conclude(n, left, failures)
}

// report logs the failures that do not matter, in the order of the replicas.
func (s sender) report(n *notify.Notification, failures map[string]error) {
	for _, to := range s.replicas {
		if err := failures[to]; err != nil {
			_ = level.Warn(s.deps.LoggerFor(name, n)).Log("msg", "One Alertmanager did not take alerts, another did", "url", to, "err", err)
		}
	}
}

// postAll returns the failures by URL.
func (s sender) postAll(ctx context.Context, replicas []string, alerts []posted) map[string]error {
	errs := make([]error, len(replicas))
	var wg sync.WaitGroup
	for i, to := range replicas {
		wg.Go(func() { errs[i] = s.post(ctx, to, alerts) })
	}
	wg.Wait()
	failures := make(map[string]error)
	for i, to := range replicas {
		if errs[i] != nil {
			failures[to] = errs[i]
		}
	}
	return failures
}

func (s sender) post(ctx context.Context, to string, alerts []posted) error {
	target, err := notify.URL(to).WithSlash().Below("api/v2/alerts")
	if err != nil {
		return backoff.Permanent(fmt.Errorf("urls: %w", err))
	}
	req, err := notify.PostJSON(target, alerts)
	if err != nil {
		return backoff.Permanent(err)
	}
	answer, err := s.client.Do(ctx, req)
	if answer != nil {
		return nil // taken; what else there is to say does not matter
	}
	return err
}
