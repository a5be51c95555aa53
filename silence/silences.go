package silence

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/go-kit/log"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/store"
)

// defaultInterval is how often expired silences are looked for.
const defaultInterval = 15 * time.Minute

// Options says how silences are kept. The zero value keeps them in memory only
// and forgets them as soon as they have expired.
type Options struct {
	// Retention is how long a silence is kept after its end.
	Retention time.Duration
	// Interval is how often silences past their retention are forgotten; 0
	// means 15m.
	Interval time.Duration
	// MaxSilences limits how many silences there may be, expired ones included;
	// 0 or less means no limit.
	MaxSilences int
	// MaxBytes limits the size of one silence in its protobuf form; 0 or less
	// means no limit.
	MaxBytes int
	// Names says which label names a matcher may have.
	Names alert.Names
	// Table makes silences durable; nil means store.Nowhere.
	Table store.Table[*Silence]
	// Logger may be nil.
	Logger log.Logger
	// LogChanges writes a line for each silence that is created, updated or
	// expired.
	LogChanges bool
	// Changed is told of each silence after it was created, or else updated or
	// expired, in the order of the changes. It must not block; nil: nobody is.
	Changed func(sil *Silence, created bool)
	// Registerer takes the metrics; nil leaves them unregistered.
	Registerer prometheus.Registerer
}

// Silences holds all silences. All methods but Load may be called from many
// goroutines at once.
type Silences struct {
	o       Options
	metrics *metrics

	// change is held from the decision about a change until it is visible, but not
	// during the wait for the table, which many changes share; readers never wait
	// for it.
	change sync.Mutex
	// writing are the silences that are on their way to the table, under change.
	writing inFlight

	// mu protects what follows. Who writes holds change, too; so change is
	// enough to read.
	mu    sync.RWMutex
	byID  map[string]*filed
	index alert.Index[*filed] // all that is not expired, and some that is
	// changes are those of the index, but for what has left it.
	changes changes
	// cleaned is the time at which what had expired was last taken out of the index,
	// and swept the change up to which verdicts were right at least.
	cleaned time.Time
	swept   uint32

	verdicts *verdicts // has locks of its own
}

// New returns an empty collection. It starts nothing.
func New(o Options) *Silences {
	if o.Table == nil {
		o.Table = store.Nowhere[*Silence]{}
	}
	if o.Logger == nil {
		o.Logger = log.NewNopLogger()
	}
	if o.Interval <= 0 {
		o.Interval = defaultInterval
	}
	s := &Silences{o: o, byID: make(map[string]*filed), verdicts: newVerdicts()}
	s.writing.landed.L = &s.change
	s.metrics = newMetrics(o.Registerer, s)
	return s
}

// Load reads what the table has kept. It is called once, before any other use.
func (s *Silences) Load() error {
	stored, err := s.o.Table.All()
	if err != nil {
		return fmt.Errorf("load silences: %w", err)
	}
	for id, sil := range stored {
		if sil == nil || sil.ID != id {
			return fmt.Errorf("load silences: the record under %q is not of that silence", id)
		}
		s.show(sil)
	}
	s.forget(nil, present())
	return nil
}

// Get returns the silence with an id, in whatever state.
func (s *Silences) Get(id string) (*Silence, bool) {
	defer s.metrics.query(time.Now())
	s.mu.RLock()
	defer s.mu.RUnlock()
	sil := s.here(id)
	return sil, sil != nil
}

// All returns every silence, in whatever state and in no promised order. The
// list is the caller's.
func (s *Silences) All() []*Silence {
	defer s.metrics.query(time.Now())
	s.mu.RLock()
	defer s.mu.RUnlock()
	all := make([]*Silence, 0, len(s.byID))
	for _, f := range s.byID {
		all = append(all, f.silence)
	}
	return all
}

// MutedBy returns the ids of the silences that are active at now and match the
// alert, sorted; nil if there are none. It does not block on changes that are
// being made durable.
func (s *Silences) MutedBy(a *alert.Alert, now time.Time) []string {
	defer s.metrics.query(time.Now())
	ids, scanned := s.matching(a.Labels, now)
	if scanned > 0 {
		s.metrics.scanned.Add(float64(scanned))
		s.metrics.skipped.Add(float64(scanned - len(ids)))
	}
	return ids
}

func (s *Silences) matching(l alert.Labels, now time.Time) (ids []string, scanned int) {
	s.renew(now)
	s.mu.RLock()
	defer s.mu.RUnlock()
	found := s.match(l)
	for i, f := range found {
		if !f.indexed {
			continue // it has expired since
		}
		scanned++
		if f.silence.StateAt(now) != Active {
			continue
		}
		if ids == nil {
			ids = make([]string, 0, len(found)-i)
		}
		ids = append(ids, f.id)
	}
	return ids, scanned
}

// match returns the silences in the index that match the labels, and perhaps some that
// have left it, sorted by id; mu is held. The list must not be changed.
func (s *Silences) match(l alert.Labels) []*filed {
	if s.index.Len() == 0 {
		return nil
	}
	shard, key := s.verdicts.of(l)
	known, since := shard.get(key)
	if since == s.changes.last {
		return known
	}
	found, ok := s.changes.mend(known, since, l)
	if ok {
		found = indexed(found)
	} else {
		found = slices.SortedFunc(s.index.Match(l), (*filed).compare)
	}
	shard.set(key, found, s.changes.last)
	return found
}

// Reason is the word under which suppressed notifications are counted.
func (s *Silences) Reason() string { return "silence" }

// show makes a silence visible. An expired one is indexed as well, since a
// flush may still ask about the moment before.
func (s *Silences) show(sil *Silence) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.byID[sil.ID]
	if f == nil {
		f = &filed{id: sil.ID}
		s.byID[sil.ID] = f
	}
	same := f.indexed && slices.EqualFunc(f.silence.Matchers, sil.Matchers, (*alert.Matcher).Same)
	f.silence = sil
	if !same {
		s.enter(f)
	}
}

// enter puts a silence into the index; mu is held.
func (s *Silences) enter(f *filed) {
	f.indexed = true
	s.index.Add(f, f.silence.Matchers)
	s.changed(change{f, f.silence.Matchers})
}

// leave takes a silence out of the index; mu is held.
func (s *Silences) leave(f *filed) {
	f.indexed = false
	s.index.Remove(f)
}

// here returns a silence as it is now, nil if it is not known; mu or change is held.
func (s *Silences) here(id string) *Silence {
	if f := s.byID[id]; f != nil {
		return f.silence
	}
	return nil
}

// changed counts a change; mu is held.
func (s *Silences) changed(ch change) {
	if over := s.changes.add(ch); over {
		s.verdicts.clear()
	}
}
