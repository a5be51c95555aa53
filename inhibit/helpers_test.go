package inhibit

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/store"
)

// fake is Alerts and Watcher in one.
type fake struct {
	mu      sync.Mutex
	changes []store.Change
	watched int
	closed  bool
}

func (f *fake) Watch(string) *fake { f.watched++; return f }
func (f *fake) Close()             { f.closed = true }

func (f *fake) Pending() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.changes) > 0
}

func (f *fake) Take() []store.Change {
	f.mu.Lock()
	defer f.mu.Unlock()
	taken := f.changes
	f.changes = nil
	return taken
}

func (f *fake) put(alerts ...*alert.Alert) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range alerts {
		f.changes = append(f.changes, store.Change{Fingerprint: a.Fingerprint(), Alert: a})
	}
}

func (f *fake) forget(a *alert.Alert) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.changes = append(f.changes, store.Change{Fingerprint: a.Fingerprint()})
}

func epoch() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

// until is an alert that ends so long after epoch; 0 means never.
func until(end time.Duration, labels ...string) *alert.Alert {
	a := alert.New(alert.LabelsOf(labels...))
	if end != 0 {
		a.EndsAt = epoch().Add(end)
	}
	return a
}

func mustRules(t testing.TB, texts ...string) (rules []Rule) {
	t.Helper()
	for _, text := range texts {
		var c RuleConfig
		if err := strict(text, &c); err != nil {
			t.Fatal(err)
		}
		r, _, err := c.Rule(alert.SyntaxFallback)
		if err != nil {
			t.Fatal(err)
		}
		rules = append(rules, r)
	}
	return rules
}

// checkMuted compares what mutes a with the alerts given; none means that
// nothing may.
func checkMuted(t *testing.T, i *Inhibitor, a *alert.Alert, want ...*alert.Alert) {
	t.Helper()
	got := i.MutedBy(a, epoch())
	var ids []string
	for _, w := range want {
		ids = append(ids, w.Fingerprint().String())
	}
	if !slices.Equal(got, ids) {
		t.Errorf("%s is muted by %v, want %v", a.Labels, got, ids)
	}
}
