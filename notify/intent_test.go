package notify

import (
	"context"
	"errors"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// paper is a table that a test can look at.
type paper struct {
	records map[string]*Entry
	syncs   int
	hangs   bool
}

func (p *paper) Put(key string, e *Entry) { p.records[key] = e }

func (p *paper) Delete(keys ...string) {
	for _, key := range keys {
		delete(p.records, key)
	}
}

func (p *paper) Sync(ctx context.Context) error {
	p.syncs++
	if p.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

func (p *paper) All() (map[string]*Entry, error) { return maps.Clone(p.records), nil }

func TestIntentIsFoundByTheNextProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		key := LogKey{Group: "{}:{}", Receiver: "ops", Integration: "webhook"}
		now := time.Now()
		told := func(firing, owed []uint64) *Entry {
			return &Entry{Key: key, Timestamp: now, ExpiresAt: now.Add(100 * time.Hour), Firing: firing, Resolved: []uint64{9}, Owed: owed}
		}
		for name, c := range map[string]struct {
			told   *Entry // before
			firing []uint64
			want   *Entry // what is stored when it is about to be told
			syncs  int
		}{
			"the first time": {nil, []uint64{2, 1}, &Entry{Key: key, Timestamp: now, ExpiresAt: now.Add(120 * time.Hour), Owed: []uint64{1, 2}}, 1},
			"a new one":      {told([]uint64{1}, []uint64{4}), []uint64{1, 3, 4}, told([]uint64{1}, []uint64{3, 4}), 1},
			"a reminder":     {told([]uint64{1}, nil), []uint64{1}, told([]uint64{1}, nil), 0},
			"a resolve":      {told([]uint64{1}, nil), nil, told([]uint64{1}, nil), 0},
		} {
			table := &paper{records: map[string]*Entry{}}
			if c.told != nil {
				table.records[key.String()] = c.told
			}
			l := NewLog(LogOptions{Table: table})
			if err := l.Load(); err != nil {
				t.Fatal(err)
			}
			if err := l.intend(t.Context(), key, c.firing); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, table.records[key.String()]); diff != "" || table.syncs != c.syncs {
				t.Errorf("%s: %d syncs, want %d; %s", name, table.syncs, c.syncs, diff)
			}
			// In this process it is known what becomes of them.
			if diff := cmp.Diff(c.told, l.Get(key)); diff != "" {
				t.Errorf("%s: what was told has changed: %s", name, diff)
			}
			l.Keep(key, now.Add(90*time.Hour))
			if e := table.records[key.String()]; c.syncs > 0 && !e.owes(c.firing[0]) {
				t.Errorf("%s: forgotten when the entry lives longer", name)
			}
			l.undo(key)
			if e, was := table.records[key.String()], l.Get(key); e != was {
				t.Errorf("%s: %+v is stored when it was not told, want %+v", name, e, was)
			}
		}
	})
}

func TestARecordEndsAnIntent(t *testing.T) {
	key := LogKey{Group: "{}:{}", Receiver: "ops", Integration: "webhook"}
	table := &paper{records: map[string]*Entry{}}
	l := NewLog(LogOptions{Table: table})
	now := time.Now()
	for _, e := range []*Entry{
		{Key: key, Timestamp: now.Add(time.Hour), Firing: []uint64{1}},
		{Key: key, Timestamp: now, Firing: []uint64{1, 2}}, // another replica was later
	} {
		if err := l.intend(t.Context(), key, []uint64{1, 2}); err != nil {
			t.Fatal(err)
		}
		if err := l.Put(t.Context(), e, time.Hour); err != nil {
			t.Fatal(err)
		}
		if got := table.records[key.String()]; got != l.Get(key) || len(got.Owed) > 0 {
			t.Errorf("%+v is stored", got)
		}
	}
}

func TestAnIntentDoesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLog(LogOptions{Table: &paper{records: map[string]*Entry{}, hangs: true}})
		ctx, cancel := context.WithTimeout(t.Context(), intendTime)
		defer cancel()
		if err := l.intend(ctx, LogKey{}, []uint64{1}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
	})
}
