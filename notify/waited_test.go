package notify

import (
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

func TestRemains(t *testing.T) {
	at := noon.Add(-time.Minute)
	last := &Entry{Timestamp: at, Firing: []uint64{1, 2}, Resolved: []uint64{8}}
	for name, c := range map[string]struct {
		last      *Entry
		then, now state
		want      bool
	}{
		"nothing was told":               {nil, state{}, state{}, true},
		"told by another":                {last, state{firing: []uint64{1}}, state{firing: []uint64{1, 2}}, false},
		"still to be told":               {last, state{firing: []uint64{1, 3}}, state{firing: []uint64{1, 3}}, true},
		"it has ended since":             {last, state{firing: []uint64{1, 3}}, state{firing: []uint64{1}, resolved: []uint64{3}}, false},
		"an end that was told":           {last, state{resolved: []uint64{8}}, state{resolved: []uint64{8}}, false},
		"an end that is still to be":     {last, state{resolved: []uint64{2}}, state{resolved: []uint64{2}}, true},
		"an end, and it fires again":     {last, state{resolved: []uint64{2}}, state{firing: []uint64{2}}, false},
		"only what came since":           {last, state{firing: []uint64{1}}, state{firing: []uint64{1, 5}}, false},
		"a repeat that was due":          {last, state{now: noon, repeat: time.Second}, state{}, true},
		"a repeat that another has told": {last, state{now: at, repeat: time.Second}, state{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			c.then.repeat = max(c.then.repeat, time.Second)
			if c.then.now.IsZero() {
				c.then.now = at
			}
			if got := remains(c.last, c.then, c.now); got != c.want {
				t.Errorf("%t, want %t", got, c.want)
			}
		})
	}
}

func TestBygone(t *testing.T) {
	a := alert.New(alert.LabelsOf("host", "a"))
	a.EndsAt, a.UpdatedAt = noon, noon.Add(time.Second)
	hash := hashAlert(a)
	for name, c := range map[string]struct {
		last *Entry
		want bool
	}{
		"nothing was told":                     {nil, false},
		"told before the end":                  {&Entry{Timestamp: noon.Add(-time.Second)}, false},
		"told before the end was reported":     {&Entry{Timestamp: noon.Add(time.Millisecond)}, false},
		"told later, and it is not mentioned":  {&Entry{Timestamp: noon.Add(time.Minute)}, true},
		"told later, and believed to fire":     {&Entry{Timestamp: noon.Add(time.Minute), Firing: []uint64{hash}}, false},
		"told later, and owed":                 {&Entry{Timestamp: noon.Add(time.Minute), Owed: []uint64{hash}}, false},
		"told later, and it is among the ends": {&Entry{Timestamp: noon.Add(time.Minute), Resolved: []uint64{hash}}, false},
	} {
		if got := bygone(a, hash, c.last); got != c.want {
			t.Errorf("%s: %t, want %t", name, got, c.want)
		}
	}
}

// In a cluster, what another replica has told is owed even if this one does not know
// the alert yet.
func TestOwedInACluster(t *testing.T) {
	last := &Entry{Firing: []uint64{1, 2}, Owed: []uint64{3}}
	s := state{firing: []uint64{1}}
	for self, want := range map[string]int{"": 0, "a": 2} {
		tg := target{p: &Pipeline{log: NewLog(LogOptions{Self: self})}}
		if got := tg.owed(hosts("x"), last, s); len(got) != want {
			t.Errorf("replica %q owes %v, want %d", self, got, want)
		}
	}
}
