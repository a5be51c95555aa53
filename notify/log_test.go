package notify

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tocsin-alerting/tocsin/store"
)

func TestLogKeepsTheYoungest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLog(LogOptions{})
		key := LogKey{Group: "{}:{}", Receiver: "ops", Integration: "webhook"}
		now := time.Now()
		for _, e := range []*Entry{
			{Key: key, Timestamp: now, Firing: []uint64{1}},
			{Key: key, Timestamp: now.Add(-time.Second), Firing: []uint64{2}},
		} {
			if err := l.Put(t.Context(), e, time.Hour); err != nil {
				t.Fatal(err)
			}
		}
		if e := l.Get(key); e == nil || e.Firing[0] != 1 {
			t.Errorf("got %+v, want the entry that is younger", e)
		}
	})
}

func TestLogExpiry(t *testing.T) {
	for _, c := range []struct {
		name string
		e    Entry
		want time.Duration
	}{
		{"all resolved: twice the repeat interval", Entry{Resolved: []uint64{1}}, 2 * time.Hour},
		{"something fires: its resolve is owed", Entry{Firing: []uint64{1}}, 100 * time.Hour},
		{"something muted was told as firing", Entry{Owed: []uint64{1}}, 100 * time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := NewLog(LogOptions{Retention: 100 * time.Hour})
				c.e.Timestamp = time.Now()
				if err := l.Put(t.Context(), &c.e, time.Hour); err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithCancel(t.Context())
				go func() { _ = l.Run(ctx) }()
				time.Sleep(c.want - time.Second)
				synctest.Wait()
				if l.Len() != 1 {
					t.Error("forgotten too early")
				}
				time.Sleep(time.Second)
				synctest.Wait()
				if l.Len() != 0 {
					t.Error("not forgotten")
				}
				cancel()
			})
		})
	}
}

// fullDisk is a table on which nothing can be written.
type fullDisk struct{ store.Nowhere[*Entry] }

var errFull = errors.New("no space left on device")

func (fullDisk) Sync(context.Context) error { return errFull }

func TestLogHoldsWhatCannotBeWritten(t *testing.T) {
	l := NewLog(LogOptions{Table: fullDisk{}})
	key := LogKey{Group: "{}:{}"}
	if err := l.Put(t.Context(), &Entry{Key: key, Timestamp: time.Now()}, time.Hour); !errors.Is(err, errFull) {
		t.Errorf("error %v, want the reason", err)
	}
	if l.Get(key) == nil {
		t.Error("an entry that could not be written is not known: the notification would be repeated")
	}
}

func TestLogKeyString(t *testing.T) {
	key := LogKey{Group: `{}:{alertname="X"}`, Receiver: "team", Integration: "webhook", Index: 1}
	if got, want := key.String(), `{}:{alertname="X"}:team/webhook/1`; got != want {
		t.Errorf("key %s, want %s", got, want)
	}
}
