package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// The replicas of TestClocksDiffer, by what their clocks show. The first and the last
// are those whom all look for when they start.
const (
	behind   = iota
	farAhead // is there for a while only, and too far ahead to be believed
	right
	ahead
)

var (
	skews = []time.Duration{behind: -40 * time.Second, farAhead: 150 * time.Second, right: 0, ahead: 40 * time.Second}
	usual = []int{behind, right, ahead}
)

// skewFlags let replicas compare often, and wait less for each other.
var skewFlags = []string{"--cluster.pushpull-interval=1s", "--cluster.peer-timeout=3s"}

// TestClocksDiffer plays a story with replicas whose clocks differ by more than NTP
// would let them. What is told is told once, who ends a silence is heard everywhere,
// and one whose clock is quite wrong does not drag the others along. The test itself
// has the right time, as the senders of alerts do.
func TestClocksDiffer(t *testing.T) {
	t.Parallel()
	r := startSkewed(t)
	const groups = 60

	began := time.Now()
	everyone := []string{"a.", "b.", "c."}
	for i, begin := range everyone {
		r.fire("open."+begin, groups, usual[i])
		r.all[usual[i]].post(t, "/api/v2/alerts", alertsSince(began, "short."+begin, groups/6, began.Add(45*time.Second)))
	}
	r.heard("firing", "open.", 3*groups)
	r.heard("firing", "short.", 3*groups/6)

	// Replicas ahead take the short ones as ended before the others do.
	ended := time.Now()
	for i, begin := range everyone {
		r.all[usual[(i+1)%3]].post(t, "/api/v2/alerts", alerts("open."+begin, groups, ended))
	}
	silences := r.checkSilences()
	r.heard("resolved", "", 3*(groups+groups/6))
	r.restart(silences)
	r.checkQuiteWrong()

	killed := r.fire("killed.", 100, behind, right, ahead)
	waitFor(t, "some told", func() bool { return r.hook.count("firing", "killed.") > 10 })
	r.all[ahead].crash(t)
	r.heard("firing", "killed.", 100)
	r.start(ahead)
	r.together(len(usual))
	r.heard("resolved", "wrong.", 40)

	pauseUntil(ended.Add(-skews[behind]).Add(5 * time.Second)) // the last has seen the end
	for _, of := range []string{"firing open.", "firing short.", "firing wrong.", "resolved open.", "resolved short.", "resolved wrong."} {
		status, begin, _ := strings.Cut(of, " ")
		got := r.hook.round(status, begin, began)
		t.Logf("%-8s %-6s %s", status, begin, got)
		if got.extra > 0 {
			t.Errorf("told again:\n%s", strings.Join(got.twice, "\n"))
		}
	}
	got := r.hook.round("firing", "killed.", killed)
	t.Logf("%-8s %-6s %s", "firing", "killed.", got)
	if got.most > 2 || r.hook.count("resolved", "killed.") > 0 {
		t.Errorf("told %d times at most, want 2; %d told as resolved, want 0\n%s", got.most, r.hook.count("resolved", "killed."), strings.Join(got.twice, "\n"))
	}
	r.checkEqual()
	r.checkLogs()
}

// skewed are replicas with wrong clocks.
type skewed struct{ *replicas }

func startSkewed(t *testing.T) *skewed {
	t.Helper()
	path, err := skewedProgram()
	if err != nil {
		t.Fatal(err)
	}
	r := &skewed{newReplicas(t, path, len(skews), skewFlags...)}
	r.hook.slow = 50 * time.Millisecond // so that one can be killed while it tells
	for i, one := range r.all {
		one.env = []string{fmt.Sprintf("%s=%+d", clockVariable, skews[i]/time.Second)}
	}
	for _, i := range usual {
		r.start(i)
	}
	r.together(len(usual))
	r.stopLater()
	return r
}

// change makes a silence or edits one, as it was there, so that it ends in an hour.
func (r *skewed) change(on int, s silenceSeen) (id string) {
	r.t.Helper()
	body, err := json.Marshal(map[string]any{
		"id": s.ID, "matchers": []map[string]any{{"name": "alertname", "value": "Quiet", "isRegex": false}},
		"startsAt": s.StartsAt, "endsAt": time.Now().Add(time.Hour), "createdBy": "e2e", "comment": s.Comment,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	a := r.all[on].send(r.t, http.MethodPost, "/api/v2/silences", string(body))
	var made struct{ SilenceID string }
	if err := json.Unmarshal([]byte(a.body), &made); err != nil || made.SilenceID == "" {
		r.t.Fatalf("status %d: %s", a.status, a.body)
	}
	return made.SilenceID
}

type silenceSeen struct {
	ID, Comment string
	StartsAt    time.Time
	Status      struct{ State string }
}

func (one *replica) silenceOf(t *testing.T, id string) (s silenceSeen) {
	t.Helper()
	if a := one.send(t, http.MethodGet, "/api/v2/silence/"+id, ""); a.status == http.StatusOK {
		if err := json.Unmarshal([]byte(a.body), &s); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// everywhere waits until all see of a silence what they should.
func (r *skewed) everywhere(what, id string, want func(silenceSeen) bool) {
	r.t.Helper()
	seen := func() bool {
		return !slices.ContainsFunc(r.all, func(one *replica) bool { return one.running() && !want(one.silenceOf(r.t, id)) })
	}
	if !soon(5*time.Second, seen) {
		for i, one := range r.all {
			if one.running() {
				r.t.Errorf("%s: the replica with a clock of %s has %+v after 5 s", what, skews[i], one.silenceOf(r.t, id))
			}
		}
	}
}

// ends makes a silence on one replica, ends it on another, and returns its id.
func (r *skewed) ends(made, on int) (id string) {
	r.t.Helper()
	id = r.change(made, silenceSeen{Comment: "first", StartsAt: time.Now()})
	r.everywhere("made", id, func(s silenceSeen) bool { return s.ID == id })
	if a := r.all[on].send(r.t, http.MethodDelete, "/api/v2/silence/"+id, ""); a.status != http.StatusOK {
		r.t.Errorf("expire silence: status %d: %s", a.status, a.body)
	}
	r.everywhere("ended", id, hasExpired)
	return id
}

func hasExpired(s silenceSeen) bool { return s.Status.State == "expired" }

// checkSilences wants a later change to count, whoever made it. It returns the
// silences, and how they have to be seen from then on.
func (r *skewed) checkSilences() map[string]func(silenceSeen) bool {
	r.t.Helper()
	found := make(map[string]func(silenceSeen) bool)
	for _, way := range [][2]int{{ahead, behind}, {behind, ahead}, {ahead, right}, {right, ahead}} {
		found[r.ends(way[0], way[1])] = hasExpired
	}
	for _, way := range [][2]int{{ahead, behind}, {behind, ahead}} {
		id := r.change(way[0], silenceSeen{Comment: "first", StartsAt: time.Now()})
		r.everywhere("made", id, func(s silenceSeen) bool { return s.ID == id })
		s := r.all[way[1]].silenceOf(r.t, id)
		s.Comment = "edited"
		if again := r.change(way[1], s); again != id {
			r.t.Errorf("the edited silence has another id")
		}
		r.everywhere("edited", id, hasEdit)
		found[id] = hasEdit
	}
	return found
}

// restart starts one after the other again, and wants silences to stay as they are.
func (r *skewed) restart(silences map[string]func(silenceSeen) bool) {
	r.t.Helper()
	for _, i := range usual {
		r.all[i].stop(r.t)
		r.start(i)
		r.together(len(usual))
		for id, want := range silences {
			r.everywhere("after a restart", id, want)
		}
	}
}

func hasEdit(s silenceSeen) bool { return s.Comment == "edited" && !hasExpired(s) }

const clockAhead = "tocsin_cluster_clock_ahead_total"

// checkQuiteWrong has a replica take part whose clock is quite wrong.
func (r *skewed) checkQuiteWrong() {
	r.t.Helper()
	if got := r.all[right].metric(r.t, clockAhead); got > 0 {
		r.t.Errorf("%v messages are from a clock that is too far ahead, before there was one", got)
	}
	if got := r.all[behind].metric(r.t, clockAhead); got == 0 {
		r.t.Error("who is behind believes one that is more than a minute ahead of it")
	}
	r.start(farAhead)
	r.together(len(skews))
	r.fire("wrong.a.", 20, farAhead)
	r.fire("wrong.b.", 20, right)
	r.heard("firing", "wrong.", 40)
	ended := r.ends(farAhead, right)
	r.ends(right, farAhead)
	for _, i := range usual {
		if got := r.all[i].metric(r.t, clockAhead); got == 0 {
			r.t.Errorf("the replica with a clock of %s has not noticed one that is at %s", skews[i], skews[farAhead])
		}
	}
	r.all[farAhead].stop(r.t)
	r.together(len(usual))
	id := r.change(right, silenceSeen{Comment: "later", StartsAt: time.Now()})
	r.everywhere("made", id, func(s silenceSeen) bool { return s.Comment == "later" })
	r.everywhere("ended", ended, hasExpired)
	r.all[right].post(r.t, "/api/v2/alerts", alerts("wrong.a.", 20, time.Now()))
	r.all[behind].post(r.t, "/api/v2/alerts", alerts("wrong.b.", 20, time.Now()))
}

// checkEqual wants all to know the same of silences and of what was told. Of alerts
// they do not, while one has ended by some clocks only.
func (r *skewed) checkEqual() {
	r.t.Helper()
	for _, i := range usual {
		var found struct {
			Peers []struct {
				Name, Health string
				Unequal      []string
			}
		}
		if !soon(5*time.Second, func() bool {
			r.all[i].getJSON(r.t, "/api/tocsin/v1/cluster", &found)
			for _, p := range found.Peers {
				if p.Health == "alive" && (slices.Contains(p.Unequal, "sil") || slices.Contains(p.Unequal, "nfl")) {
					return false
				}
			}
			return true
		}) {
			r.t.Errorf("the replica with a clock of %s and others do not become equal: %+v", skews[i], found.Peers)
		}
	}
}

// checkLogs wants nobody to have had a problem. That a peer went away while it was
// talked to, which memberlist finds an error, is none.
func (r *skewed) checkLogs() {
	r.t.Helper()
	for _, one := range r.all {
		for _, bad := range []string{"level=ERROR", "panic", "DATA RACE"} {
			for _, line := range one.stderr.lines(bad) {
				if !strings.Contains(line, "msg=memberlist") {
					r.t.Errorf("%s: %s", one.args[3], line)
				}
			}
		}
	}
}
