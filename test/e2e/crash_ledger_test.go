package e2e_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// ledger is what happened, seen from outside: what tocsin has acknowledged, and
// what its receiver has heard.
type ledger struct {
	t *testing.T

	mu       sync.Mutex
	alerts   map[string]*entry
	silences map[string]*quiet // by id
	told     map[string]notice // the last of each group
	notices  int
	deaths   []time.Time             // when each life ended
	twice    map[int][]time.Duration // by life: how long before its end something was told that was told again
	events   int
}

// entry is one alert. Each is reported once, until that is acknowledged, and so is
// its end.
type entry struct {
	firing, over bool // acknowledged
	silence      string
	heard, ended bool // by the receiver
	resolving    bool // somebody is at it
}

// quiet is one silence.
type quiet struct{ ending, ended bool }

// notice is what a receiver was told, and when.
type notice struct {
	text string
	at   time.Time
	life int // of tocsin
}

func newLedger(t *testing.T) *ledger {
	return &ledger{t: t, alerts: map[string]*entry{}, silences: map[string]*quiet{}, told: map[string]notice{}, twice: map[int][]time.Duration{}}
}

// note changes the ledger. It counts as an event.
func (l *ledger) note(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events++
	f()
}

// count counts what has happened, and the notifications among it.
func (l *ledger) count() (events, notices int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.events, l.notices
}

// hear takes a notification that tocsin has sent in one of its lives.
func (l *ledger) hear(life int, group string, states map[string]string) {
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(states)) {
		fmt.Fprintf(&text, "%s %s\n", name, states[name])
	}
	l.note(func() {
		l.notices++
		last := l.told[group]
		switch {
		case last.text != text.String():
		case last.life == life:
			l.t.Errorf("%s: told twice, and it was not killed in between:\n%s", group, &text)
		default:
			l.twice[last.life] = append(l.twice[last.life], l.deaths[last.life].Sub(last.at))
		}
		l.told[group] = notice{text.String(), time.Now(), life}
		for name, state := range states {
			l.hearOf(name, state)
		}
	})
}

func (l *ledger) hearOf(name, state string) {
	e := l.alerts[name]
	switch {
	case e == nil:
		l.t.Errorf("told of %s, which nobody has reported", name)
	case state == "firing":
		if s := l.silences[e.silence]; s != nil && !s.ending {
			l.t.Errorf("told of %s, which is silenced", name)
		}
		e.heard, e.ended = true, false
	default:
		if !e.resolving {
			l.t.Errorf("told of the end of %s, which nobody has reported", name)
		}
		e.ended = true
	}
}

// ripe returns alerts that somebody should report the end of: the receiver knows
// that they fire.
func (l *ledger) ripe(most int) (names []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, e := range l.alerts {
		if len(names) < most && e.firing && e.heard && !e.resolving {
			e.resolving = true
			names = append(names, name)
		}
	}
	return names
}

// open returns the alerts that are not over for the receiver although they should
// be, some day.
func (l *ledger) open() (names []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, e := range l.alerts {
		if s := l.silences[e.silence]; (s == nil || s.ended) && (!e.over || !e.ended) {
			names = append(names, fmt.Sprintf("%s %+v", name, *e))
		}
	}
	slices.Sort(names)
	return names
}

// attempts is how many notifications of one integration may have been told when tocsin
// dies, and not be recorded: those under way, and those that wait for the disk.
const attempts = 64

// checkTwice wants a kill to have made tocsin repeat only what it was just telling.
// It returns how much that was, and how long before the kill it was told at most.
func (l *ledger) checkTwice(t *testing.T) (again int, worst time.Duration) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for life, ages := range l.twice {
		again += len(ages)
		worst = max(worst, slices.Max(ages))
		if len(ages) > attempts {
			t.Errorf("life %d: %d notifications are repeated, more than can have been on their way", life, len(ages))
		}
	}
	if worst > slowest+time.Second {
		t.Errorf("a notification is repeated that was told %s before the kill", worst)
	}
	return again, worst
}

// slowest is how long the receiver takes at most.
const slowest = 100 * time.Millisecond

// flaky is a receiver that fails at times, and at times takes its time.
func flaky(t *testing.T, l *ledger, well func() bool) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var n struct {
			GroupKey string
			Alerts   []struct {
				Status string
				Labels map[string]string
			}
		}
		if err := json.NewDecoder(r.Body).Decode(&n); err != nil {
			return // the sender is dead
		}
		mood := rand.IntN(100)
		if mood < 10 && !well() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		states := make(map[string]string, len(n.Alerts))
		for _, a := range n.Alerts {
			states[a.Labels["n"]] = a.Status
		}
		life, err := strconv.Atoi(r.URL.Path[1:])
		if err != nil {
			t.Errorf("webhook for %s", r.URL)
		}
		l.hear(life, n.GroupKey, states)
		if mood < 15 && !well() {
			select {
			case <-time.After(rand.N(slowest)):
			case <-r.Context().Done():
			}
		}
	}))
	t.Cleanup(s.Close)
	return s
}
