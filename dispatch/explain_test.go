package dispatch_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v4"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/dispatch"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/timeinterval"
)

const explainedRoutes = `
receiver: root
routes:
  - matchers: [a="1"]
    receiver: first
    continue: true
    routes:
      - matchers: [b="1"]
        receiver: below
  - matchers: [a="1", 'b!="2"']
    receiver: second
  - matchers: [c="1"]
    receiver: third
`

func TestExplain(t *testing.T) {
	root := tree(t, explainedRoutes)
	for _, tt := range []struct {
		labels []string
		want   []string
	}{
		{[]string{"a", "2"}, []string{
			"route matches taken",
			`route.routes[0] no a="1"`,
			`route.routes[1] no a="1"`,
			`route.routes[2] no c="1"`,
		}},
		{[]string{"a", "1", "c", "1"}, []string{
			"route matches",
			`route.routes[0] matches taken`,
			`route.routes[0].routes[0] no b="1"`,
			`route.routes[1] matches taken`,
			`route.routes[2] stopped by route.routes[1]`,
		}},
		{[]string{"a", "1", "b", "1"}, []string{
			"route matches",
			`route.routes[0] matches`,
			`route.routes[0].routes[0] matches taken`,
			`route.routes[1] matches taken`,
			`route.routes[2] stopped by route.routes[1] no c="1"`,
		}},
		{[]string{"b", "2"}, []string{
			"route matches taken",
			`route.routes[0] no a="1"`,
			`route.routes[1] no a="1" b!="2"`,
			`route.routes[2] no c="1"`,
		}},
	} {
		var got []string
		for _, s := range root.Explain(alert.LabelsOf(tt.labels...)) {
			got = append(got, stepText(s))
		}
		if diff := gocmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", tt.labels, diff)
		}
	}
}

func stepText(s dispatch.Step) string {
	words := []string{s.Path}
	if s.Matches {
		words = append(words, "matches")
	}
	if s.Taken {
		words = append(words, "taken")
	}
	if s.StoppedBy != "" {
		words = append(words, "stopped by", s.StoppedBy)
	}
	failed := 0
	for _, test := range s.Tests {
		if !test.OK {
			if failed++; failed == 1 && !s.Matches {
				words = append(words, "no")
			}
			words = append(words, test.Matcher.String())
		}
	}
	return strings.Join(words, " ")
}

// TestExplainIsMatch wants the explanation to end where alerts do, in trees that are
// searched through an index as well.
func TestExplainIsMatch(t *testing.T) {
	var text strings.Builder
	text.WriteString("receiver: root\nroutes:\n")
	for i := range 30 {
		fmt.Fprintf(&text, "  - {matchers: ['l%d=~\"[%d-9]\"'], receiver: r%d, continue: %t, routes: [{matchers: ['m=\"%d\"']}]}\n",
			i%3, i%10, i, i%4 != 0, i%5)
	}
	root := tree(t, text.String())
	for i := range 1000 {
		l := alert.LabelsOf("l0", fmt.Sprint(i%10), "l1", fmt.Sprint(i/10%10), "l2", fmt.Sprint(i/100), "m", fmt.Sprint(i%5))
		var taken []*dispatch.Route
		for _, s := range root.Explain(l) {
			if s.Taken {
				taken = append(taken, s.Route)
			}
		}
		found := root.Match(l)
		same := len(found) == len(taken)
		for n := range found {
			same = same && found[n] == taken[n]
		}
		if !same {
			t.Fatalf("%s: explained %d routes, matched %d", l, len(taken), len(found))
		}
	}
}

// knowing hands over the options of the dispatcher, which have its routes once the
// story begins.
func knowing(o **dispatch.Options) func(*world, *dispatch.Options) {
	return func(_ *world, mine *dispatch.Options) { *o = mine }
}

func TestStanding(t *testing.T) {
	var o *dispatch.Options
	inBubble(t, "{receiver: r, group_by: [g], group_wait: 30s}", func(w *world) {
		member := alert.LabelsOf("alertname", "X", "host", "a", "g", "1")
		if _, there := w.d.Standing(o.Root, member); there {
			t.Error("a group without alerts stands")
		}
		w.fires("a", "g", "1")
		s, there := w.d.Standing(o.Root, member)
		if !there || !s.Member || s.Busy || !s.NextLook.Equal(w.start.Add(30*time.Second)) {
			t.Errorf("there: %t, %+v", there, s)
		}
		if s, there = w.d.Standing(o.Root, alert.LabelsOf("g", "1", "host", "b")); !there || s.Member {
			t.Errorf("another alert of the group; there: %t, %+v", there, s)
		}
		if all := s.Source.Flush(w.start).All; len(all) != 1 {
			t.Errorf("the group has %d alerts", len(all))
		}
		if _, there = w.d.Standing(o.Root, alert.LabelsOf("g", "2")); there {
			t.Error("another group stands")
		}
		if key := o.Root.Group(member).Key; key != `{}:{g="1"}` {
			t.Errorf("key %s", key)
		}
		w.until(31 * time.Second)
		if s, _ = w.d.Standing(o.Root, member); !s.NextLook.Equal(w.start.Add(5*time.Minute + 30*time.Second)) {
			t.Errorf("next look at %s", s.NextLook.Sub(w.start))
		}
	}, knowing(&o))
}

// status asks the pipeline where an alert stands with its one integration.
func (w *world) status(root *dispatch.Route, host string, moments ...time.Time) (notify.Explanation, notify.Status) {
	w.t.Helper()
	labels := alert.LabelsOf("alertname", "X", "host", host)
	a, known := w.alerts.Get(labels.Fingerprint())
	if !known {
		a = alert.New(labels)
		a.StartsAt = time.Now()
	}
	q := notify.Question{Group: root.Group(labels), Alert: a, Now: time.Now(), At: time.Now(), Interval: root.GroupInterval, Moments: moments}
	q.NextLook = q.Now.Add(root.GroupWait)
	if s, there := w.d.Standing(root, labels); there {
		q.Source, q.NextLook = s.Source, s.NextLook
	}
	e := w.p.Explain(q)
	if len(e.Integrations) != 1 {
		w.t.Fatalf("%d integrations", len(e.Integrations))
	}
	return e, e.Integrations[0]
}

// wantNext checks what is told next about an alert.
func (w *world) wantNext(s notify.Status, at time.Duration, why notify.Reason) {
	w.t.Helper()
	if s.Reason != why || !s.Next.Equal(w.start.Add(at)) {
		w.t.Errorf("at %s: next at %s because of %q, want %s, %q", w.at(), s.Next.Sub(w.start), s.Reason, at, why)
	}
}

// What is said to come next comes.
func TestPipelineExplains(t *testing.T) {
	var o *dispatch.Options
	inBubble(t, "{receiver: r, repeat_interval: 17m}", func(w *world) {
		_, s := w.status(o.Root, "a")
		w.wantNext(s, 30*time.Second, notify.ReasonFirst)
		if s.Belief != notify.ToldNothing || s.Last != nil || s.OnTheWay != nil {
			t.Errorf("an imagined alert: %+v", s)
		}
		w.fires("a")
		w.until(time.Minute)
		e, s := w.status(o.Root, "a")
		w.wantNext(s, 20*time.Minute+30*time.Second, notify.ReasonRepeat)
		if s.Belief != notify.ToldFiring || s.Due || e.Firing != 1 || e.Resolved != 0 {
			t.Errorf("told: %+v, %+v", e, s)
		}
		_, s = w.status(o.Root, "b")
		w.wantNext(s, 5*time.Minute+30*time.Second, notify.ReasonNew)
		w.silences.mute("a")
		e, s = w.status(o.Root, "a")
		if !s.Next.IsZero() || len(e.Quiet) != 1 || e.Quiet[0].Reason != "silence" || e.Quiet[0].By[0] != "a silence" {
			t.Errorf("silenced: %+v, %+v", e, s)
		}
		w.silences.unmute("a")
		w.until(21 * time.Minute)
		w.ends("a")
		e, s = w.status(o.Root, "a")
		w.wantNext(s, 25*time.Minute+30*time.Second, notify.ReasonAllResolved)
		if !s.Due || s.Belief != notify.ToldFiring || e.Resolved != 1 {
			t.Errorf("over: %+v, %+v", e, s)
		}
		w.until(30 * time.Minute)
		if _, s = w.status(o.Root, "a"); s.Belief != notify.ToldResolved || s.Due || !s.Next.IsZero() {
			t.Errorf("told as over: %+v", s)
		}
		w.want("30s r +a (first notification)", "20m30s r +a (repeat interval elapsed)", "25m30s r -a (all alerts resolved)")
	}, knowing(&o))
}

// A repetition before a muted time comes before it, and one in it after it.
func TestPipelineExplainsRepetitions(t *testing.T) {
	var o *dispatch.Options
	evening := func(w *world, _ *dispatch.Options) {
		hour := func(h int) timeinterval.TimeRange { return timeinterval.TimeRange{Start: h * 60, End: h*60 + 60} }
		w.intervals = timeinterval.Set{"break": {{Times: []timeinterval.TimeRange{hour(3), hour(5)}}}}
	}
	inBubble(t, "{receiver: root, routes: [{receiver: r, matchers: [alertname=X], repeat_interval: 90m, mute_time_intervals: [break]}]}", func(w *world) {
		w.fires("a") // it is midnight
		route := o.Root.Children()[0]
		edges := []time.Time{w.start.Add(3 * time.Hour), w.start.Add(4 * time.Hour), w.start.Add(5 * time.Hour), w.start.Add(6 * time.Hour)}
		for _, tt := range []struct{ at, next time.Duration }{
			{time.Minute, 95*time.Minute + 30*time.Second},
			{100 * time.Minute, 4*time.Hour + 30*time.Second},
			{200 * time.Minute, 4*time.Hour + 30*time.Second},
			{5 * time.Hour, 6*time.Hour + 30*time.Second},
		} {
			w.until(tt.at)
			_, s := w.status(route, "a", edges...)
			w.wantNext(s, tt.next, notify.ReasonRepeat)
		}
		w.until(6*time.Hour + time.Minute)
		w.want(
			"30s r +a (first notification)",
			"1h35m30s r +a (repeat interval elapsed)",
			"4h0m30s r +a (repeat interval elapsed)",
			"6h0m30s r +a (repeat interval elapsed)",
		)
	}, knowing(&o), evening)
}

func TestPipelineExplainsFailures(t *testing.T) {
	var o *dispatch.Options
	inBubble(t, "{receiver: r}", func(w *world) {
		var failure atomic.Value // of every attempt
		failure.Store(func() error { return errDown })
		w.send["r"] = func(context.Context, *notify.Notification) error { return failure.Load().(func() error)() }
		w.fires("a")
		w.until(40 * time.Second)
		_, s := w.status(o.Root, "a")
		way := s.OnTheWay
		if way == nil || way.Step != notify.StepResting || way.Attempts < 3 || !errors.Is(way.Err, errDown) ||
			!way.Next.After(time.Now()) || !way.Since.Equal(w.start.Add(30*time.Second)) || s.Failures != 0 {
			t.Fatalf("failing: %+v, on the way %+v", s, way)
		}
		w.until(5 * time.Minute)
		if _, s = w.status(o.Root, "a"); s.Failures < 10 || s.Pause.IsZero() {
			t.Errorf("dead: %+v", s)
		}
		failure.Store(func() error { return backoff.Permanent(errDown) })
		w.until(7 * time.Minute)
		_, s = w.status(o.Root, "a")
		if s.OnTheWay != nil || s.GivenUp == nil || !errors.Is(s.GivenUp.Err, errDown) || s.Failures != 0 {
			t.Errorf("given up: %+v", s)
		}
		w.wantNext(s, 10*time.Minute+30*time.Second, notify.ReasonFirst)
		failure.Store(func() error { return nil })
		w.until(11 * time.Minute)
		if _, s = w.status(o.Root, "a"); s.OnTheWay != nil || s.GivenUp != nil || s.Belief != notify.ToldFiring {
			t.Errorf("told at last: %+v", s)
		}
	}, knowing(&o))
}
