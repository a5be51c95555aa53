package store

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/alert"
)

// shardCount spreads writers; a power of two, well above the cores of a
// machine that runs tocsin.
const shardCount = 64

// Options says how alerts are kept.
type Options struct {
	// Journal makes alerts durable; nil means NoJournal.
	Journal Journal
	// GCInterval is how often resolved alerts are forgotten; 0 means 30m.
	GCInterval time.Duration
	// PerNameLimit is how many alerts with the same alertname are kept; more are
	// dropped until one of them has ended. 0 or less: any number.
	PerNameLimit int
	// Logger may be nil.
	Logger log.Logger
	// Metrics may be nil.
	Metrics *Metrics
}

// Alerts holds every alert we know, by fingerprint. All methods may be called
// from many goroutines at once; the alerts they return are shared and must not
// be changed.
type Alerts struct {
	journal    Journal
	gcInterval time.Duration
	metrics    *Metrics
	logger     log.Logger
	limits     limiter
	shards     [shardCount]shard

	watching sync.RWMutex
	watchers []*Watcher
}

type shard struct {
	mu     sync.RWMutex
	alerts map[alert.Fingerprint]*alert.Alert
}

// NewAlerts returns an empty store. It starts nothing.
func NewAlerts(o Options) *Alerts {
	s := &Alerts{
		journal:    o.Journal,
		gcInterval: o.GCInterval,
		metrics:    o.Metrics,
		logger:     o.Logger,
		limits:     limiter{most: o.PerNameLimit, names: make(map[string]*bucket)},
	}
	if s.logger == nil {
		s.logger = log.NewNopLogger()
	}
	if s.journal == nil {
		s.journal = NoJournal{}
	}
	if s.gcInterval <= 0 {
		s.gcInterval = 30 * time.Minute
	}
	if s.metrics == nil {
		s.metrics = NewMetrics(nil, false)
	}
	s.metrics.limit.Set(float64(max(o.PerNameLimit, 0)))
	for i := range s.shards {
		s.shards[i].alerts = make(map[alert.Fingerprint]*alert.Alert)
	}
	return s
}

// Load reads back what the journal kept. It is called once, before the first
// Put and the first Watch.
func (s *Alerts) Load() error {
	for a, err := range s.journal.All() {
		if err != nil {
			return fmt.Errorf("load alerts: %w", err)
		}
		s.shard(a.Fingerprint()).alerts[a.Fingerprint()] = a
		s.limits.admit(a, a.UpdatedAt)
	}
	return nil
}

func (s *Alerts) shard(id alert.Fingerprint) *shard {
	return &s.shards[id%shardCount]
}

// Put merges reports into what is known, makes what is new in them durable,
// and tells the watchers. It owns the alerts from then on. It blocks as long
// as the journal does.
//
// When Put returns an error nothing of the batch is acknowledged: the sender
// must repeat it. What was reported is acted on all the same, because an alert
// that could not be written is no less true. Alerts beyond the limit for their
// name are dropped without an error, since repeating them would not help.
func (s *Alerts) Put(ctx context.Context, alerts []*alert.Alert) error {
	alerts = s.admitted(alerts)
	facts := make([]*alert.Alert, 0, len(alerts))
	var refreshes []*alert.Alert
	for _, a := range alerts {
		stored, fact := s.merge(a)
		if fact {
			facts = append(facts, stored)
		} else {
			refreshes = append(refreshes, stored)
		}
	}
	var err error
	if len(facts) > 0 {
		err = s.journal.Append(ctx, facts)
	}
	if len(refreshes) > 0 {
		s.journal.Refresh(refreshes)
	}
	s.mark(fingerprints(alerts))
	if err != nil {
		return fmt.Errorf("store %d alerts: %w", len(facts), err)
	}
	return nil
}

// admitted returns the alerts for which there is a place.
func (s *Alerts) admitted(alerts []*alert.Alert) []*alert.Alert {
	if s.limits.most <= 0 {
		return alerts
	}
	in := make([]*alert.Alert, 0, len(alerts))
	for _, a := range alerts {
		if s.limits.admit(a, a.UpdatedAt) {
			in = append(in, a)
			continue
		}
		s.metrics.dropped(a.Name())
		_ = level.Warn(s.logger).Log("msg", "Alert dropped, there are too many of this name", "alert", a.Name(), "limit", s.limits.most)
	}
	return in
}

// merge stores the outcome of one report. fact says that more than the end has
// moved on.
func (s *Alerts) merge(next *alert.Alert) (stored *alert.Alert, fact bool) {
	id := next.Fingerprint()
	sh := s.shard(id)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	old, known := sh.alerts[id]
	next.ReceivedAt = next.UpdatedAt
	if !known {
		sh.alerts[id] = next
		return next, true
	}
	share(old, next)
	merged := alert.Merge(old, next)
	if !old.ResolvedAt(next.UpdatedAt) {
		merged.ReceivedAt = old.ReceivedAt
	}
	sh.alerts[id] = merged
	return merged, !refreshes(old, merged)
}

// share lets the texts of next be those of old where they are equal, so that
// the copies that came with the report are garbage at once.
func share(old, next *alert.Alert) {
	if next.Labels == old.Labels {
		next.Labels = old.Labels
	}
	if next.Annotations == old.Annotations {
		next.Annotations = old.Annotations
	}
	if next.GeneratorURL == old.GeneratorURL {
		next.GeneratorURL = old.GeneratorURL
	}
}

// refreshes reports whether an alert differs from what was known only in that
// it goes on for longer.
func refreshes(old, merged *alert.Alert) bool {
	now := merged.UpdatedAt
	return merged.Annotations == old.Annotations &&
		merged.GeneratorURL == old.GeneratorURL &&
		merged.Timeout == old.Timeout &&
		merged.StartsAt.Equal(old.StartsAt) &&
		!merged.EndsAt.Before(old.EndsAt) &&
		!merged.ResolvedAt(now) && !old.ResolvedAt(now)
}

// Get returns the present state of an alert.
func (s *Alerts) Get(id alert.Fingerprint) (*alert.Alert, bool) {
	sh := s.shard(id)
	sh.mu.RLock()
	defer sh.mu.RUnlock()
	a, ok := sh.alerts[id]
	return a, ok
}

// Len counts the alerts, resolved ones that are not yet forgotten included.
func (s *Alerts) Len() int {
	n := 0
	for i := range s.shards {
		sh := &s.shards[i]
		sh.mu.RLock()
		n += len(sh.alerts)
		sh.mu.RUnlock()
	}
	return n
}

// All yields every alert once, in no promised order. Alerts that are put while
// it runs may or may not be among them. No lock is held while the caller works.
func (s *Alerts) All() iter.Seq[*alert.Alert] {
	return func(yield func(*alert.Alert) bool) {
		var part []*alert.Alert
		for i := range s.shards {
			part = s.shards[i].appendTo(part[:0])
			for _, a := range part {
				if !yield(a) {
					return
				}
			}
		}
	}
}

func (sh *shard) appendTo(to []*alert.Alert) []*alert.Alert {
	sh.mu.RLock()
	defer sh.mu.RUnlock()
	for _, a := range sh.alerts {
		to = append(to, a)
	}
	return to
}

// Run forgets resolved alerts from time to time, until ctx is done.
func (s *Alerts) Run(ctx context.Context) error {
	tick := time.NewTicker(s.gcInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			s.GC(time.Now())
		}
	}
}

// GC forgets the alerts that are resolved at now and returns how many.
func (s *Alerts) GC(now time.Time) int {
	var gone []*alert.Alert
	for i := range s.shards {
		gone = s.shards[i].dropResolved(now, gone)
	}
	if len(gone) == 0 {
		return 0
	}
	s.limits.forget(gone)
	ids := fingerprints(gone)
	s.journal.Forget(ids)
	s.mark(ids)
	return len(gone)
}

func (sh *shard) dropResolved(now time.Time, gone []*alert.Alert) []*alert.Alert {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for id, a := range sh.alerts {
		if a.ResolvedAt(now) {
			delete(sh.alerts, id)
			gone = append(gone, a)
		}
	}
	return gone
}
