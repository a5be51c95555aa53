package cluster

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func all(names ...string) []candidate {
	var list []candidate
	for _, n := range names {
		list = append(list, candidate{name: n})
	}
	return list
}

func order(group string, members []candidate) []string {
	list := make([]string, len(members))
	for _, m := range members {
		list[placeOf(m.name, group, members)] = m.name
	}
	return list
}

func TestPlaceIsAPermutationThatDoesNotDependOnOrder(t *testing.T) {
	for i := range 200 {
		group := fmt.Sprint("group ", i)
		first := order(group, all("a", "b", "c", "d", "e"))
		if slices.Contains(first, "") {
			t.Fatalf("two members have the same place: %q", first)
		}
		if second := order(group, all("e", "c", "a", "d", "b")); !slices.Equal(first, second) {
			t.Fatalf("order depends on the order of members: %q and %q", first, second)
		}
	}
}

func TestPlaceSpreadsEvenly(t *testing.T) {
	members := all("a", "b", "c")
	counts := make(map[string]int)
	const groups = 30000
	for i := range groups {
		counts[order(fmt.Sprint("group ", i), members)[0]]++
	}
	for name, n := range counts {
		if n < groups/3*95/100 || n > groups/3*105/100 {
			t.Errorf("%s is first for %d of %d groups", name, n, groups)
		}
	}
}

func TestPlaceMovesOnlyWhatMust(t *testing.T) {
	for i := range 200 {
		group := fmt.Sprint("group ", i)
		before := order(group, all("a", "b", "c", "d"))
		after := order(group, all("a", "b", "d"))
		want := slices.DeleteFunc(slices.Clone(before), func(n string) bool { return n == "c" })
		if !slices.Equal(after, want) {
			t.Errorf("%s: %q without c is %q", group, before, after)
		}
	}
}

func TestPlaceOfFrailMembersIsLast(t *testing.T) {
	for i := range 200 {
		group := fmt.Sprint("group ", i)
		got := order(group, []candidate{{"a", true}, {"b", false}, {"c", true}, {"d", false}})
		well := order(group, all("b", "d"))
		ill := order(group, all("a", "c"))
		if want := slices.Concat(well, ill); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", group, got, want)
		}
	}
}

func TestPlaceOfAStranger(t *testing.T) {
	if got := placeOf("x", "g", all("a", "b")); got != 0 {
		t.Errorf("place %d: who is not among the members must not wait", got)
	}
}

// first returns a group whose turns begin with the given replicas.
func firstGroup(nodes []*node, names ...string) string {
	for i := 0; ; i++ {
		group := fmt.Sprint("group ", i)
		fits := true
		for _, n := range nodes {
			place, _ := n.Place(group)
			if place < len(names) && names[place] != n.Name() {
				fits = false
			}
		}
		if fits {
			return group
		}
	}
}

func TestPlaceFollowsADeath(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		nodes := g.startAll(3)
		g.together(3 * time.Second)
		time.Sleep(20 * time.Second)
		a, b, c := nodes[0], nodes[1], nodes[2]
		group := firstGroup(nodes, "a", "b", "c")
		if a.Wait(group) != 0 || b.Wait(group) != 15*time.Second || c.Wait(group) != 30*time.Second {
			t.Fatalf("waits %s, %s, %s", a.Wait(group), b.Wait(group), c.Wait(group))
		}

		died := time.Now()
		g.net.Crash(a.address)
		for b.Wait(group) > 0 {
			select {
			case <-b.Changed():
			case <-time.After(time.Minute):
				t.Fatal("b still waits for a after a minute")
			}
		}
		if took := time.Since(died); took >= 4*time.Second {
			t.Errorf("it was the turn of b %s after the death of a, want less than 4 s", took)
		}
		eventually(t, time.Second, "c waits for b only", func() bool { return c.Wait(group) == 15*time.Second })
		eventually(t, 15*time.Second, "b sees two members", func() bool { _, of := b.Place(group); return of == 2 })
		g.crash(a)
	})
}

func TestPlaceFollowsAGoodbyeAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, g *group) {
		nodes := g.startAll(3)
		g.together(3 * time.Second)
		group := firstGroup(nodes, "a", "b", "c")
		said := time.Now()
		go nodes[0].stop()
		eventually(t, time.Second, "b does not wait for a", func() bool { return nodes[1].Wait(group) == 0 })
		if took := time.Since(said); took > 50*time.Millisecond {
			t.Errorf("it took %s", took)
		}
	})
}

func TestPlaceAlone(t *testing.T) {
	p, err := New(Options{Name: "a"})
	if err != nil {
		t.Fatal(err)
	}
	if place, of := p.Place("g"); place != 0 || of != 1 || p.Wait("g") != 0 {
		t.Errorf("place %d of %d before anything runs", place, of)
	}
}
