package dispatch

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
)

func numbered(n int) *alert.Alert { return alert.New(alert.LabelsOf("n", strconv.Itoa(n))) }

// contents are the members as a map, each of which must be there once.
func contents(t *testing.T, m *members) map[alert.Fingerprint]outcome {
	t.Helper()
	all := make(map[alert.Fingerprint]outcome)
	for x := range m.all() {
		if _, twice := all[x.alert.Fingerprint()]; twice {
			t.Errorf("%s is there twice", x.alert.Labels)
		}
		all[x.alert.Fingerprint()] = x.outcome
	}
	if len(all) != m.len() {
		t.Errorf("%d members are said to be there, and %d are", m.len(), len(all))
	}
	return all
}

// TestMembers does the same to members and to a map.
func TestMembers(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	alerts := make([]*alert.Alert, 40)
	for i := range alerts {
		alerts[i] = numbered(i)
	}
	var m members
	want := make(map[alert.Fingerprint]outcome)
	spread, gathered := 0, 0
	for step := range 20_000 {
		// It grows for a while, then shrinks for a while.
		a, grows := alerts[random.IntN(len(alerts))], random.IntN(100) < 10+80*(step/500%2)
		id, wasMany := a.Fingerprint(), m.many != nil
		switch {
		case !grows:
			delete(want, id)
			m.delete(id)
		case random.IntN(2) == 0:
			want[id] += 0
			m.renew(a)
		default:
			want[id] = outcome(random.IntN(int(outcomes)))
			m.put(member{a, want[id]})
		}
		switch isMany := m.many != nil; {
		case isMany && !wasMany:
			spread++
		case wasMany && !isMany:
			gathered++
		}
		x, here := m.get(id)
		if o, known := want[id]; here != known || x.outcome != o || here && x.alert != a || m.has(id) != known {
			t.Fatalf("step %d: got %v %v, want %v %v", step, x.outcome, here, o, known)
		}
		if step%100 == 0 {
			if diff := cmp.Diff(want, contents(t, &m)); diff != "" {
				t.Fatalf("step %d (-want +got):\n%s", step, diff)
			}
		}
	}
	if spread < 5 || gathered < 5 {
		t.Errorf("it became a map %d times and a list %d times; the test should see both", spread, gathered)
	}
}

func TestMembersStop(t *testing.T) {
	for _, n := range []int{3, fewMembers + 1} {
		var m members
		for i := range n {
			m.put(member{alert: numbered(i)})
		}
		seen := 0
		for range m.all() {
			if seen++; seen == 2 {
				break
			}
		}
		if seen != 2 {
			t.Errorf("of %d members %d were seen, want 2", n, seen)
		}
	}
}

func TestPlaces(t *testing.T) {
	a, b := new(group), new(group)
	id := alert.Fingerprint(7)
	p := newPlaces(0)
	for _, step := range []struct {
		name string
		do   func()
		want []*group
	}{
		{"new", func() {}, nil},
		{"in one", func() { p.put(id, []*group{a}) }, []*group{a}},
		{"in two", func() { p.put(id, []*group{a, b}) }, []*group{a, b}},
		{"in another", func() { p.put(id, []*group{b}) }, []*group{b}},
		{"in two again", func() { p.put(id, []*group{b, a}) }, []*group{b, a}},
		{"in none", func() { p.delete(id) }, nil},
		{"in one again", func() { p.put(id, []*group{b}) }, []*group{b}},
		{"in none again", func() { p.delete(id) }, nil},
	} {
		step.do()
		if got := slices.Collect(p.of(id)); !slices.Equal(got, step.want) {
			t.Errorf("%s: groups %p, want %p", step.name, got, step.want)
		}
		if has := len(step.want) > 0; p.has(id) != has || (p.len() == 1) != has {
			t.Errorf("%s: it has the alert: %v, %d alerts; want %v", step.name, p.has(id), p.len(), has)
		}
	}
	if len(p.one)+len(p.more) > 0 {
		t.Errorf("left over: %v, %v", slices.Collect(maps.Keys(p.one)), slices.Collect(maps.Keys(p.more)))
	}
}
