package store_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/store"
)

// replica is a store with some alerts.
func replica(t testing.TB, alerts ...*alert.Alert) *store.Alerts {
	t.Helper()
	s := store.NewAlerts(store.Options{})
	for _, a := range alerts {
		own := *a
		if err := s.Put(t.Context(), []*alert.Alert{&own}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// pull lets one replica learn all that another knows, shard by shard where they
// differ, and returns how many records that took.
func pull(t testing.TB, to, from *store.Alerts) (records int) {
	t.Helper()
	ours, theirs := to.Digest(), from.Digest()
	for i := range ours {
		if ours[i] == theirs[i] {
			continue
		}
		var shard [][]byte
		for record := range from.Shard(i) {
			shard = append(shard, slices.Clone(record))
		}
		if _, err := to.Merge(shard); err != nil {
			t.Fatal(err)
		}
		records += len(shard)
	}
	return records
}

func recent(host string, annotation string, starts, lasts time.Duration) *alert.Alert {
	a := alert.New(alert.LabelsOf("alertname", "X", "host", host))
	a.Annotations = alert.LabelsOf("summary", annotation)
	a.UpdatedAt = time.Now()
	a.StartsAt = a.UpdatedAt.Add(starts)
	a.EndsAt = a.UpdatedAt.Add(lasts)
	return a
}

func TestReplicasBecomeEqualByWhatDiffers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var shared []*alert.Alert
		for i := range 5000 {
			shared = append(shared, recent(string(rune('a'+i%26))+time.Duration(i).String(), "", 0, time.Hour))
		}
		a, b := replica(t, shared...), replica(t, shared...)
		time.Sleep(time.Second)
		for _, fresh := range []*alert.Alert{recent("new", "", 0, time.Hour), recent("b1ns", "changed", -time.Minute, time.Hour)} {
			if err := a.Put(t.Context(), []*alert.Alert{fresh}); err != nil {
				t.Fatal(err)
			}
		}
		ended := recent("c2ns", "", -time.Minute, 0)
		if err := b.Put(t.Context(), []*alert.Alert{ended}); err != nil {
			t.Fatal(err)
		}
		if n := pull(t, b, a) + pull(t, a, b); n > 60 {
			t.Errorf("%d records were exchanged for 3 that differ", n)
		}
		if !slices.Equal(a.Digest(), b.Digest()) {
			t.Error("the replicas are not equal")
		}
		for _, s := range []*store.Alerts{a, b} {
			if got, known := s.Get(ended.Fingerprint()); !known || !got.ResolvedAt(time.Now()) {
				t.Error("an end did not reach everybody")
			}
			if s.Len() != 5003 { // two of the changed ones were not among the shared
				t.Logf("%d alerts", s.Len())
			}
		}
	})
}

// The same report that comes to each replica at its own time is not a difference.
// TestTheLastReportCountsWhoseClockIsBehind wants a report to count though another
// replica, whose clock is ahead, has dated the one before it later; also after both
// have been sent to and fro, and been read from other clocks than the reports were.
func TestTheLastReportCountsWhoseClockIsBehind(t *testing.T) {
	const shift = 40 * time.Second
	for range 200 { // since readings of a clock are not exact
		ahead, behind := store.NewAlerts(store.Options{}), store.NewAlerts(store.Options{})
		fires := recent("a", "", 0, time.Hour)
		fires.UpdatedAt = fires.UpdatedAt.Add(shift)
		id := fires.Fingerprint()
		if err := ahead.Put(t.Context(), []*alert.Alert{fires}); err != nil {
			t.Fatal(err)
		}
		stale, _ := ahead.Record(id)
		if _, err := behind.Merge([][]byte{stale}); err != nil {
			t.Fatal(err)
		}
		ended := recent("a", "", -time.Second, 0)
		if err := behind.Put(t.Context(), []*alert.Alert{ended}); err != nil {
			t.Fatal(err)
		}
		news, _ := behind.Record(id)
		for s, record := range map[*store.Alerts][]byte{ahead: news, behind: stale} {
			if _, err := s.Merge([][]byte{record}); err != nil {
				t.Fatal(err)
			}
			if got, _ := s.Get(id); !got.EndsAt.Equal(ended.EndsAt) {
				t.Fatalf("it ends at %s, want %s as was reported last", got.EndsAt, ended.EndsAt)
			}
		}
	}
}

func TestReplicasThatWereToldTheSameAreEqual(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(10 * time.Second) // not just before a full minute
		start := time.Now()
		report := func() *alert.Alert {
			a := recent("a", "", 0, 5*time.Minute)
			a.StartsAt, a.Timeout = start, true
			return a
		}
		a := replica(t, report())
		time.Sleep(20 * time.Millisecond)
		b := replica(t, report())
		if !slices.Equal(a.Digest(), b.Digest()) {
			t.Error("a few milliseconds make a difference")
		}
	})
}

func TestWhatEndedLongAgoIsNotBroughtBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := replica(t, recent("a", "", 0, time.Minute)), replica(t)
		time.Sleep(17 * time.Minute)
		if n := pull(t, b, a); n != 0 || b.Len() != 0 {
			t.Errorf("%d records exchanged, %d alerts; want an alert that is over for long to stay where it is", n, b.Len())
		}
	})
}

func TestMergeReportsDamage(t *testing.T) {
	s := replica(t)
	good, _ := replica(t, recent("a", "", 0, time.Hour)).Record(recent("a", "", 0, 0).Fingerprint())
	if _, err := s.Merge([][]byte{{1, 2, 3}, good, nil}); err == nil || s.Len() != 1 {
		t.Errorf("error %v and %d alerts, want the good one and an error", err, s.Len())
	}
}

// It must not matter who learns what from whom first.
func FuzzMergeOrder(f *testing.F) {
	f.Add(int8(0), int8(0), int8(10), int8(1), int8(0), int8(12), false)
	f.Add(int8(0), int8(0), int8(1), int8(2), int8(2), int8(9), true)
	f.Fuzz(func(t *testing.T, updated1, starts1, lasts1, updated2, starts2, lasts2 int8, timeout bool) {
		now := time.Now()
		minutes := func(n int8) time.Duration { return time.Duration(n%16) * time.Minute }
		make1 := func(updated, starts, lasts int8, text string) []byte {
			a := alert.New(alert.LabelsOf("alertname", "X"))
			a.UpdatedAt = now.Add(minutes(updated))
			a.ReceivedAt = a.UpdatedAt
			a.StartsAt = now.Add(minutes(starts))
			a.EndsAt = a.StartsAt.Add(minutes(lasts).Abs())
			a.Annotations, a.Timeout = alert.LabelsOf("summary", text), timeout
			return alert.Append(nil, a)
		}
		one, two := make1(updated1, starts1, lasts1, "one"), make1(updated2, starts2, lasts2, "two")
		learn := func(records ...[]byte) *alert.Alert {
			s := store.NewAlerts(store.Options{})
			for _, r := range records {
				if _, err := s.Merge([][]byte{r}); err != nil {
					t.Fatal(err)
				}
			}
			a, _ := s.Get(alert.LabelsOf("alertname", "X").Fingerprint())
			return a
		}
		a, b, again := learn(one, two), learn(two, one), learn(one, two, one, two)
		if a == nil || b == nil {
			return // over for long
		}
		if string(alert.Append(nil, a)) != string(alert.Append(nil, b)) {
			t.Errorf("the order matters: %+v, %+v", a, b)
		}
		if string(alert.Append(nil, a)) != string(alert.Append(nil, again)) {
			t.Errorf("a repetition matters: %+v, %+v", a, again)
		}
	})
}
