package disk

import (
	"math/rand/v2"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
)

func TestLost(t *testing.T) {
	for _, c := range []struct {
		name string
		all  []marked
		want bool
	}{
		{"nothing", nil, false},
		{"no gap", []marked{{mark{1, 0}, false}, {mark{2, 1}, false}, {mark{3, 2}, false}}, false},
		{"a gap in what was durable", []marked{{mark{1, 0}, false}, {mark{3, 2}, true}}, true},
		{"one that was not durable when the next was written", []marked{{mark{1, 0}, false}, {mark{3, 1}, true}}, false},
		{"and was later", []marked{{mark{1, 0}, false}, {mark{3, 1}, true}, {mark{4, 2}, false}}, true},
		{"two, of which the first was durable", []marked{{mark{1, 0}, false}, {mark{4, 2}, true}}, true},
		{"a part of a record that others follow", []marked{{mark{1, 0}, false}, {mark{2, 1}, true}, {mark{3, 2}, false}}, false},
		{"the first", []marked{{mark{2, 1}, true}}, true},
		{"the first, not durable", []marked{{mark{2, 0}, true}}, false},
		{"something before the first", []marked{{mark{1, 0}, true}, {mark{2, 1}, false}}, false},
		{"the first of a later log", []marked{{mark{1001, 999}, true}, {mark{1002, 1000}, false}}, true},
		{"many not durable", []marked{{mark{1, 0}, false}, {mark{9, 1}, true}, {mark{12, 1}, true}}, false},
	} {
		if got := lost(c.all); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Every record of a log has a mark, in the order in which they were written, and the
// last says that all others are durable.
func TestMarks(t *testing.T) {
	p := past{fs: vfs.NewMem(), now: make(map[string]string), every: make(map[string][]string)}
	db, table := mustOpen(t, p.fs)
	during(t, db, func() {
		for range 20 {
			p.change(table, rand.New(rand.NewPCG(1, 1)), "1")
			if err := table.Sync(t.Context()); err != nil {
				t.Error(err)
			}
		}
	})
	s, err := lookAt(p.fs, "data/db")
	if err != nil {
		t.Fatal(err)
	}
	_, logs := s.sources()
	data, err := s.read(s.logs[logs[len(logs)-1]])
	if err != nil {
		t.Fatal(err)
	}
	all := scanLog(data, logs[len(logs)-1]).marks()
	if len(all) < 20 {
		t.Fatalf("%d marks, want one for each group", len(all))
	}
	for i, m := range all {
		if m.number != uint64(i+1) || m.durable > uint64(i) || m.gap {
			t.Errorf("mark %d is %+v", i, m)
		}
	}
	if last := all[len(all)-1]; last.durable != last.number-1 {
		t.Errorf("the last is %+v", last)
	}
}
