package daemon

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/store"
)

// sent keeps what a replicator streams.
type sent struct {
	mu    sync.Mutex
	hosts []string
}

func (s *sent) stream(records ...[]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, record := range records {
		a, err := alert.Decode(record)
		if err != nil {
			panic(err)
		}
		s.hosts = append(s.hosts, a.Labels.Get("host"))
	}
}

func (s *sent) want(t *testing.T, hosts ...string) {
	t.Helper()
	synctest.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if diff := cmp.Diff(hosts, s.hosts); diff != "" {
		t.Errorf("after %s (-want +got):\n%s", t.Name(), diff)
	}
}

func TestReplicator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &sent{}
		rank := 1
		r := &replicator{
			rank: func() int { return rank }, stream: out.stream,
			wake: make(chan struct{}, 1), waiting: make(map[alert.Fingerprint]struct{}),
		}
		r.alerts = store.NewAlerts(store.Options{Journal: store.NoJournal{}, News: r.news})
		ctx, stop := context.WithCancel(t.Context())
		var done sync.WaitGroup
		done.Go(func() { r.run(ctx) })
		post := func(hosts ...string) (ids []alert.Fingerprint) {
			var batch []*alert.Alert
			for _, host := range hosts {
				now := time.Now()
				a := &alert.Alert{Labels: alert.LabelsFromMap(map[string]string{"host": host}), StartsAt: now, EndsAt: now.Add(time.Hour), UpdatedAt: now}
				batch = append(batch, a)
				ids = append(ids, a.Fingerprint())
			}
			if err := r.alerts.Put(t.Context(), slices.Clone(batch)); err != nil {
				t.Fatal(err)
			}
			return ids
		}

		ids := post("a", "b", "c")
		time.Sleep(firstDelay + rankDelay - 1)
		out.want(t)
		r.equal(ids[1:2])
		time.Sleep(time.Nanosecond)
		out.want(t, "a", "c")

		rank = -1 // alone
		post("d")
		time.Sleep(time.Minute)
		out.want(t, "a", "c")

		rank = 0
		post("e")
		post("f")
		time.Sleep(firstDelay)
		out.want(t, "a", "c", "e", "f")

		post("g") // at the end nothing waits
		stop()
		done.Wait()
		out.want(t, "a", "c", "e", "f", "g")
	})
}
