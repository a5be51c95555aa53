package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
)

// everyPosting are those of all pairs, sorted, without those that more than the most have.
func everyPosting(alerts []*alert.Alert, most int) []posting {
	var all []posting
	by := map[uint32]int{}
	for slot, a := range alerts {
		for pair := range a.Labels.Pairs() {
			by[hashPair(pair)]++
			all = append(all, post(hashPair(pair), slot))
		}
	}
	slices.Sort(all)
	return slices.DeleteFunc(all, func(p posting) bool { return by[p.hash()] > most })
}

func TestBuilder(t *testing.T) {
	var b builder
	for _, n := range []int{0, 1, 40, 511, 512, 5000, 100} { // the last one in much more memory than it needs
		alerts := make([]*alert.Alert, n)
		for i := range alerts {
			alerts[i] = machine(i, time.Now())
		}
		run, common := b.run(alerts)
		if diff := cmp.Diff(everyPosting(alerts, max(minCommon, n/8)), run); diff != "" {
			t.Errorf("%d alerts (-want +got):\n%s", n, diff)
		}
		for pair := range alert.LabelsOf("job", "kubernetes-pods", "team", "team-0").Pairs() {
			_, is := common[hashPair(pair)]
			if want := pair[1:4] == "job" && n > minCommon; is != want {
				t.Errorf("%d alerts: %q is common: %v", n, pair, is)
			}
		}
		if cap(run) > len(run)+len(run)/4+8 {
			t.Errorf("%d postings keep the memory of %d", len(run), cap(run))
		}
	}
}

// What a look goes through stays small while alerts come: it does not grow with them, but
// for the number of runs, each of which is twice the next.
func TestPairsWhileAlertsCome(t *testing.T) {
	p := &pairs{}
	p.complete(nil, map[uint32]struct{}{})
	runs := 0
	for i := range 40_000 {
		p.add(machine(i, time.Now()))
		if len(p.tail) > maxTail {
			t.Fatalf("%d alerts: %d postings are not sorted in", i+1, len(p.tail))
		}
		runs = max(runs, len(p.runs))
		if i%997 != 0 {
			continue
		}
		for j := 1; j < len(p.runs); j++ {
			if 2*len(p.runs[j]) >= len(p.runs[j-1]) {
				t.Fatalf("%d alerts: run %d of %d postings is followed by one of %d", i+1, j-1, len(p.runs[j-1]), len(p.runs[j]))
			}
		}
		for _, known := range []int{0, i / 2, i} {
			id := hashPair(slices.Collect(alert.LabelsOf("id", fmt.Sprint(known)).Pairs())[0])
			if slots, ok := p.having([]uint32{id}); !ok || !slices.Contains(slots, uint32(known)) {
				t.Fatalf("%d alerts: %d is at %v", i+1, known, slots)
			}
		}
	}
	if runs < 3 || runs > 12 {
		t.Errorf("there were up to %d runs", runs)
	}
}
