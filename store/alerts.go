package store

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/fit"
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
	// News is called with the alerts of a Put of which there is more to say than
	// that they go on. It may be nil, and must not block.
	News func([]alert.Fingerprint)
	// Held reports whether somebody still has to be told that an alert is over.
	// It keeps the alert until Retention after its end. It may be nil, and is
	// called with nothing locked.
	Held func(alert.Fingerprint) bool
	// Retention is how long a held alert is kept after its end; 0 means 120h.
	Retention time.Duration
	// Created is told of every alert that was not known when it was reported. It
	// must not block, since a part of the store waits for it; nil: nobody is.
	Created func(*alert.Alert)
	// Forgot is told how many alerts a GC has forgotten, if any, and how many are
	// left; nil: nobody is.
	Forgot func(gone, left int)
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
	news       func([]alert.Fingerprint)
	gcInterval time.Duration
	created    func(*alert.Alert)
	forgot     func(gone, left int)
	held       func(alert.Fingerprint) bool
	retention  time.Duration
	metrics    *Metrics
	logger     log.Logger
	limits     limiter
	texts      *alert.Texts
	shards     [shardCount]shard
	queried    atomic.Bool // by label pairs, since the last GC

	watching sync.RWMutex
	watchers []*Watcher
}

type shard struct {
	mu     sync.RWMutex
	alerts map[alert.Fingerprint]*alert.Alert
	pairs  *pairs // nil if nobody asks
	most   int    // alerts, for fit.Delete
}

// NewAlerts returns an empty store. It starts nothing.
func NewAlerts(o Options) *Alerts {
	s := &Alerts{
		journal:    o.Journal,
		news:       o.News,
		gcInterval: o.GCInterval,
		created:    o.Created,
		forgot:     o.Forgot,
		held:       o.Held,
		retention:  o.Retention,
		metrics:    o.Metrics,
		logger:     o.Logger,
		limits:     limiter{most: o.PerNameLimit, names: make(map[string]*bucket)},
		texts:      alert.NewTexts(),
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
	if s.held == nil {
		s.held = func(alert.Fingerprint) bool { return false }
	}
	if s.retention <= 0 {
		s.retention = 120 * time.Hour
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
// Put and the first Watch. away is for how long nothing could be reported before
// now; less than 0 if the clock was set back meanwhile, to before the time until
// which something could. An alert whose end was only computed, because its sender
// names none, goes on for as much longer if it had not ended by then. A report from
// the future counts as one of now.
func (s *Alerts) Load(now time.Time, away time.Duration) error {
	for a, err := range s.journal.All() {
		if err != nil {
			return fmt.Errorf("load alerts: %w", err)
		}
		if resume(a, now, away) {
			s.journal.Put(a)
		}
		s.texts.Share(a)
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
	var news []alert.Fingerprint
	for _, a := range alerts {
		if s.merge(a) && s.news != nil {
			news = append(news, a.Fingerprint())
		}
	}
	// A report that is no news is not acknowledged before the news that it
	// repeats is durable, so this waits even if nothing here was entered.
	err := s.journal.Sync(ctx)
	s.mark(fingerprints(alerts))
	if len(news) > 0 {
		s.news(news)
	}
	if err != nil {
		return fmt.Errorf("store %d alerts: %w", len(alerts), err)
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

// apart is how much later a report is dated at least than the one before it. Replicas
// translate times to their own clocks, and the readings for that of the time on the wall
// and of the time that passes are not of the same instant.
const apart = time.Millisecond

// merge stores the outcome of one report and enters it into the journal. It
// returns true if there is more in it than that the alert goes on.
func (s *Alerts) merge(next *alert.Alert) (news bool) {
	id := next.Fingerprint()
	sh := s.shard(id)
	sh.mu.Lock()
	defer sh.mu.Unlock()
	old, known := sh.alerts[id]
	if known && !next.UpdatedAt.After(old.UpdatedAt) {
		// A clock was set back, or that of a replica is ahead: the last report
		// counts all the same.
		next.UpdatedAt = old.UpdatedAt.Add(apart)
	}
	next.ReceivedAt = next.UpdatedAt
	if !known {
		s.add(sh, next)
		return true
	}
	share(old, next)
	merged := alert.Merge(old, next)
	if !old.ResolvedAt(next.UpdatedAt) {
		merged.ReceivedAt = old.ReceivedAt
	}
	sh.alerts[id] = merged
	if refreshes(old, merged) {
		s.journal.Extend(merged)
		return false
	}
	s.journal.Put(merged)
	return true
}

// add stores an alert that is not known; its shard is locked.
func (s *Alerts) add(sh *shard, a *alert.Alert) {
	s.texts.Share(a)
	sh.alerts[a.Fingerprint()] = a
	sh.arrived(a)
	s.journal.Put(a)
	if s.created != nil {
		s.created(a)
	}
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

// GC forgets the alerts that are resolved at now, unless they are held, and
// returns how many.
func (s *Alerts) GC(now time.Time) int {
	s.dropIndex()
	var resolved, gone []*alert.Alert
	for i := range s.shards {
		resolved = s.shards[i].appendResolved(now, resolved[:0])
		resolved = slices.DeleteFunc(resolved, func(a *alert.Alert) bool { return s.keeps(a, now) })
		gone = s.drop(&s.shards[i], resolved, gone)
	}
	if len(gone) == 0 {
		return 0
	}
	s.limits.forget(gone)
	left := s.Len()
	if len(gone) > left {
		s.texts.Forget() // or the texts of a storm would stay
	}
	s.mark(fingerprints(gone))
	if s.forgot != nil {
		s.forgot(len(gone), left)
	}
	return len(gone)
}

// keeps reports whether a resolved alert is still held, or shown to other replicas:
// one that has missed the end, since it was away, would bring the alert back.
func (s *Alerts) keeps(a *alert.Alert, now time.Time) bool {
	if s.news != nil && shown(a, now) {
		return true
	}
	return a.EndsAt.Add(s.retention).After(now) && s.held(a.Fingerprint())
}

func (sh *shard) appendResolved(now time.Time, to []*alert.Alert) []*alert.Alert {
	sh.mu.RLock()
	defer sh.mu.RUnlock()
	for _, a := range sh.alerts {
		if a.ResolvedAt(now) {
			to = append(to, a)
		}
	}
	return to
}

// drop forgets alerts that have not changed since they were looked at, and adds
// them to gone.
func (s *Alerts) drop(sh *shard, alerts, gone []*alert.Alert) []*alert.Alert {
	sh.mu.Lock()
	defer sh.mu.Unlock()
	for _, a := range alerts {
		if id := a.Fingerprint(); sh.alerts[id] == a {
			sh.alerts = fit.Delete(sh.alerts, &sh.most, id)
			sh.left()
			s.journal.Delete(id)
			gone = append(gone, a)
		}
	}
	return gone
}
