package sim

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// said is a notification of G0 to the receiver ops that was answered at once.
func said(at time.Duration, by int, alerts ...tellingOf) telling {
	return telling{at: at, by: by, receiver: "ops", group: "G0", alerts: alerts, answered: at + time.Millisecond, reason: reasonOf(alerts)}
}

var (
	begins = tellingOf{alert: "G0/a", fires: true, rev: 1}
	ends   = tellingOf{alert: "G0/a", rev: 2}
)

// wellTold is the history of an alert of three replicas that is told as it should be.
func wellTold() *history {
	h := &history{
		script: script{repeat: 4 * time.Hour},
		posts: []post{
			{at: 10 * time.Minute, alert: "G0/a", rev: 1, fires: true, acked: []int{0}},
			{at: 20 * time.Minute, alert: "G0/a", rev: 2, acked: []int{1}},
		},
		told: []telling{
			said(10*time.Minute+5*time.Second, 2, begins),
			said(20*time.Minute+20*time.Second, 2, ends),
		},
		end: time.Hour,
	}
	for i := range 3 {
		h.lives = append(h.lives, life{replica: i, to: time.Hour})
		h.looks = append(h.looks, look{at: 30 * time.Minute, since: 24 * time.Minute, replica: i})
	}
	return h
}

// checkerCase is a change of that history and what is wrong with it then.
type checkerCase struct {
	change func(h *history)
	want   string // the invariant; empty: nothing is wrong
}

func TestChecker(t *testing.T) {
	const m = time.Minute
	fault := func(what string, from, to time.Duration) span { return span{what: what, from: from, to: to} }
	crashed := span{what: "crash", from: 10*m + 10*time.Second, to: 12 * m, extra: 1, apart: true}
	cut := span{what: "split", from: 9 * m, to: 22 * m, extra: 2, apart: true}
	quietFrom := silenced{id: "s", alert: "G0/a", by: 0, from: 9 * m, to: 40 * m}
	cases := map[string]checkerCase{
		"all is well": {func(*history) {}, ""},

		"never told":               {func(h *history) { h.told = nil }, "I1"},
		"not accepted":             {func(h *history) { h.told[0].answered = 0 }, "I1"},
		"told late":                {func(h *history) { h.told[0] = said(11*m, 2, begins) }, "I1"},
		"told late after a stop":   {func(h *history) { h.told[0] = said(11*m, 2, begins); h.spans = []span{fault("stop", 9*m, 10*m)} }, ""},
		"told much too late":       {func(h *history) { h.told[0] = said(13*m, 2, begins); h.spans = []span{crashed} }, "I1"},
		"nobody to hear it":        {func(h *history) { h.told = nil; h.spans = []span{{from: 9 * m, to: 30 * m, deaf: true}} }, ""},
		"nobody has acknowledged":  {func(h *history) { h.told, h.posts[0].acked, h.posts[1].acked = nil, nil, nil }, ""},
		"who has dies at once":     {func(h *history) { h.told, h.lives[0].to = nil, 10*m+time.Second }, ""},
		"it is silenced":           {func(h *history) { h.told = nil; h.silences = []silenced{quietFrom}; h.looks = nil }, ""},
		"it ends before its time":  {func(h *history) { h.told, h.posts[1].at = nil, 10*m+time.Second }, ""},
		"alone, and told":          {func(h *history) { h.spans = []span{cut} }, ""},
		"alone, and not told":      {func(h *history) { h.spans, h.told = []span{cut}, nil }, "I1"},
		"a receiver of the second": {func(h *history) { h.posts[0].alert, h.posts[1].alert = "G1/a", "G1/a" }, "I1"},

		"the end is not told": {func(h *history) { h.told = h.told[:1] }, "I3"},

		"told twice": {func(h *history) { h.told = append(h.told, said(21*m, 1, ends)) }, "I4"},
		"told twice after a crash": {func(h *history) {
			h.told, h.spans = append(h.told, said(10*m+40*time.Second, 1, begins)), []span{crashed}
		}, ""},
		"thrice after a crash": {func(h *history) {
			h.told, h.spans = append(h.told, said(10*m+40*time.Second, 1, begins), said(10*m+50*time.Second, 0, begins)), []span{crashed}
		}, "I4"},
		"told twice, long before it": {func(h *history) {
			h.told, h.spans = append(h.told, said(10*m+7*time.Second, 1, begins)), []span{crashed}
		}, "I4"},
		"a repeat":          {func(h *history) { h.told, h.script.repeat = append(h.told, said(16*m, 2, begins)), 5*m }, ""},
		"a repeat too soon": {func(h *history) { h.told, h.script.repeat = append(h.told, said(13*m, 2, begins)), 5*m }, "I4"},
		"each side tells it": {func(h *history) {
			h.told, h.spans = append(h.told, said(10*m+9*time.Second, 0, begins), said(10*m+9*time.Second, 1, begins)), []span{cut}
		}, ""},
		"more than the sides there are": {func(h *history) {
			h.told, h.spans = append(h.told, said(10*m+9*time.Second, 0, begins), said(10*m+9*time.Second, 1, begins), said(10*m+10*time.Second, 2, begins)), []span{cut}
		}, "I4"},
		"another alert with it": {func(h *history) {
			h.told = append(h.told, said(11*m, 0, begins, tellingOf{"G0/b", true, 1}), said(12*m, 0, tellingOf{"G0/b", false, 2}))
		}, ""},

		"fires after its end": {func(h *history) {
			h.told = append(h.told, said(21*m, 1, begins), said(22*m, 1, tellingOf{"G0/a", false, 3}))
		}, "I5"},
		"fires after its end in a split": {func(h *history) {
			h.told, h.spans = append(h.told, said(21*m, 1, begins), said(22*m, 1, tellingOf{"G0/a", false, 3})), []span{cut}
		}, ""},
		"fires again, and it does": {func(h *history) {
			h.told = append(h.told, said(21*m, 1, tellingOf{"G0/a", true, 3}), said(22*m, 1, tellingOf{"G0/a", false, 4}))
		}, ""},
		"told by whoever has silenced it":   {func(h *history) { h.silences, h.told[0].by, h.looks = []silenced{quietFrom}, 0, nil }, "I8"},
		"told by whoever has heard of that": {func(h *history) { h.silences, h.looks = []silenced{quietFrom}, nil; h.silences[0].from = 5 * m }, "I8"},
		"told by whoever has not": {func(h *history) {
			h.silences, h.looks = []silenced{quietFrom}, nil
			h.spans = []span{{from: 0, to: 30 * m, apart: true}}
		}, ""},
		"told when the silence is over": {func(h *history) {
			h.silences, h.looks = []silenced{quietFrom}, nil
			h.silences[0].to = 9*m + 30*time.Second
		}, ""},

		"a replica shows what is over":   {func(h *history) { h.looks[1].alerts = map[string]sight{"G0/a": {rev: 1, fires: true}} }, "I1"},
		"a replica has forgotten it":     {func(h *history) { h.posts, h.told = h.posts[:1], append(h.told[:1], said(59*m, 0, ends)) }, "I1"},
		"a receiver believes it is over": {func(h *history) { h.posts = h.posts[:1]; shows(h, sight{rev: 1, fires: true}) }, "I3"},
		"it is muted": {func(h *history) {
			h.posts, h.accounts = h.posts[:1], []account{} // who says why is asked below
			shows(h, sight{rev: 1, fires: true, muted: true})
		}, ""},

		"a silence is lost": {func(h *history) { h.silences = []silenced{{id: "s", alert: "G0/z", to: 50 * m}}; h.looks = h.looks[:1] }, "I2"},
		"a silence is there": {func(h *history) {
			h.silences = []silenced{{id: "s", alert: "G0/z", to: 50 * m}}
			h.looks = []look{{at: 30 * m, since: 24 * m, silences: []string{"s"}}}
		}, ""},
		"a silence comes back": {func(h *history) {
			h.silences = []silenced{{id: "s", alert: "G0/z", to: 50 * m, ended: 3 * m, sure: true}}
			h.looks[2].silences = []string{"s"}
		}, "I2"},
		"perhaps it has ended": {func(h *history) {
			h.silences = []silenced{{id: "s", alert: "G0/z", to: 50 * m, ended: 3 * m}}
			h.looks[2].silences = []string{"s"}
		}, ""},
		"a group is left":         {func(h *history) { h.looks[0].groups = 1 }, "I9"},
		"something else is amiss": {func(h *history) { h.problems = []string{"I0: no answer"} }, "I0"},
	}
	maps.Copy(cases, reasonCases())
	maps.Copy(cases, loadCases())
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			h := wellTold()
			c.change(h)
			wellKept(h)
			wrong := check(h)
			if c.want == "" && len(wrong) > 0 {
				t.Errorf("found wrong: %q", wrong)
			}
			if c.want != "" && !slices.ContainsFunc(wrong, func(s string) bool { return strings.HasPrefix(s, c.want) }) {
				t.Errorf("found wrong: %q, want something of %s", wrong, c.want)
			}
		})
	}
}

// shows has all replicas show the alert.
func shows(h *history, s sight) {
	for i := range h.looks {
		h.looks[i].alerts = map[string]sight{"G0/a": s}
	}
}

// A seed is a script, or nobody could play it again.
func TestASeedIsAScript(t *testing.T) {
	for seed := range uint64(50) {
		if a, b := generate(seed).String(), generate(seed).String(); a != b {
			t.Fatalf("seed %d gives\n%s\nand then\n%s", seed, a, b)
		}
	}
	for i, p := range profiles {
		for _, s := range generate(uint64(i)).steps {
			usual := []verb{fire, refresh, resolve, quiet, expire}
			if !slices.Contains(usual, s.verb) && !slices.Contains(p.verbs, s.verb) {
				t.Errorf("%s in a script of the profile %s", s.verb, p.name)
			}
		}
	}
}
