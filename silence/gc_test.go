package silence

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

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

// TestFailingTable fails to make each change durable. Nothing may have changed,
// and the table must have been told to agree.
func TestFailingTable(t *testing.T) {
	set := func(change func(*Silence)) func(context.Context, *Silences, Silence) error {
		return func(ctx context.Context, s *Silences, sil Silence) error {
			change(&sil)
			_, err := s.Set(ctx, sil)
			return err
		}
	}
	for _, tt := range []struct {
		name string
		do   func(context.Context, *Silences, Silence) error
	}{
		{"create", set(func(s *Silence) { s.ID = "" })},
		{"update", set(func(s *Silence) { s.Comment = "new" })},
		{"replace", set(func(s *Silence) { s.Matchers = equals(t, "a", "1", "b", "") })},
		{"expire", func(ctx context.Context, s *Silences, sil Silence) error { return s.Expire(ctx, sil.ID) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				table := newMemTable()
				s := New(Options{Table: table})
				before := mustGet(t, s, mustSet(t, s, running(t)))
				time.Sleep(time.Minute)
				table.failing = true
				if err := tt.do(t.Context(), s, *before); !errors.Is(err, errDisk) {
					t.Fatalf("error %v, want %v", err, errDisk)
				}
				if diff := cmp.Diff([]*Silence{before}, s.All(), cmp.Comparer(func(a, b *Silence) bool { return a == b })); diff != "" {
					t.Error(diff)
				}
				if diff := cmp.Diff([]string{before.ID}, s.MutedBy(alert.New(alert.LabelsOf("a", "1")), time.Now())); diff != "" {
					t.Error(diff)
				}
				checkSame(t, table, s)
				table.failing = false
				if err := tt.do(t.Context(), s, *before); err != nil {
					t.Errorf("tried again: %v", err)
				}
				checkSame(t, table, s)
			})
		})
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
				s.gc(present())
			}
		})
	}
	all.Wait()
	if diff := cmp.Diff([]string{always}, s.MutedBy(a, time.Now())); diff != "" {
		t.Error(diff)
	}
}
