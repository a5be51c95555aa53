package silence

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// pull lets one replica learn what another knows.
func pull(t testing.TB, to, from *Silences) {
	t.Helper()
	ours, theirs := to.Digest(), from.Digest()
	for i := range ours {
		if ours[i] != theirs[i] {
			if err := to.Merge(slices.Collect(from.Shard(i))); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestReplicasBecomeEqual(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := New(Options{Retention: time.Hour}), New(Options{Retention: time.Hour, Table: newMemTable()})
		id := mustSet(t, a, running(t))
		pull(t, b, a)
		mustGet(t, b, id)
		if b.MutedBy(alert.New(alert.LabelsOf("a", "1")), time.Now()) == nil {
			t.Error("a silence of another replica does not silence")
		}
		time.Sleep(time.Minute)
		if err := b.Expire(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		pull(t, b, a) // what a knows is old
		pull(t, a, b)
		for _, s := range []*Silences{a, b} {
			if mustGet(t, s, id).StateAt(time.Now()) != Expired {
				t.Error("an expired silence has returned")
			}
		}
		if !slices.Equal(a.Digest(), b.Digest()) {
			t.Error("the replicas differ")
		}
		checkSame(t, b.o.Table.(*memTable), b)
	})
}

// The replica that made a silence has a clock that is ahead. Another one ends it.
func TestAnEndCountsAlthoughAClockIsAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := New(Options{Retention: time.Hour}), New(Options{Retention: time.Hour})
		id := mustSet(t, a, running(t))
		ahead := *mustGet(t, a, id)
		ahead.UpdatedAt = ahead.UpdatedAt.Add(10 * time.Minute)
		a.show(&ahead)
		pull(t, b, a)
		if err := b.Expire(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		pull(t, a, b)
		if mustGet(t, a, id).StateAt(time.Now()) != Expired {
			t.Error("the end does not count")
		}
	})
}

func TestForgottenSilencesAreNotBroughtBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := New(Options{Retention: time.Hour}), New(Options{Retention: time.Hour})
		mustSet(t, a, running(t)) // for an hour
		pull(t, b, a)
		time.Sleep(2 * time.Hour)
		b.gc(present())
		if slices.ContainsFunc(a.Digest(), func(sum uint64) bool { return sum != 0 }) {
			t.Error("a silence past its retention is shown to others")
		}
		pull(t, b, a)
		if len(b.All()) != 0 {
			t.Error("it was brought back")
		}
	})
}

func FuzzMergeOrder(f *testing.F) {
	f.Add(int8(0), int8(1), int8(2), int8(1), "x", "y")
	f.Add(int8(1), int8(1), int8(1), int8(1), "x", "y")
	f.Fuzz(func(t *testing.T, updated1, ends1, updated2, ends2 int8, comment1, comment2 string) {
		now := present()
		state := func(updated, ends int8, comment string) []byte {
			sil := running(t)
			sil.ID, sil.Comment = "id", comment
			sil.UpdatedAt = now.Add(time.Duration(updated) * time.Second)
			sil.EndsAt = now.Add(time.Hour + time.Duration(ends)*time.Second)
			return Append(nil, &sil, sil.EndsAt)
		}
		one, two := state(updated1, ends1, comment1), state(updated2, ends2, comment2)
		learn := func(records ...[]byte) []byte {
			s := New(Options{})
			for _, r := range records {
				if err := s.Merge([][]byte{r}); err != nil {
					t.Skip(err)
				}
			}
			return s.Record(mustGet(t, s, "id"))
		}
		ab, ba, again := learn(one, two), learn(two, one), learn(one, two, one)
		if string(ab) != string(ba) || string(ab) != string(again) {
			t.Errorf("the order matters: %x %x %x", ab, ba, again)
		}
	})
}
