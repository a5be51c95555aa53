package notify

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestAdopt(t *testing.T) {
	key := func(group string) LogKey { return LogKey{Group: group, Receiver: "r", Integration: "webhook"} }
	entry := func(group string, after time.Duration, firing, resolved, owed []uint64) *Entry {
		return &Entry{
			Key: key(group), Timestamp: time.Unix(1000, 0).Add(after), ExpiresAt: time.Unix(1e6, 0),
			Firing: firing, Resolved: resolved, Owed: owed,
		}
	}
	for name, tc := range map[string]struct {
		ours   []*Entry
		theirs *Entry
		news   bool
		want   []*Entry // of the groups a and b
	}{
		"unknown": {
			nil, entry("{}:{}", 0, []uint64{1}, nil, nil), true,
			[]*Entry{entry("a", 0, []uint64{1}, nil, nil), entry("b", 0, []uint64{1}, nil, nil)},
		},
		"later": {
			[]*Entry{entry("a", 0, []uint64{1}, nil, nil)},
			entry("{}:{}", 1, nil, []uint64{1}, nil), true,
			[]*Entry{entry("a", 1, nil, []uint64{1}, nil), entry("b", 1, nil, []uint64{1}, nil)},
		},
		"earlier for one": {
			[]*Entry{entry("a", 2, []uint64{1}, nil, nil)},
			entry("{}:{}", 1, []uint64{2}, nil, nil), true,
			[]*Entry{entry("a", 2, []uint64{1}, nil, nil), entry("b", 1, []uint64{2}, nil, nil)},
		},
		"earlier for all": {
			[]*Entry{entry("a", 2, []uint64{1}, nil, nil), entry("b", 3, nil, nil, nil)},
			entry("{}:{}", 1, []uint64{2}, nil, nil), false,
			[]*Entry{entry("a", 2, []uint64{1}, nil, nil), entry("b", 3, nil, nil, nil)},
		},
		"our own, come back": {
			[]*Entry{entry("b", 1, []uint64{1}, nil, []uint64{2})},
			entry("{}:{}", 1, []uint64{1, 2}, nil, nil), false,
			[]*Entry{entry("b", 1, []uint64{1}, nil, []uint64{2})},
		},
		"what it does not mention is still owed": {
			[]*Entry{entry("a", 0, []uint64{1, 2, 5}, nil, []uint64{3, 4}), entry("b", 2, nil, nil, nil)},
			entry("{}:{}", 1, []uint64{1, 4}, []uint64{2}, nil), true,
			[]*Entry{entry("a", 1, []uint64{1, 4}, []uint64{2}, []uint64{3, 5}), entry("b", 2, nil, nil, nil)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := NewLog(LogOptions{})
			for _, e := range tc.ours {
				l.entries[e.Key] = e
			}
			if news := l.Adopt(tc.theirs, "a", "b"); news != tc.news {
				t.Errorf("news %t, want %t", news, tc.news)
			}
			var got []*Entry
			for _, group := range []string{"a", "b", "{}:{}"} {
				if e := l.entries[key(group)]; e != nil {
					got = append(got, e)
				}
			}
			if diff := cmp.Diff(tc.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
		})
	}
}

func TestEntriesLeavesOutWhatHasExpired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLog(LogOptions{})
		for i, life := range []time.Duration{time.Minute, time.Hour} {
			e := &Entry{Key: LogKey{Group: "g", Receiver: "r", Integration: "webhook", Index: i}, Timestamp: time.Now(), ExpiresAt: time.Now().Add(life)}
			if !l.Adopt(e, "g") {
				t.Fatal("not taken")
			}
		}
		time.Sleep(time.Minute)
		left := slices.Collect(l.Entries())
		if len(left) != 1 || left[0].Key.Index != 1 {
			t.Errorf("%d entries are left", len(left))
		}
	})
}
