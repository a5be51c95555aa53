package silence

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-kit/log"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/tocsin-alerting/tocsin/alert"
)

func TestGC(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := newMemTable()
		s := New(Options{Table: table, Retention: 2 * time.Hour})
		gone := mustSet(t, s, running(t)) // until 1h, kept until 3h
		later := running(t)
		later.EndsAt = later.EndsAt.Add(1)
		kept := mustSet(t, s, later)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Run(ctx) }()

		time.Sleep(3*time.Hour - time.Nanosecond)
		synctest.Wait()
		if len(s.All()) != 2 {
			t.Error("forgotten before its retention is over")
		}
		if s.index.Len() != 0 {
			t.Error("still indexed long after its end")
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if _, ok := s.Get(gone); ok {
			t.Error("not forgotten when its retention was over")
		}
		mustGet(t, s, kept)
		checkSame(t, table, s)

		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestGCFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		table := newMemTable()
		s := New(Options{Table: table, Interval: 2 * time.Hour, Logger: log.NewLogfmtLogger(&out)})
		id := mustSet(t, s, running(t))
		table.failWipe = true
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.Run(ctx) }()
		time.Sleep(2 * time.Hour)
		synctest.Wait()

		mustGet(t, s, id)
		if !strings.Contains(out.String(), errDisk.Error()) {
			t.Errorf("logged %q", &out)
		}
		if n := testutil.ToFloat64(s.metrics.maintenanceErrors); n != 1 {
			t.Errorf("%v errors counted", n)
		}
		table.mu.Lock()
		table.failWipe = false
		table.mu.Unlock()
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if len(s.All()) != 0 {
			t.Error("not tried again")
		}
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// TestFailingTable refuses each write of each change in turn. Nothing may have
// changed, whether the table has the record all the same or not, and the table
// must agree again after the next maintenance.
func TestFailingTable(t *testing.T) {
	set := func(change func(*Silence)) func(context.Context, *Silences, Silence) error {
		return func(ctx context.Context, s *Silences, sil Silence) error {
			change(&sil)
			_, err := s.Set(ctx, sil)
			return err
		}
	}
	replace := set(func(s *Silence) { s.Matchers = equals(t, "a", "1", "b", "") })
	for _, tt := range []struct {
		name string
		do   func(context.Context, *Silences, Silence) error
		nth  int // the write that fails
	}{
		{"create", set(func(s *Silence) { s.ID = "" }), 1},
		{"update", set(func(s *Silence) { s.Comment = "new" }), 1},
		{"replace: the new one", replace, 1},
		{"replace: the old one", replace, 2},
		{"expire", func(ctx context.Context, s *Silences, sil Silence) error { return s.Expire(ctx, sil.ID) }, 1},
	} {
		for _, torn := range []bool{false, true} {
			t.Run(tt.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					table := newMemTable()
					s := New(Options{Table: table})
					before := mustGet(t, s, mustSet(t, s, running(t)))
					time.Sleep(time.Minute)
					left := tt.nth
					table.torn = torn
					table.failPut = func(string) bool { left--; return left == 0 }
					if err := tt.do(t.Context(), s, *before); !errors.Is(err, errDisk) {
						t.Fatalf("error %v, want %v", err, errDisk)
					}
					if diff := cmp.Diff(map[string]*Silence{before.ID: before}, maps.Clone(s.byID), cmp.Comparer(func(a, b *Silence) bool { return a == b })); diff != "" {
						t.Error(diff)
					}
					if diff := cmp.Diff([]string{before.ID}, s.MutedBy(alert.New(alert.LabelsOf("a", "1")), time.Now())); diff != "" {
						t.Error(diff)
					}
					if err := s.gc(t.Context(), present()); err != nil {
						t.Fatal(err)
					}
					checkSame(t, table, s)
					if err := tt.do(t.Context(), s, *before); err != nil {
						t.Errorf("tried again: %v", err)
					}
					checkSame(t, table, s)
				})
			})
		}
	}
}

func TestRepairFails(t *testing.T) {
	table := newMemTable()
	s := New(Options{Table: table})
	id := mustSet(t, s, running(t))
	table.failPut = func(string) bool { return true }
	if err := s.Expire(t.Context(), id); !errors.Is(err, errDisk) {
		t.Fatal(err)
	}
	if err := s.gc(t.Context(), present()); !errors.Is(err, errDisk) {
		t.Errorf("repair of a known silence: %v", err)
	}
	table.failPut = nil
	s.doubtful["nobody"] = struct{}{}
	table.failWipe = true
	if err := s.gc(t.Context(), present()); !errors.Is(err, errDisk) {
		t.Errorf("repair of an unknown silence: %v", err)
	}
	table.failWipe = false
	if err := s.gc(t.Context(), present()); err != nil || len(s.doubtful) != 0 {
		t.Errorf("%v, %d left", err, len(s.doubtful))
	}
}

func TestConcurrentUse(t *testing.T) {
	s := New(Options{Table: newMemTable()})
	a := alert.New(alert.LabelsOf("a", "1"))
	always := mustSet(t, s, running(t))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 100 {
				sil := running(t)
				id := mustSet(t, s, sil)
				sil.ID, sil.Matchers = id, equals(t, "a", "1", "b", "")
				id = mustSet(t, s, sil)
				if err := s.Expire(t.Context(), id); err != nil {
					t.Error(err)
				}
			}
		})
		all.Go(func() {
			for range 300 {
				if len(s.MutedBy(a, time.Now())) == 0 {
					t.Error("loud")
				}
				s.All()
				s.Get(always)
			}
		})
		all.Go(func() {
			for range 30 {
				if err := s.gc(t.Context(), present()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if diff := cmp.Diff([]string{always}, s.MutedBy(a, time.Now())); diff != "" {
		t.Error(diff)
	}
}
