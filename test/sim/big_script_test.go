package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// script is what happens to a cluster. It follows from its seed.
type script struct {
	seed     uint64
	profile  profile
	replicas int // that are there at the beginning
	passing  bool
	repeat   time.Duration
	tidy     time.Duration // how often a replica forgets what is over; 0: as usual
	patient  bool          // in the end it rests until all is forgotten
	steps    []step
}

// step is one thing that happens. What the fields mean depends on the verb.
type step struct {
	at   time.Duration
	verb verb
	who  []int         // replicas, or the side of a split that each replica is on
	n    int           // an alert or a silence
	d    time.Duration // how long, or how wrong a clock is
	word string        // a mood of a receiver, or which configuration
	p    float64       // share of packets
}

type verb string

const (
	fire    verb = "fire"    // alert n is reported to who; its sender is d ahead
	refresh verb = "refresh" // as before
	resolve verb = "resolve"
	quiet   verb = "silence" // alert n, on who[0], for d
	expire  verb = "expire"  // silence n, on who[0]
	split   verb = "split"
	heal    verb = "heal"
	crash   verb = "crash"
	stop    verb = "stop"
	start   verb = "start"
	join    verb = "join" // somebody new
	leave   verb = "leave"
	reload  verb = "reload"
	mood    verb = "receiver" // n is word from now on, with delay d
	weather verb = "network"  // p of the packets are lost, others take up to d
	rest    verb = "rest"     // all is mended, and d passes
)

func (s step) String() string {
	return fmt.Sprintf("%-10s %-8s who=%v n=%d d=%s %s p=%.2f", s.at, s.verb, s.who, s.n, s.d, s.word, s.p)
}

func (s script) String() string {
	var b strings.Builder
	_, _ = fmt.Fprintf(&b, "seed=%d profile=%s replicas=%d passing=%t repeat=%s tidy=%s\n", s.seed, s.profile.name, s.replicas, s.passing, s.repeat, s.tidy)
	for _, st := range s.steps {
		_, _ = fmt.Fprintln(&b, st)
	}
	return b.String()
}

// profile is what may happen in a script besides alerts and silences.
type profile struct {
	name  string
	verbs []verb
}

var profiles = []profile{
	{"calm", []verb{reload}},
	{"receiver", []verb{mood, mood, reload}},
	{"weather", []verb{weather}},
	{"rolling", []verb{stop, start, start, reload}},
	{"members", []verb{join, leave, stop, start}},
	{"crash", []verb{crash, start, start}},
	{"split", []verb{split, split, heal}},
	{"all", []verb{reload, mood, weather, stop, start, start, join, leave, crash, split, heal, rest}},
}

// The alerts of all scripts: the n-th has host hosts[n%4] in the group n/4.
const (
	hostCount  = 4
	alertCount = 12
	moodCount  = 2 // receivers
	longest    = 5 // replicas
)

var (
	hosts = [hostCount]string{"a", "b", "router", "behind"}
	moods = []string{"up", "up", "up", "down", "refuses", "slow", "slow", "hangs", "flaky", "deaf"}
)

// author writes a script. It keeps track of what would be in vain.
type author struct {
	*rand.Rand
	script
	now      time.Duration
	up       []int
	down     []int
	split    bool
	firing   map[int]bool
	silences int
	next     int           // name of the next replica that joins
	came     time.Duration // when the last one came
	joined   time.Duration // when the last new one did
}

func generate(seed uint64) script {
	a := &author{Rand: rand.New(rand.NewPCG(seed, 6)), firing: make(map[int]bool)}
	a.seed, a.profile = seed, profiles[seed%uint64(len(profiles))]
	a.replicas = 3
	if a.IntN(4) == 0 {
		a.replicas = 2 + a.IntN(longest-1)
	}
	a.passing = a.IntN(4) > 0 || len(a.profile.verbs) > 1
	a.repeat = []time.Duration{4 * time.Hour, 5 * time.Minute}[a.IntN(2)]
	if a.patient = seed%29 == 3; a.patient || seed/uint64(len(profiles))%2 == 0 {
		a.tidy = time.Minute
	}
	for i := range a.replicas {
		a.up = append(a.up, i)
	}
	a.next = a.replicas
	if a.IntN(2) == 0 {
		a.now = 20 * time.Second // they have found each other
	}
	for range 15 + a.IntN(40) {
		a.now += a.pause()
		a.add(a.step())
	}
	return a.script
}

func (a *author) pause() time.Duration {
	switch a.IntN(6) {
	case 0:
		return 0
	case 1:
		return time.Duration(a.IntN(300)) * time.Millisecond
	case 2, 3:
		return time.Duration(a.IntN(10000)) * time.Millisecond
	default:
		return time.Duration(a.IntN(40000)) * time.Millisecond
	}
}

func (a *author) add(s step) {
	if s.verb == "" {
		return
	}
	s.at = a.now
	a.steps = append(a.steps, s)
	if s.verb == rest {
		a.now += s.d
	}
}

// step is the next one; without a verb if what the dice say makes no sense now.
func (a *author) step() step {
	if a.IntN(3) == 0 {
		return a.trouble(a.profile.verbs[a.IntN(len(a.profile.verbs))])
	}
	switch n := a.IntN(alertCount); a.IntN(10) {
	case 0:
		a.silences++
		return step{verb: quiet, n: n, who: []int{a.one(a.up)}, d: time.Minute + time.Duration(a.IntN(10))*time.Minute}
	case 1:
		if a.silences == 0 {
			return step{}
		}
		return step{verb: expire, n: a.IntN(a.silences), who: []int{a.one(a.up)}}
	case 2, 3:
		if a.firing[n] {
			return step{verb: refresh, n: n, who: a.some()}
		}
		return step{}
	case 4, 5, 6:
		if !a.firing[n] {
			return step{}
		}
		a.firing[n] = false
		return step{verb: resolve, n: n, who: a.some(), d: a.skew()}
	default:
		a.firing[n] = true
		return step{verb: fire, n: n, who: a.some(), d: a.skew()}
	}
}

func (a *author) one(of []int) int { return of[a.IntN(len(of))] }

// skew is how far the clock of a sender is ahead.
func (a *author) skew() time.Duration {
	if a.IntN(3) > 0 {
		return 0
	}
	return time.Duration(a.IntN(40000)-30000) * time.Millisecond
}

// some replicas to post to: all of those that are up, one, or a few.
func (a *author) some() []int {
	who := slices.Clone(a.up)
	if !a.passing || a.IntN(3) == 0 {
		return who
	}
	a.Shuffle(len(who), func(i, j int) { who[i], who[j] = who[j], who[i] })
	if a.IntN(2) == 0 {
		return who[:1]
	}
	return who[:1+a.IntN(len(who))]
}

func (a *author) trouble(v verb) step {
	switch v {
	case reload:
		return step{verb: v, who: a.some(), word: []string{"equal", "equal", "other", "first"}[a.IntN(4)]}
	case mood:
		return step{verb: v, n: a.IntN(moodCount), word: moods[a.IntN(len(moods))], d: time.Duration(1+a.IntN(9)) * time.Second}
	case weather:
		return step{verb: v, p: []float64{0, .05, .1, .3}[a.IntN(4)], d: time.Duration(a.IntN(400)) * time.Millisecond}
	case rest:
		a.up, a.down, a.split = slices.Sorted(slices.Values(slices.Concat(a.up, a.down))), nil, false
		return step{verb: v, d: calm}
	case split:
		return a.apart()
	case heal:
		if a.split {
			a.split = false
			return step{verb: v}
		}
		return step{}
	}
	return a.comesOrGoes(v)
}

func (a *author) apart() step {
	if len(a.up)+len(a.down) < 2 {
		return step{}
	}
	a.split = true
	sides := make([]int, a.next)
	for i := range sides {
		sides[i] = a.IntN(1 + a.IntN(3))
	}
	return step{verb: split, who: sides}
}

// heirless reports whether nobody who stays may know what who goes knows: who is new,
// or the only one, has to have the time to learn it.
func (a *author) heirless() bool {
	const learns = 10 * time.Second
	return a.now-a.joined < learns || len(a.up) == 2 && a.now-a.came < learns
}

func (a *author) comesOrGoes(v verb) step {
	switch v {
	case crash, stop, leave:
		if len(a.up) < 2 || a.heirless() || v == leave && (a.split || len(a.down) > 0 || a.now-a.came < mends) {
			return step{}
		}
		i := a.one(a.up)
		a.up = slices.DeleteFunc(a.up, func(o int) bool { return o == i })
		if v != leave {
			a.down = append(a.down, i)
		}
		return step{verb: v, who: []int{i}}
	case start:
		if len(a.down) == 0 {
			return step{}
		}
		i := a.one(a.down)
		a.down = slices.DeleteFunc(a.down, func(o int) bool { return o == i })
		a.up, a.came = append(a.up, i), a.now
		return step{verb: v, who: []int{i}}
	case join:
		if len(a.up)+len(a.down) >= longest || a.next >= 2*longest {
			return step{}
		}
		i := a.next
		a.next++
		a.joined = a.now
		a.up, a.came = append(a.up, i), a.now
		return step{verb: v, who: []int{i}}
	}
	return step{}
}
