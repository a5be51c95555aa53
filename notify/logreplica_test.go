package notify

import (
	"bytes"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// pull lets one log learn what another has.
func pull(t testing.TB, to, from *Log) (records int) {
	t.Helper()
	ours, theirs := to.Digest(), from.Digest()
	for i := range ours {
		if ours[i] == theirs[i] {
			continue
		}
		var shard [][]byte
		for record := range from.Shard(i) {
			shard = append(shard, bytes.Clone(record))
		}
		if err := to.Merge(shard); err != nil {
			t.Fatal(err)
		}
		records += len(shard)
	}
	return records
}

func TestLogsBecomeEqual(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []*Entry
		a, b := NewLog(LogOptions{Told: func(e *Entry) { told = append(told, e) }}), NewLog(LogOptions{})
		put := func(l *Log, receiver string, firing ...uint64) {
			t.Helper()
			e := &Entry{Key: LogKey{Group: "{}:{}", Receiver: receiver, Integration: "webhook"}, Timestamp: time.Now(), Firing: firing}
			if err := l.Put(t.Context(), e, time.Hour); err != nil {
				t.Fatal(err)
			}
		}
		put(a, "one", 1)
		put(b, "two", 2)
		if len(told) != 1 {
			t.Errorf("%d entries to be told to others, want 1", len(told))
		}
		pull(t, a, b)
		pull(t, b, a)
		time.Sleep(time.Second)
		put(b, "one")
		if n := pull(t, a, b) + pull(t, b, a); n != 1 {
			t.Errorf("%d records for one that has changed", n)
		}
		if !slices.Equal(a.Digest(), b.Digest()) || a.Len() != 2 {
			t.Error("the logs differ")
		}
		if e := a.Get(LogKey{Group: "{}:{}", Receiver: "one", Integration: "webhook"}); len(e.Firing) != 0 {
			t.Error("the later entry does not count")
		}
		if len(told) != 1 {
			t.Error("what came from another replica is told to others")
		}
		time.Sleep(200 * time.Hour)
		b.GC(time.Now())
		if n := pull(t, b, a); n != 0 {
			t.Error("what has expired is brought back")
		}
	})
}

func FuzzMergeOrder(f *testing.F) {
	f.Add(int8(0), uint64(1), int8(0), uint64(2))
	f.Add(int8(1), uint64(1), int8(0), uint64(1))
	f.Fuzz(func(t *testing.T, at1 int8, firing1 uint64, at2 int8, firing2 uint64) {
		now := time.Now()
		record := func(at int8, firing uint64) []byte {
			e := exampleEntry()
			e.Timestamp, e.ExpiresAt, e.Firing = now.Add(time.Duration(at)), now.Add(time.Hour), []uint64{firing}
			return AppendEntry(nil, e)
		}
		one, two := record(at1, firing1), record(at2, firing2)
		learn := func(records ...[]byte) []byte {
			l := NewLog(LogOptions{})
			if err := l.Merge(records); err != nil {
				t.Fatal(err)
			}
			return AppendEntry(nil, l.Get(exampleEntry().Key))
		}
		ab, ba, again := learn(one, two), learn(two, one), learn(one, two, one)
		if !bytes.Equal(ab, ba) || !bytes.Equal(ab, again) {
			t.Errorf("the order matters: %x %x %x", ab, ba, again)
		}
	})
}
