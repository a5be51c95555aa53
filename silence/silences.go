package silence

import (
	"context"
	"fmt"
	"maps"
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

	// change is held from the decision about a change until it is visible, and
	// so across the wait for the table; readers never wait for it.
	change sync.Mutex

	// mu protects what follows. Who writes holds change, too; so change is
	// enough to read.
	mu    sync.RWMutex
	byID  map[string]*Silence
	index alert.Index[string] // all that is not expired, and some that is
	// cleaned is the time at which what had expired was last taken out of the index.
	cleaned time.Time
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
	s := &Silences{o: o, byID: make(map[string]*Silence)}
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
	sil, ok := s.byID[id]
	return sil, ok
}

// All returns every silence, in whatever state and in no promised order. The
// list is the caller's.
func (s *Silences) All() []*Silence {
	defer s.metrics.query(time.Now())
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Collect(maps.Values(s.byID))
}

// MutedBy returns the ids of the silences that are active at now and match the
// alert, sorted; nil if there are none. It does not block on changes that are
// being made durable.
func (s *Silences) MutedBy(a *alert.Alert, now time.Time) []string {
	defer s.metrics.query(time.Now())
	ids, scanned := s.matching(a.Labels, now)
	s.metrics.scanned.Add(float64(scanned))
	s.metrics.skipped.Add(float64(scanned - len(ids)))
	slices.Sort(ids)
	return ids
}

func (s *Silences) matching(l alert.Labels, now time.Time) (ids []string, scanned int) {
	s.renew(now)
	s.mu.RLock()
	defer s.mu.RUnlock()
	for id := range s.index.Match(l) {
		scanned++
		if s.byID[id].StateAt(now) == Active {
			ids = append(ids, id)
		}
	}
	return ids, scanned
}

// Reason is the word under which suppressed notifications are counted.
func (s *Silences) Reason() string { return "silence" }

// show makes a silence visible. An expired one is indexed as well, since a
// flush may still ask about the moment before.
func (s *Silences) show(sil *Silence) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.byID[sil.ID] = sil
	s.index.Add(sil.ID, sil.Matchers)
}

// write makes silences durable under their ids. After an error the table is told
// to have again what it had; when it can write, that is what it will say.
func (s *Silences) write(ctx context.Context, changed ...*Silence) error {
	for _, sil := range changed {
		s.o.Table.Put(sil.ID, sil)
	}
	err := s.o.Table.Sync(ctx)
	if err == nil {
		return nil
	}
	for _, sil := range changed {
		if old, known := s.byID[sil.ID]; known {
			s.o.Table.Put(sil.ID, old)
		} else {
			s.o.Table.Delete(sil.ID)
		}
	}
	return fmt.Errorf("store silence %s: %w", changed[0].ID, err)
}
