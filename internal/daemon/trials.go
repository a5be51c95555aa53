package daemon

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/api"
	"github.com/tocsin-alerting/tocsin/config"
	"github.com/tocsin-alerting/tocsin/notify"
)

// trials tries out receivers of the current generation, each once at a time. Their
// integrations are opened for it, since those of receivers that no route uses are
// not open, and what others keep must stay as it is.
type trials struct {
	d *Daemon

	mu      sync.Mutex
	running map[string]bool // by the name of the receiver
}

func newTrials(d *Daemon) *trials { return &trials{d: d, running: make(map[string]bool)} }

// Try tries out a receiver.
func (t *trials) Try(ctx context.Context, ask api.Trial) ([]api.TrialResult, error) {
	g := t.d.current.Load()
	entries, err := entriesOf(g.config, ask)
	if err != nil {
		return nil, err
	}
	if !t.begin(ask.Receiver) {
		return nil, api.ErrTrialRuns
	}
	defer t.end(ask.Receiver)
	trial := notify.Trial{
		Deps:        t.d.deps(),
		Templates:   g.templates,
		ExternalURL: t.d.external.url,
		Receiver:    ask.Receiver,
		Alerts:      alertsOf(ask, time.Now()),
	}
	run := trial.Render
	if ask.Send {
		run = trial.Send
		_ = level.Info(t.d.logger).Log("msg", "Testing a receiver", "receiver", ask.Receiver, "integrations", len(entries))
	}
	results := run(ctx, entries)
	shown := make([]api.TrialResult, len(results))
	for i, r := range results {
		shown[i] = trialResult(r)
	}
	return shown, ctx.Err()
}

// begin reports whether nobody else tries the receiver out.
func (t *trials) begin(receiver string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.running[receiver] {
		return false
	}
	t.running[receiver] = true
	return true
}

func (t *trials) end(receiver string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.running, receiver)
}

// entriesOf finds the integrations that are to be tried out.
func entriesOf(c *config.Config, ask api.Trial) ([]notify.TrialEntry, error) {
	i := slices.IndexFunc(c.Receivers, func(r config.Receiver) bool { return r.Name == ask.Receiver })
	if i < 0 {
		return nil, fmt.Errorf("%w: %s", api.ErrNoReceiver, ask.Receiver)
	}
	var entries []notify.TrialEntry
	for _, in := range c.Receivers[i].Integrations {
		if name := fmt.Sprintf("%s[%d]", in.Kind, in.Index); ask.Integration == "" || ask.Integration == name {
			entries = append(entries, notify.TrialEntry{Kind: in.Kind, Index: in.Index, Config: in.Config})
		}
	}
	if len(entries) == 0 && ask.Integration != "" {
		return nil, fmt.Errorf("%w: %s has no integration %s", api.ErrNoReceiver, ask.Receiver, ask.Integration)
	}
	return entries, nil
}

// alertsOf are the alerts that are asked for, marked as tests.
func alertsOf(ask api.Trial, now time.Time) []*alert.Alert {
	var alerts []*alert.Alert
	for _, a := range ask.Alerts {
		alerts = append(alerts, notify.TestAlert(ask.Receiver, now, a.Labels, a.Annotations))
	}
	alert.Sort(alerts)
	return alerts
}

func trialResult(r notify.TrialResult) api.TrialResult {
	shown := api.TrialResult{
		Integration: r.Kind,
		Index:       r.Index,
		Status:      string(r.Status),
		Latency:     r.Took.Seconds(),
		Attempts:    r.Attempts,
		Text:        r.Text,
		Note:        r.Note,
		Error:       r.Err,
	}
	for _, req := range r.Requests {
		shown.Requests = append(shown.Requests, api.TrialRequest{Method: req.Method, URL: req.URL, Headers: req.Header, Body: req.Body})
	}
	if a := r.Answer; a != nil {
		shown.Answer = &api.TrialAnswer{Status: a.Code, Body: a.Body}
	}
	return shown
}
