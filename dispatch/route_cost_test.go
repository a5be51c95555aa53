package dispatch_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/dispatch"
)

// forests are ways to write many routes, of which one matches the alert of a team.
func forests() map[string]func(i int) *dispatch.RouteConfig {
	matchers := func(format string) func(i int) *dispatch.RouteConfig {
		return func(i int) *dispatch.RouteConfig {
			return &dispatch.RouteConfig{Matchers: []string{fmt.Sprintf(format, i)}}
		}
	}
	return map[string]func(i int) *dispatch.RouteConfig{
		"equal":  matchers(`team="team-%d"`),
		"set":    matchers(`team=~"team-%[1]d|crew-%[1]d"`),
		"prefix": matchers(`team=~"team-%d(-.*)?"`),
		"suffix": matchers(`team=~".*[a-z]-%d"`),
		"both":   matchers(`{severity="page",team=~"team-%d"}`),
		"old": func(i int) *dispatch.RouteConfig {
			pattern := fmt.Sprintf("team-%[1]d|crew-%[1]d", i)
			return &dispatch.RouteConfig{MatchRE: map[string]*string{"team": &pattern}}
		},
		"continue": func(i int) *dispatch.RouteConfig {
			return &dispatch.RouteConfig{Matchers: []string{fmt.Sprintf(`team="team-%d"`, i)}, Continue: true}
		},
		"nested": func(i int) *dispatch.RouteConfig {
			r := &dispatch.RouteConfig{Matchers: []string{fmt.Sprintf(`team="team-%d"`, i)}}
			for _, severity := range []string{"info", "warning", "page"} {
				r.Routes = append(r.Routes, &dispatch.RouteConfig{Matchers: []string{"severity=" + severity}})
			}
			return r
		},
	}
}

func planted(t testing.TB, n int, route func(i int) *dispatch.RouteConfig) *dispatch.Route {
	t.Helper()
	c := dispatch.RouteConfig{Receiver: "root"}
	for i := range n {
		r := route(i)
		r.Receiver = fmt.Sprintf("receiver-%d", i)
		c.Routes = append(c.Routes, r)
	}
	root, _, err := dispatch.NewTree(&c, alert.SyntaxFallback)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func ofTeam(i int) alert.Labels {
	return alert.LabelsOf("alertname", "Down", "cluster", "eu", "instance", "h1", "job", "node", "severity", "page", "team", fmt.Sprintf("team-%d", i))
}

// What finding the routes of an alert costs grows with the routes that match, and not
// with those that exist.
func TestMatchAsksFewRoutes(t *testing.T) {
	for name, route := range forests() {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{100, 2000} {
				root := planted(t, n, route)
				var questions atomic.Int64
				for r := range root.All() {
					r.Matchers.CountIn(&questions)
				}
				found := root.Match(ofTeam(n / 2))
				if want := fmt.Sprintf("-%d", n/2); len(found) != 1 || !strings.HasSuffix(found[0].Policy.Receiver, want) {
					t.Fatalf("%d routes found, the first for %s", len(found), found[0].Policy.Receiver)
				}
				if q := questions.Load(); q == 0 || q > 12 {
					t.Errorf("%d questions to the matchers of %d routes", q, n)
				}
			}
		})
	}
}

func BenchmarkMatchMany(b *testing.B) {
	for name, route := range forests() {
		for _, n := range []int{1000, 5000} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				root, labels := planted(b, n, route), ofTeam(n/2)
				b.ReportAllocs()
				for b.Loop() {
					if len(root.Match(labels)) != 1 {
						b.Fatal("no match")
					}
				}
			})
		}
	}
}
