package silence

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// slowTable takes a second for a Sync, as many as wait at a time.
type slowTable struct{ *memTable }

func (t slowTable) Sync(ctx context.Context) error {
	time.Sleep(time.Second)
	return t.memTable.Sync(ctx)
}

func took(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

func TestChangesShareTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Table: slowTable{newMemTable()}})
		if d := took(func() {
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() { mustSet(t, s, running(t)) })
			}
			all.Wait()
		}); d != time.Second {
			t.Errorf("8 silences took %s, want the second of one", d)
		}
		if n := len(s.All()); n != 8 {
			t.Errorf("%d silences, want 8", n)
		}
	})
}

// Nobody sees a silence before it is durable, and whoever changes it next sees what
// became of the change before.
func TestChangesOfOneSilenceFollowEachOther(t *testing.T) {
	for _, tt := range []struct {
		name string
		next func(*Silences, Silence) error
		wait time.Duration // until both are done
	}{
		{"update", func(s *Silences, sil Silence) error {
			sil.CreatedBy = "you"
			_, err := s.Set(context.Background(), sil)
			return err
		}, 2 * time.Second},
		{"replace", func(s *Silences, sil Silence) error {
			sil.Matchers = append(sil.Matchers, sil.Matchers...)
			_, err := s.Set(context.Background(), sil)
			return err
		}, 2 * time.Second},
		{"expire", func(s *Silences, sil Silence) error { return s.Expire(context.Background(), sil.ID) }, 2 * time.Second},
		{"merge", func(s *Silences, sil Silence) error {
			sil.UpdatedAt = time.Now().Add(time.Minute)
			return s.Merge([][]byte{s.Record(&sil)})
		}, time.Second},
		{"take", func(s *Silences, sil Silence) error {
			sil.UpdatedAt = time.Now().Add(time.Minute)
			_, err := s.Take(s.Record(&sil))
			return err
		}, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				table := newMemTable()
				s := New(Options{Table: slowTable{table}})
				first := *mustGet(t, s, mustSet(t, s, running(t)))
				begun := time.Now()
				var both sync.WaitGroup
				both.Go(func() {
					sil := first
					sil.Comment = "first"
					mustSet(t, s, sil)
				})
				synctest.Wait()
				both.Go(func() {
					if err := tt.next(s, first); err != nil {
						t.Error(err)
					}
				})
				synctest.Wait()
				if got := mustGet(t, s, first.ID); got.Comment != first.Comment {
					t.Errorf("%+v is visible and not durable", got)
				}
				s.gc(present().Add(100 * time.Hour)) // has to leave alone what is in flight
				mustGet(t, s, first.ID)
				both.Wait()
				if d := time.Since(begun); d != tt.wait {
					t.Errorf("both took %s, want %s", d, tt.wait)
				}
				checkSame(t, table, s)
				if s.writing.fresh != 0 || len(s.writing.ids) != 0 {
					t.Errorf("%+v is in flight when nothing is", s.writing.ids)
				}
			})
		})
	}
}

func TestChangesThatFailTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := newMemTable()
		s := New(Options{Table: slowTable{table}, MaxSilences: 4})
		known := *mustGet(t, s, mustSet(t, s, running(t)))
		table.failing = true
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if _, err := s.Set(t.Context(), running(t)); !errors.Is(err, errDisk) {
					t.Error(err)
				}
			})
		}
		all.Go(func() {
			if err := s.Expire(t.Context(), known.ID); !errors.Is(err, errDisk) {
				t.Error(err)
			}
		})
		synctest.Wait()
		if _, err := s.Set(t.Context(), running(t)); !errors.Is(err, ErrLimit) {
			t.Errorf("%v, want those that are in flight to count", err)
		}
		all.Wait()
		checkSame(t, table, s)
		if ids := s.MutedBy(alert.New(alert.LabelsOf("a", "1")), time.Now()); len(ids) != 1 || ids[0] != known.ID {
			t.Errorf("muted by %q, want %q", ids, known.ID)
		}
		table.failing = false
		for range 3 {
			mustSet(t, s, running(t))
		}
		checkSame(t, table, s)
	})
}
