package inhibit

import (
	"sync"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/store"
)

// Watcher tells what has changed among the alerts. The Inhibitor calls Take
// from one goroutine at a time, and Pending from many.
type Watcher interface {
	// Pending reports whether Take would return anything. It must be cheap: it
	// is asked once for each alert that is looked at. A change is pending
	// before it is acknowledged.
	Pending() bool
	// Take returns what has changed since the last Take without blocking; the
	// first Take, every alert there is.
	Take() []store.Change
	// Close ends the watching; Pending and Take may still be called.
	Close()
}

// Alerts is where the alerts are. W is *store.Watcher but in tests.
type Alerts[W Watcher] interface {
	// Watch returns a watcher under a name for the metrics.
	Watch(name string) W
}

// Inhibitor answers which alerts are kept quiet by others. All methods may be
// called from many goroutines at once.
type Inhibitor struct {
	watcher Watcher          // nil if there are no rules
	sources alert.Index[int] // the source sides of all rules, by their number

	mu    sync.RWMutex // protects what follows and what the rules hold
	rules []*rule
	// families are the rules by what they ask to be equal.
	families []*family
	known    map[alert.Fingerprint]*source
	// targets are the target sides of the rules that have a source: at most
	// times, few.
	targets alert.Index[int]
}

// New returns an Inhibitor that obeys the rules and watches the alerts, until
// Close. Without rules it does not watch. It keeps the rules, which must not
// change any more.
func New[W Watcher](rules []Rule, alerts Alerts[W]) *Inhibitor {
	i := &Inhibitor{known: make(map[alert.Fingerprint]*source)}
	for n, r := range rules {
		families, own := familyOf(i.families, r)
		i.families = families
		i.rules = append(i.rules, &rule{Rule: r, number: n, family: own})
		i.sources.Add(n, r.Source)
	}
	if len(rules) > 0 {
		i.watcher = alerts.Watch("inhibitor")
	}
	return i
}

// MutedBy returns the fingerprint of an alert that keeps a quiet at now: of the
// first rule that applies, the source that ends last. It returns nil if there
// is none. Everything that was acknowledged before the call counts.
func (i *Inhibitor) MutedBy(a *alert.Alert, now time.Time) []string {
	if i.watcher == nil {
		return nil
	}
	i.catchUp()
	i.mu.RLock()
	defer i.mu.RUnlock()
	first, by := len(i.rules), (*alert.Alert)(nil)
	for n, here := range i.applying(a.Labels) {
		if n > first {
			continue
		}
		if s := i.rules[n].last(here, a.Labels, now); s != nil {
			first, by = n, s
		}
	}
	if by == nil {
		return nil
	}
	return []string{by.Fingerprint().String()}
}

// Reason is the word under which suppressed notifications are counted.
func (i *Inhibitor) Reason() string { return "inhibition" }

// Rules counts the rules.
func (i *Inhibitor) Rules() int { return len(i.rules) }

// Close stops watching. It may be called more than once.
func (i *Inhibitor) Close() {
	if i.watcher != nil {
		i.watcher.Close()
	}
}

// catchUp takes what is pending under the lock, so that whoever sees nothing
// pending any more waits until what was pending counts.
func (i *Inhibitor) catchUp() {
	if !i.watcher.Pending() {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, change := range i.watcher.Take() {
		i.apply(change)
	}
}

// apply notes how an alert is now. Its labels, and so its places, never change.
// A resolved alert stays until it is forgotten, since it may fire again.
func (i *Inhibitor) apply(change store.Change) {
	s := i.known[change.Fingerprint]
	switch {
	case change.Alert == nil && s != nil:
		i.remove(change.Fingerprint, s)
	case change.Alert != nil && s != nil:
		s.update(change.Alert)
	case change.Alert != nil:
		i.add(change)
	}
}

func (i *Inhibitor) add(change store.Change) {
	var s *source
	for n := range i.sources.Match(change.Alert.Labels) {
		if s == nil {
			s = &source{alert: change.Alert}
			i.known[change.Fingerprint] = s
		}
		if i.rules[n].idle() {
			i.targets.Add(n, i.rules[n].Target)
		}
		i.rules[n].add(s)
	}
}

func (i *Inhibitor) remove(id alert.Fingerprint, s *source) {
	s.leave()
	delete(i.known, id)
	for n := range i.sources.Match(s.alert.Labels) {
		if i.rules[n].idle() {
			i.targets.Remove(n)
		}
	}
}
