package dispatch_test

import (
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/dispatch"
)

const forest = `
receiver: root
routes:
  - matchers: [team="a"]
    receiver: a
    routes:
      - matchers: [severity="page"]
        receiver: a-page
        continue: true
      - matchers: [severity=~"page|warn"]
        receiver: a-any
  - matchers: [team="b"]
    receiver: b
    continue: true
  - matchers: [team=~"b|c"]
    receiver: bc
  - matchers: [team=""]
    receiver: nobody
`

func TestMatch(t *testing.T) {
	root := tree(t, forest)
	for labels, want := range map[string]string{
		"team=a":               "a",
		"team=a severity=page": "a-page a-any",
		"team=a severity=warn": "a-any",
		"team=a severity=info": "a",
		"team=b":               "b bc",
		"team=c":               "bc",
		"team=d":               "root",
		"severity=page":        "nobody",
	} {
		var got []string
		for _, r := range root.Match(parse(labels)) {
			got = append(got, r.Policy.Receiver)
		}
		if diff := gocmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", labels, diff)
		}
	}
}

func parse(text string) alert.Labels {
	var pairs []alert.Label
	for field := range strings.FieldsSeq(text) {
		name, value, _ := strings.Cut(field, "=")
		pairs = append(pairs, alert.Label{Name: name, Value: value})
	}
	return alert.NewLabels(pairs)
}

// With many children routes are found through an index, with few they are tried
// in turn; the result must not depend on it.
func TestManyChildrenMatchAsFewDo(t *testing.T) {
	var many strings.Builder
	many.WriteString("receiver: root\nroutes:\n")
	for i := range 300 {
		fmt.Fprintf(&many, "  - matchers: [team=\"t%d\", severity!=\"info\"]\n    receiver: r%d\n    continue: %t\n", i%100, i, i%3 == 0)
	}
	many.WriteString("  - matchers: [severity=\"page\"]\n    receiver: page\n")
	root := tree(t, many.String())
	for labels, want := range map[string]string{
		"team=t0":               "r0 r100",
		"team=t1":               "r1",
		"team=t2 severity=info": "root",
		"team=t2 severity=page": "r2",
		"team=t3 severity=page": "r3 r103",
		"team=x severity=page":  "page",
		"team=t99":              "r99 r199",
		"":                      "root",
	} {
		var got []string
		for _, r := range root.Match(parse(labels)) {
			got = append(got, r.Policy.Receiver)
		}
		if diff := gocmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%q (-want +got):\n%s", labels, diff)
		}
	}
}

func TestInheritance(t *testing.T) {
	root := tree(t, `
receiver: root
group_by: [b, a]
group_wait: 1s
group_interval: 2s
repeat_interval: 3s
labels: {x: "1", y: "2"}
routes:
  - matchers: [t="inherits"]
    routes:
      - group_wait: 0s
        labels: {y: "3", z: "4"}
  - matchers: [t="overrides"]
    receiver: other
    group_by: ['...']
    mute_time_intervals: [night]
    routes:
      - group_by: []
      - repeat_interval: 9h
`)
	var got []string
	for r := range root.All() {
		got = append(got, fmt.Sprintf("%s %s wait=%s interval=%s repeat=%s by=%v all=%t mute=%v labels=%v",
			r.Matchers, r.Policy.Receiver, r.GroupWait, r.GroupInterval, r.Policy.RepeatInterval,
			r.GroupBy, r.GroupByAll, r.Policy.MuteIntervals, r.Policy.Labels))
	}
	want := []string{
		`{} root wait=1s interval=2s repeat=3s by=[a b] all=false mute=[] labels=map[x:1 y:2]`,
		`{t="inherits"} root wait=1s interval=2s repeat=3s by=[a b] all=false mute=[] labels=map[x:1 y:2]`,
		`{} root wait=0s interval=2s repeat=3s by=[a b] all=false mute=[] labels=map[x:1 y:3 z:4]`,
		`{t="overrides"} other wait=1s interval=2s repeat=3s by=[] all=true mute=[night] labels=map[x:1 y:2]`,
		`{} other wait=1s interval=2s repeat=3s by=[] all=false mute=[] labels=map[x:1 y:2]`,
		`{} other wait=1s interval=2s repeat=9h0m0s by=[] all=true mute=[] labels=map[x:1 y:2]`,
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
}

func TestTreeReportsAllProblems(t *testing.T) {
	var c dispatch.RouteConfig
	decode(t, `
group_by: [a, a]
routes:
  - matchers: ['a=~(']
  - group_interval: 0s
    routes:
      - match_re: {ok: "["}
  - null
`, &c)
	_, _, err := dispatch.NewTree(&c, alert.SyntaxFallback)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"route: root route must specify a default receiver",
		`route: group_by: duplicated label "a"`,
		"route.routes[0]: matchers[0]: ",
		"route.routes[1]: group_interval cannot be zero",
		"route.routes[1].routes[0]: match_re: ",
		"route.routes[2]: route is empty",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q:\n%s", want, err)
		}
	}
}

func TestGroupKeys(t *testing.T) {
	const routes = `
receiver: ops
group_by: [alertname]
group_wait: 0s
routes:
  - matchers: [team=~"a.*", sev!="x"]
    group_by: [alertname, sev, team]
    continue: true
  - match_re: {team: "a.*"}
    continue: true
  - match_re: {team: "a.*"}
`
	want := []string{
		`{}/{sev!="x",team=~"a.*"}:{alertname="X", sev="<b>&", team="a"}`,
		`{}/{team=~"^(?:a.*)$"}:{alertname="X"}`,
		`{}/{team=~"^(?:a.*)$"}:{alertname="X"}`,
	}
	inBubble(t, routes, func(w *world) {
		keys := make(chan string, 10)
		w.keys = keys
		w.fires("h", "sev", "<b>&", "team", "a")
		w.until(1)
		if diff := gocmp.Diff(want, sorted(keys)); diff != "" {
			t.Errorf("group keys (-want +got):\n%s", diff)
		}
		// Two routes that look the same to users are two to the log.
		if n := w.log.Len(); n != 3 {
			t.Errorf("%d entries in the log, want 3", n)
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	for _, n := range []int{10, 1000, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var c dispatch.RouteConfig
			c.Receiver = "root"
			for i := range n {
				c.Routes = append(c.Routes, &dispatch.RouteConfig{Matchers: []string{fmt.Sprintf(`team="t%d"`, i)}})
			}
			root, _, err := dispatch.NewTree(&c, alert.SyntaxFallback)
			if err != nil {
				b.Fatal(err)
			}
			l := alert.LabelsOf("alertname", "X", "cluster", "eu", "instance", "h1", "team", fmt.Sprintf("t%d", n-1))
			b.ReportAllocs()
			for b.Loop() {
				if len(root.Match(l)) != 1 {
					b.Fatal("no match")
				}
			}
		})
	}
}
