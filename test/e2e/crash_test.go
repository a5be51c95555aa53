package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// kills is how often tocsin is killed: 50 times where all tests have to run, a few
// times elsewhere, or what TOCSIN_E2E_KILLS says.
func kills(t *testing.T) int {
	t.Helper()
	text := os.Getenv("TOCSIN_E2E_KILLS")
	switch {
	case text == "" && os.Getenv("TOCSIN_E2E_REQUIRED") == "1":
		return 50
	case text == "":
		return 10
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("TOCSIN_E2E_KILLS: %v", err)
	}
	return n
}

// crashing has a webhook that says in which of its lives tocsin calls it.
const crashing = `
route: {receiver: team, group_by: [alertname], group_wait: 100ms, group_interval: 500ms, repeat_interval: 1h}
receivers: [{name: team, webhook_configs: [{url: '%s/%d'}]}]
`

// TestCrash kills tocsin again and again while alerts begin and end and silences
// come and go. Nothing that was acknowledged is lost, whoever heard of an alert
// hears of its end, and nothing is told twice that was not just being told.
func TestCrash(t *testing.T) {
	t.Parallel()
	n := kills(t)
	l := newLedger(t)
	var well atomic.Bool
	receiver := flaky(t, l, well.Load)
	dir := t.TempDir()
	address := freeAddress(t)
	c := &crowd{l: l, url: "http://" + address, client: &http.Client{Timeout: patience}}

	ctx, cease := context.WithCancel(t.Context())
	defer cease()
	var makers, enders errgroup.Group
	for _, part := range []func(ctx context.Context) error{c.report, c.report, c.silence} {
		makers.Go(func() error { return part(ctx) })
	}
	for range 2 {
		enders.Go(func() error { return c.resolve(ctx) })
	}
	if _, err := program(); err != nil { // which takes its time
		t.Fatal(err)
	}
	var starts []time.Duration
	start := func(life int) (*process, time.Duration) {
		write(t, dir, "tocsin.yml", fmt.Sprintf(crashing, receiver.URL, life))
		return startAt(t, dir, address)
	}
	for life := range n {
		p, took := start(life)
		starts = append(starts, took)
		// The moment is that of something that happens: anything, or a notification
		// that is not answered yet or just has been.
		events, notices := l.count()
		events, notices = events+1+rand.IntN(400), notices+1+rand.IntN(80)
		soon(time.Second, func() bool {
			e, n := l.count()
			return e >= events || n >= notices
		})
		p.crash(t)
		l.note(func() { l.deaths = append(l.deaths, time.Now()) })
	}

	well.Store(true)
	start(n)
	c.enough.Store(true)
	if err := makers.Wait(); err != nil {
		t.Fatal(err)
	}
	if !soon(patience, func() bool { return len(l.open()) == 0 }) {
		t.Fatalf("not told after %s:\n%s", patience, strings.Join(l.open(), "\n"))
	}
	cease()
	if err := enders.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	c.checkSilences(t)
	c.checkSilenced(t)
	again, worst := l.checkTwice(t)
	slices.Sort(starts)
	t.Logf("%d kills, %d alerts, %d silences, %d notifications, %d of them again, told at most %s before the kill; a start takes %s, at most %s",
		n, len(l.alerts), len(l.silences), l.notices, again, worst, starts[len(starts)/2], starts[len(starts)-1])
}

// startAt starts tocsin and returns how long that took.
func startAt(t *testing.T, dir, address string) (*process, time.Duration) {
	t.Helper()
	began := time.Now()
	p := launch(t, dir, "--web.listen-address="+address)
	if !soon(patience, func() bool { return !p.running() || ready(t, server{"http://" + address}) }) || !p.running() {
		t.Fatal("it does not start")
	}
	return p, time.Since(began)
}

// soon waits for a condition more closely than waitFor, and reports whether it
// held in time.
func soon(limit time.Duration, condition func() bool) bool {
	for deadline := time.Now().Add(limit); !condition(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			return false
		}
	}
	return true
}

// crash ends the process at once.
func (p *process) crash(t *testing.T) {
	t.Helper()
	p.signal(t, os.Kill)
	<-p.ended
}

// checkSilences wants every silence to be as was acknowledged.
func (c *crowd) checkSilences(t *testing.T) {
	t.Helper()
	found, err := c.silences(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	states := map[string]string{}
	for _, s := range found {
		states[s.ID] = s.Status.State
	}
	for id, s := range c.l.silences {
		if want := map[bool]string{true: "expired", false: "active"}[s.ended]; states[id] != want {
			t.Errorf("silence %s is %q, want %s", id, states[id], want)
		}
	}
	if len(found) != len(c.l.silences) {
		t.Errorf("%d silences, want %d", len(found), len(c.l.silences))
	}
}

// checkSilenced wants every alert to be there that nobody was told of because it is
// silenced.
func (c *crowd) checkSilenced(t *testing.T) {
	t.Helper()
	var found []struct {
		Labels map[string]string
		Status struct {
			State      string
			SilencedBy []string
		}
	}
	server{c.url}.getJSON(t, "/api/v2/alerts?active=false", &found)
	silenced := map[string]string{}
	for _, a := range found {
		silenced[a.Labels["n"]] = strings.Join(a.Status.SilencedBy, ",")
	}
	for name, e := range c.l.alerts {
		if s := c.l.silences[e.silence]; s != nil && !s.ended && silenced[name] != e.silence {
			t.Errorf("alert %s is silenced by %q, want %s", name, silenced[name], e.silence)
		}
	}
}
