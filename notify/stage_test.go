package notify

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/timeinterval"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// hosts makes a flush at noon; a host that begins with "-" has resolved.
func hosts(names ...string) Flush {
	f := Flush{Now: noon, Group: Group{Policy: &Policy{SendMutedResolved: true}}}
	for _, name := range names {
		a := alert.New(alert.LabelsOf("host", name))
		a.StartsAt = noon.Add(-time.Hour)
		if name[0] == '-' {
			a.EndsAt = noon
		}
		f.All = append(f.All, a)
	}
	f.Alerts = f.All
	return f
}

func names(alerts []*alert.Alert) []string {
	var list []string
	for _, a := range alerts {
		list = append(list, a.Labels.Get("host"))
	}
	return list
}

// these mutes the alerts of some hosts.
type these map[string]bool

func (these) Reason() string { return "test" }

func (m these) MutedBy(a *alert.Alert, _ time.Time) []string {
	if m[a.Labels.Get("host")] {
		return []string{"x"}
	}
	return nil
}

func TestMute(t *testing.T) {
	for _, c := range []struct {
		name       string
		in         Flush
		mutes      these
		left, owed []string
	}{
		{"nothing", hosts("a", "-b"), these{}, []string{"a", "-b"}, nil},
		{"what fires is left out", hosts("a", "b"), these{"a": true}, []string{"b"}, nil},
		{"what resolved is owed", hosts("a", "-b"), these{"-b": true}, []string{"a"}, []string{"-b"}},
		{"everything", hosts("a", "-b"), these{"a": true, "-b": true}, nil, []string{"-b"}},
		{"what resolved and the route does not want told", unowed(hosts("a", "-b")), these{"-b": true}, []string{"a"}, nil},
		{"an empty flush", hosts(), these{"a": true}, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := names(c.in.All)
			got, err := mute{c.mutes}.Exec(t.Context(), c.in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([][]string{c.left, c.owed, before}, [][]string{names(got.Alerts), names(got.Owed), names(got.All)}); diff != "" {
				t.Errorf("left, owed, all (-want +got):\n%s", diff)
			}
		})
	}
}

func unowed(f Flush) Flush {
	f.Group.Policy = &Policy{}
	return f
}

func TestMuteAddsToWhatIsOwed(t *testing.T) {
	f := hosts("-a", "-b")
	first, _ := mute{these{"-a": true}}.Exec(t.Context(), f)
	second, _ := mute{these{"-b": true}}.Exec(t.Context(), first)
	if diff := cmp.Diff([]string{"-a", "-b"}, names(second.Owed)); diff != "" {
		t.Errorf("owed (-want +got):\n%s", diff)
	}
	if len(first.Owed) != 1 {
		t.Error("a stage changed the flush it was given")
	}
}

func TestTimeStages(t *testing.T) {
	at := func(from, to int) []timeinterval.Interval {
		return []timeinterval.Interval{{Times: []timeinterval.TimeRange{{Start: from * 60, End: to * 60}}}}
	}
	intervals := timeinterval.Set{"morning": at(6, 12), "noon": at(12, 13), "lunch": at(11, 14)}
	for _, c := range []struct {
		name         string
		active, mute []string
		muted        []string
	}{
		{name: "no intervals"},
		{name: "in an active one", active: []string{"morning", "noon"}},
		{name: "in no active one", active: []string{"morning"}, muted: []string{"morning"}},
		{name: "in no mute one", mute: []string{"morning"}},
		{name: "in mute ones", mute: []string{"morning", "noon", "lunch"}, muted: []string{"noon", "lunch"}},
		{name: "in both", active: []string{"noon"}, mute: []string{"noon"}, muted: []string{"noon"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := hosts("a", "-b")
			f.Owed = f.All[1:]
			f.Group.Policy = &Policy{ActiveIntervals: c.active, MuteIntervals: c.mute}
			for _, s := range []Stage{activeTime{intervals}, muteTime{intervals}} {
				var err error
				if f, err = s.Exec(t.Context(), f); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(c.muted, f.MutedBy); diff != "" {
				t.Errorf("muted by (-want +got):\n%s", diff)
			}
			if f.Empty() != (c.muted != nil) {
				t.Errorf("%d alerts and %d owed are left", len(f.Alerts), len(f.Owed))
			}
		})
	}
}

// unsettled is a cluster that never settles.
type unsettled struct{ Alone }

func (unsettled) Settle(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestSettleEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (settle{unsettled{}}).Exec(ctx, hosts("a")); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}

func TestSuppressedAlertsAreCounted(t *testing.T) {
	counter := prometheus.NewCounter(prometheus.CounterOpts{Name: "suppressed"})
	if _, err := (counted{mute{these{"a": true, "-b": true}}, counter}).Exec(t.Context(), hosts("a", "-b", "c")); err != nil {
		t.Fatal(err)
	}
	if got := testutil.ToFloat64(counter); got != 2 {
		t.Errorf("%v suppressed, want 2", got)
	}
}

func TestTruth(t *testing.T) {
	hash := func(host string) uint64 { return hashAlert(alert.New(alert.LabelsOf("host", host))) }
	f := hosts("a", "-b", "-c", "-d", "e")
	f.Alerts, f.Owed = f.All[:2], f.All[2:4] // c and d ended muted, e is muted
	last := &Entry{Firing: []uint64{hash("-c")}, Owed: []uint64{hash("e")}}

	s, alerts := truth(f, last, true)
	if diff := cmp.Diff([]string{"-b", "-c", "a"}, names(alerts)); diff != "" {
		t.Errorf("alerts to tell (-want +got):\n%s", diff)
	}
	if len(s.firing) != 1 || len(s.resolved) != 2 || len(s.owed) != 1 || s.owed[0] != hash("-c") {
		t.Errorf("state %+v, want a firing, b and c resolved, c owed", s)
	}
	if diff := cmp.Diff([]uint64{hash("e")}, stillOwed(f, last, s)); diff != "" {
		t.Errorf("still owed (-want +got):\n%s", diff)
	}

	s, alerts = truth(f, nil, false)
	if diff := cmp.Diff([]string{"a"}, names(alerts)); diff != "" || len(s.resolved) != 1 || s.owed != nil {
		t.Errorf("without resolved and nothing told: %v, state %+v", names(alerts), s)
	}
	if owed := stillOwed(f, nil, s); owed != nil {
		t.Errorf("%d owed though nothing was told", len(owed))
	}
}

// TestTruthOfAClockThatIsBehind wants an end that was told by a replica whose clock is
// ahead not to be taken back, and what has been reported since to be told.
func TestTruthOfAClockThatIsBehind(t *testing.T) {
	now := time.Now()
	told := now.Add(40 * time.Second) // by the clock that is ahead
	for name, tc := range map[string]struct {
		ends                   time.Duration
		last                   *Entry
		firing, resolved, sent int
	}{
		"nothing was told":            {20 * time.Second, nil, 1, 0, 1},
		"it was told as firing":       {20 * time.Second, &Entry{Timestamp: told, Firing: []uint64{1}}, 1, 0, 1},
		"its end was told":            {20 * time.Second, &Entry{Timestamp: told, Resolved: []uint64{1}}, 0, 1, 0},
		"its end was told before":     {20 * time.Second, &Entry{Timestamp: told, Firing: []uint64{2}}, 0, 0, 0},
		"it was reported again since": {4 * time.Minute, &Entry{Timestamp: told, Resolved: []uint64{1}}, 1, 0, 1},
		"its end has come":            {0, &Entry{Timestamp: told, Resolved: []uint64{1}}, 0, 1, 1},
	} {
		a := alert.New(alert.LabelsOf("host", "a"))
		a.UpdatedAt, a.EndsAt = now, now.Add(tc.ends)
		if tc.last != nil {
			for _, list := range [][]uint64{tc.last.Firing, tc.last.Resolved} {
				if len(list) > 0 && list[0] == 1 {
					list[0] = hashAlert(a)
				}
			}
		}
		s, alerts := truth(Flush{Group: Group{Policy: &Policy{}}, Now: now, All: []*alert.Alert{a}, Alerts: []*alert.Alert{a}}, tc.last, true)
		if len(s.firing) != tc.firing || len(s.resolved) != tc.resolved || len(alerts) != tc.sent {
			t.Errorf("%s: %d firing, %d resolved, %d to send; want %d, %d, %d", name, len(s.firing), len(s.resolved), len(alerts), tc.firing, tc.resolved, tc.sent)
		}
	}
}

func TestKept(t *testing.T) {
	last := &Entry{Data: map[string]string{"thread": "1"}}
	for _, c := range []struct {
		name   string
		last   *Entry
		reason Reason
		want   map[string]string
	}{
		{"nothing told", nil, ReasonFirst, map[string]string{}},
		{"more of the same episode", last, ReasonNew, map[string]string{"thread": "1"}},
		{"its end", last, ReasonAllResolved, map[string]string{"thread": "1"}},
		{"a new episode", last, ReasonFirst, map[string]string{}},
	} {
		got := kept(c.last, c.reason)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		got["thread"] = "2" // must not change the log
	}
	if last.Data["thread"] != "1" {
		t.Error("the entry in the log was changed")
	}
}
