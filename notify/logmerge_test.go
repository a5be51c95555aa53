package notify

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// told is an entry that a replica made at a second, after another one.
func toldBy(by string, second int, last *Entry, firing, resolved []uint64) *Entry {
	at := time.Unix(int64(1700000000+second), 0).UTC()
	return &Entry{
		Key:       LogKey{Group: "{}:{}", Receiver: "team", Integration: "webhook"},
		Timestamp: at,
		ExpiresAt: at.Add(time.Hour),
		Firing:    firing,
		Resolved:  resolved,
		Marks:     marks(last, by, at),
	}
}

// note is what a replica leaves that dies while it tells something, a minute after an
// entry by its clock.
func note(of *Entry, owed ...uint64) *Entry {
	at := of.Timestamp.Add(time.Minute)
	return &Entry{Key: of.Key, Timestamp: at, ExpiresAt: at.Add(time.Hour), Owed: owed}
}

func TestMergeOfWhatWasTold(t *testing.T) {
	first := toldBy("a", 0, nil, []uint64{1}, nil)
	second := toldBy("b", 10, first, []uint64{1, 2}, nil)
	third := toldBy("a", 20, second, []uint64{2}, []uint64{1})
	apart := toldBy("c", 5, nil, []uint64{1, 7}, nil)
	tests := map[string]struct {
		a, b             *Entry
		firing, resolved []uint64
		owed             []uint64
	}{
		"what it came from counts no more":     {third, first, []uint64{2}, []uint64{1}, nil},
		"nor does what was before that":        {third, second, []uint64{2}, []uint64{1}, nil},
		"the same":                             {second, second, []uint64{1, 2}, nil, nil},
		"what others told unheard is owed":     {third, apart, []uint64{2}, nil, []uint64{1, 7}},
		"not what both have told as firing":    {first, apart, []uint64{1, 7}, nil, nil},
		"what the earlier one owed stays owed": {second, &Entry{Key: second.Key, Timestamp: first.Timestamp, Owed: []uint64{2, 9}, Marks: []Mark{{"c", first.Timestamp}}}, []uint64{1, 2}, nil, []uint64{9}},
		"what one of two equals owes is owed":  {third, third.owing([]uint64{1, 8}), []uint64{2}, nil, []uint64{1, 8}},
		"what was told counts before a note":   {first, note(first, 1), []uint64{1}, nil, nil},
		"also before that of a clock ahead":    {third, note(third, 1, 2), []uint64{2}, []uint64{1}, nil},
		"what else a note has is owed":         {third, note(third, 2, 8), []uint64{2}, []uint64{1}, []uint64{8}},
		"without marks the later one counts":   {third, &Entry{Key: second.Key, Timestamp: third.Timestamp.Add(1), Firing: []uint64{5}}, []uint64{5}, nil, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, m := range []*Entry{merge(tt.a, tt.b), merge(tt.b, tt.a)} {
				if !slices.Equal(m.Firing, tt.firing) || !slices.Equal(m.Resolved, tt.resolved) || !slices.Equal(m.Owed, tt.owed) {
					t.Errorf("firing %v, resolved %v, owed %v; want %v, %v, %v", m.Firing, m.Resolved, m.Owed, tt.firing, tt.resolved, tt.owed)
				}
				if again := merge(m, tt.a); again != m {
					t.Error("it does not cover what it was made of")
				}
			}
		})
	}
}

func TestMarksAreForgottenAndStored(t *testing.T) {
	e := toldBy("a", 0, nil, []uint64{1}, nil)
	next := toldBy("b", 60, e, []uint64{1}, nil)
	if got, want := next.Marks, []Mark{{"a", e.Timestamp}, {"b", next.Timestamp}}; !cmp.Equal(got, want) {
		t.Errorf("marks %v, want %v", got, want)
	}
	parsed, err := ParseEntry(AppendEntry(nil, next))
	if err != nil || !cmp.Equal(parsed.Marks, next.Marks) {
		t.Errorf("marks %v read back as %v, %v", next.Marks, parsed.Marks, err)
	}
	much := toldBy("b", 60+2*86400, next, []uint64{1}, nil)
	if len(much.Marks) != 1 {
		t.Errorf("marks of days ago are kept: %v", much.Marks)
	}
	if !much.covers(e) {
		t.Error("what was told days ago counts as unheard of")
	}
	if marks(next, "", time.Now()) != nil {
		t.Error("a replica that is alone leaves marks")
	}
}

// It must not matter in which order replicas learn what others have told, once they
// have heard each other.
func FuzzMergeOfThree(f *testing.F) {
	f.Add([]byte{0, 1, 5, 1, 2, 9, 2, 3, 17})
	f.Add([]byte{1, 1, 255, 1, 1, 7, 0, 3, 128})
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < 9 {
			return
		}
		var e [3]*Entry
		for i := range e {
			var firing, resolved []uint64
			for bit := range uint64(8) {
				switch {
				case b[3*i+2]&(1<<bit) == 0:
				case bit%2 == 0:
					firing = append(firing, bit/2)
				default:
					resolved = append(resolved, bit/2+100)
				}
			}
			var last *Entry
			if i > 0 && b[3*i]%2 == 0 {
				last = e[i-1]
			}
			e[i] = toldBy(string(rune('x'+i)), 10*i+int(b[3*i+1]%8), last, firing, resolved)
		}
		var seen []*Entry
		whole := e[0]
		for _, order := range [][3]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}} {
			m := merge(merge(e[order[0]], e[order[1]]), e[order[2]])
			seen, whole = append(seen, m), merge(whole, m)
		}
		want := AppendEntry(nil, whole)
		for i, m := range seen {
			if !bytes.Equal(AppendEntry(nil, merge(m, whole)), want) || !bytes.Equal(AppendEntry(nil, merge(whole, m)), want) {
				t.Errorf("order %d ends with %+v, want %+v", i, merge(m, whole), whole)
			}
		}
	})
}
