package silence

import (
	"context"
	"errors"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

var errDisk = errors.New("disk on fire")

// memTable is a Table whose syncs can be made to fail.
type memTable struct {
	mu      sync.Mutex
	records map[string]*Silence
	failing bool
	unread  error // is what All returns
}

func newMemTable(records ...*Silence) *memTable {
	t := &memTable{records: make(map[string]*Silence)}
	for _, r := range records {
		t.records[r.ID] = r
	}
	return t
}

func (t *memTable) Put(id string, s *Silence) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.records[id] = s
}

func (t *memTable) Delete(ids ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range ids {
		delete(t.records, id)
	}
}

func (t *memTable) Sync(context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failing {
		return errDisk
	}
	return nil
}

func (t *memTable) All() (map[string]*Silence, error) { return maps.Clone(t.records), t.unread }

func match(t testing.TB, kind alert.MatchType, name, value string) *alert.Matcher {
	t.Helper()
	m, err := alert.NewMatcher(kind, name, value)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// equals is matchers that demand the values of labels, given in turn.
func equals(t testing.TB, namesAndValues ...string) (ms alert.Matchers) {
	t.Helper()
	for i := 0; i < len(namesAndValues); i += 2 {
		ms = append(ms, match(t, alert.MatchEqual, namesAndValues[i], namesAndValues[i+1]))
	}
	return ms
}

func mustSet(t testing.TB, s *Silences, sil Silence) string {
	t.Helper()
	id, err := s.Set(t.Context(), sil)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func mustGet(t testing.TB, s *Silences, id string) *Silence {
	t.Helper()
	sil, ok := s.Get(id)
	if !ok {
		t.Fatalf("silence %s is not there", id)
	}
	return sil
}

// running is a silence of a=1 that is active for an hour from now.
func running(t testing.TB) Silence {
	t.Helper()
	now := time.Now()
	return Silence{Matchers: equals(t, "a", "1"), StartsAt: now, EndsAt: now.Add(time.Hour), CreatedBy: "me", Comment: "why"}
}

func pending(t testing.TB) Silence {
	t.Helper()
	sil := running(t)
	sil.StartsAt, sil.EndsAt = sil.StartsAt.Add(time.Hour), sil.EndsAt.Add(time.Hour)
	return sil
}

// checkSame fails if table and memory disagree.
func checkSame(t testing.TB, table *memTable, s *Silences) {
	t.Helper()
	all := s.All()
	if len(table.records) != len(all) {
		t.Errorf("%d records in the table, %d in memory", len(table.records), len(all))
	}
	for _, sil := range all {
		if table.records[sil.ID] != sil {
			t.Errorf("the table has %+v, memory %+v", table.records[sil.ID], sil)
		}
	}
}
