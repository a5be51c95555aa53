package notify

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/tocsin-alerting/tocsin/store"
)

// LogKey names one integration of one receiver as the audience of one group.
type LogKey struct {
	Group       string // Group.ID
	Receiver    string
	Integration string // kind, such as "webhook"
	Index       int    // place among the receiver's integrations of that kind
}

// String is the key under which the entry is stored.
func (k LogKey) String() string {
	return k.Group + ":" + k.Receiver + "/" + k.Integration + "/" + strconv.Itoa(k.Index)
}

// Entry is what an integration was last told about a group. An entry in the log
// is shared and never changes.
type Entry struct {
	Key       LogKey
	Timestamp time.Time // when it was told
	ExpiresAt time.Time
	Firing    []uint64 // hashes of the alerts told as firing, sorted
	Resolved  []uint64 // hashes of the alerts told as resolved, sorted
	// Owed holds hashes of alerts that were told as firing, were muted since,
	// and have not been told as resolved; sorted.
	Owed []uint64
	// Data is what the integration wants to know the next time, such as the id
	// of the message that it has to update.
	Data map[string]string
	// Marks say what of other replicas was known when it was told, and who told it;
	// sorted by name. They are empty for a replica that is alone.
	Marks []Mark
	// Later holds fields that a later version has added, as they are written: a
	// replica that knows them gets them back.
	Later []byte
}

// owes reports whether the integration believes that the alert fires.
func (e *Entry) owes(hash uint64) bool {
	return contains(e.Firing, hash) || contains(e.Owed, hash)
}

// LogOptions says how the log is kept.
type LogOptions struct {
	Table     store.Table[*Entry] // nil: nowhere
	Retention time.Duration       // how long an entry lives at most; 0 means 120h
	Interval  time.Duration       // how often expired entries are dropped; 0 means 15m
	Metrics   *Metrics            // may be nil
	// Self is the name of this replica; empty: it is alone.
	Self string
	// Told is called with each entry that is put; it may be nil and must not block.
	Told func(*Entry)
}

// Log remembers what every integration was last told. All methods may be called
// from many goroutines at once.
type Log struct {
	table     store.Table[*Entry]
	retention time.Duration
	interval  time.Duration
	metrics   *Metrics
	self      string
	told      func(*Entry) // may be nil

	mu      sync.RWMutex
	entries map[LogKey]*Entry
	intents map[LogKey][]uint64 // what is being told as firing, and is news
}

// NewLog returns an empty log. It starts nothing.
func NewLog(o LogOptions) *Log {
	l := &Log{
		table:     o.Table,
		retention: o.Retention,
		interval:  o.Interval,
		metrics:   o.Metrics,
		self:      o.Self,
		told:      o.Told,
		entries:   make(map[LogKey]*Entry),
		intents:   make(map[LogKey][]uint64),
	}
	if l.table == nil {
		l.table = store.Nowhere[*Entry]{}
	}
	if l.retention <= 0 {
		l.retention = 120 * time.Hour
	}
	if l.interval <= 0 {
		l.interval = 15 * time.Minute
	}
	if l.metrics == nil {
		l.metrics = NewMetrics(nil, false)
	}
	return l
}

// Load reads what was logged before. It is called once, before anything else.
func (l *Log) Load() error {
	stored, err := l.table.All()
	if err != nil {
		return fmt.Errorf("load notification log: %w", err)
	}
	now := time.Now()
	for _, e := range stored {
		l.entries[e.Key] = resumed(e, now, l.retention)
	}
	return nil
}

// Get returns the last entry, nil if there is none.
func (l *Log) Get(key LogKey) *Entry {
	start := time.Now()
	defer func() { l.metrics.log.queryTime.Observe(time.Since(start).Seconds()) }()
	l.mu.RLock()
	defer l.mu.RUnlock()
	l.metrics.log.queries.Inc()
	e := l.entries[key]
	if e == nil {
		l.metrics.log.misses.Inc()
	}
	return e
}

// Put stores an entry and sets when it expires: after twice the repeat
// interval, or after the retention while something is still believed to fire,
// since its resolve is owed. An entry that is younger is kept instead; one that
// another replica has made meanwhile is kept, too.
//
// After an error the entry holds until the process ends, but may be missing
// after a restart.
func (l *Log) Put(ctx context.Context, e *Entry, repeat time.Duration) error {
	life := l.retention
	if len(e.Firing) == 0 && len(e.Owed) == 0 {
		life = min(life, 2*repeat)
	}
	e.ExpiresAt = e.Timestamp.Add(life)
	if e = l.keep(e); e == nil {
		return nil
	}
	if l.told != nil {
		l.told(e) // before it is durable: others must not tell it, too
	}
	if err := l.table.Sync(ctx); err != nil {
		return fmt.Errorf("log notification %s: %w", e.Key, err)
	}
	return nil
}

// Keep makes an entry live on that says that something fires, once half its life
// is over: its group is there at now, and the resolve is owed for as long as it
// takes.
func (l *Log) Keep(key LogKey, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.entries[key]
	if e == nil || len(e.Firing)+len(e.Owed) == 0 || e.ExpiresAt.Sub(now) > l.retention/2 {
		return
	}
	longer := *e
	longer.ExpiresAt = now.Add(l.retention)
	l.enter(&longer)
}

// enter puts an entry in place of an earlier one. The log is locked.
func (l *Log) enter(e *Entry) {
	l.entries[e.Key] = e
	l.store(e)
}

// keep returns what is in the log then, nil if that is what was there before.
func (l *Log) keep(e *Entry) *Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.intents, e.Key)
	old := l.entries[e.Key]
	if old != nil {
		e = merge(e, old)
	}
	if e == old {
		l.store(old)
		return nil
	}
	l.enter(e)
	return e
}

// Len counts the entries.
func (l *Log) Len() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return len(l.entries)
}

// Run drops expired entries from time to time, until ctx is done.
func (l *Log) Run(ctx context.Context) error {
	tick := time.NewTicker(l.interval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			l.metrics.log.maintenance.Inc()
			l.GC(time.Now())
		}
	}
}

// GC drops the entries that have expired at now.
func (l *Log) GC(now time.Time) {
	start := time.Now()
	defer func() { l.metrics.log.gcTime.Observe(time.Since(start).Seconds()) }()
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, e := range l.entries {
		if !e.ExpiresAt.After(now) {
			delete(l.entries, key)
			l.table.Delete(key.String())
		}
	}
}
