package dispatch_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cenkalti/backoff/v4"
	"github.com/go-kit/log"
	gocmp "github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/dispatch"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/store"
	"github.com/tocsin-alerting/tocsin/template"
	"github.com/tocsin-alerting/tocsin/timeinterval"
)

// world is the line from the store to senders, in the time of a bubble.
type world struct {
	t      *testing.T
	start  time.Time
	alerts *store.Alerts
	log    *notify.Log
	d      *dispatch.Dispatcher
	p      *notify.Pipeline

	intervals timeinterval.Set
	silences  muted
	cluster   notify.Cluster

	mu     sync.Mutex
	events []event
	// send decides about each attempt, by receiver; nil means success.
	send map[string]func(ctx context.Context, n *notify.Notification) error
	// other is the name of a second integration of the root's receiver; empty:
	// there is none.
	other string
	keys  chan string // of the groups that are told, if anybody wants them
}

// event is one attempt to tell something.
type event struct {
	at   time.Duration
	text string
}

// muted mutes alerts by the value of their label "host".
type muted struct {
	mu    *sync.Mutex
	hosts map[string]bool
}

func (m muted) Reason() string { return "silence" }

func (m muted) MutedBy(a *alert.Alert, _ time.Time) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.hosts[a.Labels.Get("host")] {
		return []string{"a silence"}
	}
	return nil
}

func (m muted) mute(host string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hosts[host] = true
}

func (m muted) unmute(host string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.hosts, host)
}

// inBubble runs a story in virtual time. The world is stopped at its end.
func inBubble(t *testing.T, routes string, story func(w *world), options ...func(*world, *dispatch.Options)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{
			t:        t,
			start:    time.Now(),
			alerts:   store.NewAlerts(store.Options{}),
			log:      notify.NewLog(notify.LogOptions{}),
			silences: muted{mu: new(sync.Mutex), hosts: make(map[string]bool)},
			send:     make(map[string]func(context.Context, *notify.Notification) error),
		}
		o := dispatch.Options{Alerts: w.alerts, Logger: log.NewNopLogger()}
		for _, option := range options {
			option(w, &o)
		}
		o.Root = tree(t, routes)
		w.p = w.pipeline(o.Root)
		o.Notifier = w.p
		w.d = dispatch.New(o)
		ctx, cancel := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { _ = w.d.Run(ctx) })
		story(w)
		cancel()
		running.Wait()
		w.p.Close(t.Context())
		// Timers of retries have nothing to do any more, but may still fire.
		time.Sleep(time.Hour)
	})
}

func decode(t *testing.T, text string, c *dispatch.RouteConfig) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(text), c); err != nil {
		t.Fatal(err)
	}
}

// sorted takes what is in a channel.
func sorted(ch chan string) []string {
	var list []string
	for len(ch) > 0 {
		list = append(list, <-ch)
	}
	slices.Sort(list)
	return list
}

func tree(t *testing.T, text string) *dispatch.Route {
	t.Helper()
	var c dispatch.RouteConfig
	decode(t, text, &c)
	root, _, err := dispatch.NewTree(&c, alert.SyntaxFallback)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// pipeline has a receiver for each name in the routes. A name that ends in
// "-quiet" does not want resolved alerts.
func (w *world) pipeline(root *dispatch.Route) *notify.Pipeline {
	templates, err := template.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	var receivers []notify.Receiver
	seen := make(map[string]bool)
	for r := range root.All() {
		name := r.Policy.Receiver
		if seen[name] {
			continue
		}
		seen[name] = true
		receivers = append(receivers, notify.Receiver{Name: name, Integrations: []*notify.Integration{{
			Receiver: name, Kind: "fake", Sender: sender{w, name}, SendResolved: !strings.HasSuffix(name, "-quiet"),
		}}})
	}
	if w.other != "" {
		receivers[0].Integrations = append(receivers[0].Integrations, &notify.Integration{
			Receiver: receivers[0].Name, Kind: "fake", Index: 1, Sender: sender{w, w.other}, SendResolved: true,
		})
	}
	return notify.New(notify.Options{
		Receivers: receivers,
		Intervals: w.intervals,
		Silences:  w.silences,
		Cluster:   w.cluster,
		Templates: templates,
		Log:       w.log,
		Logger:    log.NewNopLogger(),
		Backoff: func() backoff.BackOff {
			return backoff.NewExponentialBackOff(backoff.WithRandomizationFactor(0), backoff.WithMaxElapsedTime(0))
		},
	})
}

type sender struct {
	w        *world
	receiver string
}

// Send writes down what is told and when, and whether it got through.
func (s sender) Send(ctx context.Context, n *notify.Notification) error {
	if s.w.keys != nil {
		s.w.keys <- n.GroupKey
	}
	var err error
	if decide := s.w.send[s.receiver]; decide != nil {
		err = decide(ctx, n)
	}
	var b strings.Builder
	at := s.w.at()
	fmt.Fprintf(&b, "%s %s", at, s.receiver)
	for _, a := range n.Alerts {
		sign := "+"
		if a.ResolvedAt(n.Now) {
			sign = "-"
		}
		b.WriteString(" " + sign + a.Labels.Get("host"))
	}
	fmt.Fprintf(&b, " (%s)", n.Reason)
	if err != nil {
		b.WriteString(" failed")
	}
	s.w.mu.Lock()
	defer s.w.mu.Unlock()
	s.w.events = append(s.w.events, event{at, b.String()})
	return err
}

// at is how long the story has gone on.
func (w *world) at() time.Duration { return time.Since(w.start) }

// post reports an alert that fires, or one that is over.
func (w *world) fires(host string, more ...string) { w.post(host, time.Now(), 24*time.Hour, more) }
func (w *world) ends(host string, more ...string)  { w.post(host, w.start, 0, more) }

func (w *world) post(host string, startsAt time.Time, lasts time.Duration, more []string) {
	w.t.Helper()
	now := time.Now()
	a := alert.New(alert.LabelsOf(append([]string{"alertname", "X", "host", host}, more...)...))
	a.StartsAt, a.EndsAt, a.UpdatedAt = startsAt, now.Add(lasts), now
	if err := w.alerts.Put(w.t.Context(), []*alert.Alert{a}); err != nil {
		w.t.Fatal(err)
	}
	synctest.Wait()
}

// until lets time pass until the story is this long.
func (w *world) until(d time.Duration) {
	time.Sleep(d - w.at())
	synctest.Wait()
}

// told returns what has been told so far. What happened at one instant comes in
// the order of the alphabet, since it had no other.
func (w *world) told() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	slices.SortStableFunc(w.events, func(a, b event) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.text, b.text))
	})
	var told []string
	for _, e := range w.events {
		told = append(told, e.text)
	}
	return told
}

// want checks what has been told so far, from the beginning.
func (w *world) want(events ...string) {
	w.t.Helper()
	if diff := gocmp.Diff(events, w.told()); diff != "" {
		w.t.Errorf("told (-want +got):\n%s", diff)
	}
}

// groups counts the groups there are.
func (w *world) groups() int { return len(w.d.Groups()) }

var errDown = errors.New("receiver is down")
