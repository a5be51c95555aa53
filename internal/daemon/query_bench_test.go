package daemon

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/silence"
)

// tens is the body of a POST with alerts of 0.8 kB of which ten at a time share
// their instance.
func tens(first, n int, endsAt time.Time) []byte {
	var b bytes.Buffer
	b.WriteByte('[')
	for i := first; i < first+n; i++ {
		if i > first {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"labels":{"alertname":"KubePodCrashLooping%d","cluster":"prod-eu-west-1","container":"app","endpoint":"http",`+
			`"instance":"node-%05d:8080","job":"kube-state-metrics","namespace":"checkout-%d","pod":"checkout-7d9fbb6c4-%06d",`+
			`"prometheus":"monitoring/k8s","reason":"CrashLoopBackOff","service":"kube-state-metrics","severity":"warning","team":"payments","uid":"u-%06d"},`+
			`"annotations":{"description":"Pod checkout-%d/checkout-7d9fbb6c4-%06d (app) is in waiting state.","runbook_url":"https://runbooks.example/KubePodCrashLooping","summary":"Pod is crash looping."},`+
			`"startsAt":"2026-03-01T12:00:00.000Z","endsAt":"%s","generatorURL":"http://prometheus.example/graph?g0.expr=max_over_time%%28kube_pod_container_status_waiting_reason%%29"}`,
			i%100, i/10, i%20, i, i, i%20, i, endsAt.UTC().Format(time.RFC3339Nano))
	}
	b.WriteByte(']')
	return b.Bytes()
}

// loaded returns a daemon that has alerts.
func loaded(tb testing.TB, configuration string, alerts int) (*Daemon, http.Handler) {
	tb.Helper()
	d, handler := built(tb, configuration)
	end := time.Now().Add(time.Hour)
	const at = 500
	for i := 0; i < alerts; i += at {
		post(tb, handler, tens(i, min(at, alerts-i), end))
	}
	d.dispatcher.Groups() // they are all in their groups
	return d, handler
}

// sink counts what an answer has and forgets it.
type sink struct {
	header http.Header
	code   int
	bytes  int
}

func (s *sink) Header() http.Header { return s.header }
func (s *sink) WriteHeader(c int)   { s.code = c }
func (s *sink) Write(b []byte) (int, error) {
	s.bytes += len(b)
	return len(b), nil
}

// fetch answers a GET and returns how long the answer is.
func fetch(tb testing.TB, handler http.Handler, path string, parameters ...string) int {
	tb.Helper()
	query := url.Values{}
	for i := 0; i < len(parameters); i += 2 {
		query.Add(parameters[i], parameters[i+1])
	}
	w := &sink{header: http.Header{}, code: http.StatusOK}
	handler.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), http.MethodGet, path+"?"+query.Encode(), nil))
	if w.code != http.StatusOK {
		tb.Fatalf("GET %s answers %d", path, w.code)
	}
	return w.bytes
}

// BenchmarkQuery asks for all of 50,000 alerts, and for few of them.
func BenchmarkQuery(b *testing.B) {
	_, handler := loaded(b, `{route: {receiver: none, group_by: [alertname], group_wait: 1h}, receivers: [{name: none}]}`, 50_000)
	for range 4 { // now the index is there
		fetch(b, handler, "/api/v2/alerts", "filter", `instance="node-01234:8080"`)
	}
	for _, c := range []struct {
		name, path string
		parameters []string
	}{
		{"alerts", "/api/v2/alerts", nil},
		{"alerts, 10 by equality", "/api/v2/alerts", []string{"filter", `instance="node-01234:8080"`}},
		{"alerts, 10 by a set", "/api/v2/alerts", []string{"filter", `pod=~"checkout-7d9fbb6c4-01234[0-9]"`}},
		{"alerts, 10 by a regex", "/api/v2/alerts", []string{"filter", `pod=~".*-01234."`}},
		{"alerts, 500 by equality", "/api/v2/alerts", []string{"filter", `alertname="KubePodCrashLooping7"`}},
		{"groups", "/api/v2/alerts/groups", nil},
		{"groups, 10 by equality", "/api/v2/alerts/groups", []string{"filter", `instance="node-01234:8080"`}},
		{"page of 100 by start", "/api/tocsin/v1/alerts", []string{"sort", "-startsAt"}},
		{"page of 10 by equality", "/api/tocsin/v1/alerts", []string{"filter", `instance="node-01234:8080"`}},
		{"counts by state and name", "/api/tocsin/v1/alerts", []string{"limit", "0", "count", "state", "count", "labels.alertname"}},
		{"page of 100 groups", "/api/tocsin/v1/groups", []string{"fields", "id,labels,size"}},
		{"groups, 10 by a regex", "/api/v2/alerts/groups", []string{"filter", `pod=~".*-01234."`}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n = fetch(b, handler, c.path, c.parameters...)
			}
			b.ReportMetric(float64(n), "answer-B")
		})
	}
}

// silenced gives the daemon n silences that match one alert in ten of their kind.
func silenced(tb testing.TB, d *Daemon, n int, matchers func(i int) alert.Matchers) {
	tb.Helper()
	now := time.Now()
	for i := range n {
		_, err := d.silences.Set(context.Background(), silence.Silence{
			Matchers: matchers(i), StartsAt: now, EndsAt: now.Add(time.Hour), CreatedBy: "bench", Comment: "bench",
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
}

func matcher(tb testing.TB, t alert.MatchType, name, value string) *alert.Matcher {
	tb.Helper()
	m, err := alert.NewMatcher(t, name, value)
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// BenchmarkQuerySilenced asks for 20,000 alerts beside 5,000 silences, for the
// first time and again.
func BenchmarkQuerySilenced(b *testing.B) {
	for _, c := range []struct {
		name     string
		matchers func(i int) alert.Matchers
	}{
		{"equality", func(i int) alert.Matchers {
			return alert.Matchers{
				matcher(b, alert.MatchEqual, "severity", "warning"),
				matcher(b, alert.MatchEqual, "instance", fmt.Sprintf("node-%05d:8080", i)),
			}
		}},
		{"regex prefix", func(i int) alert.Matchers {
			return alert.Matchers{matcher(b, alert.MatchRegexp, "instance", fmt.Sprintf("node-%05d:.*", i))}
		}},
		{"regex", func(i int) alert.Matchers {
			return alert.Matchers{matcher(b, alert.MatchRegexp, "pod", fmt.Sprintf(".*-%05d[0-4].*", i))}
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			d, handler := loaded(b, oneGroup, 20_000)
			silenced(b, d, 5_000, c.matchers)
			b.Run("cold", func(b *testing.B) {
				n := 0
				for b.Loop() {
					b.StopTimer()
					silenced(b, d, 1, func(int) alert.Matchers { return alert.Matchers{matcher(b, alert.MatchEqual, "alertname", "none")} })
					b.StartTimer()
					n = fetch(b, handler, "/api/v2/alerts")
				}
				b.ReportMetric(float64(n), "answer-B")
			})
			b.Run("warm", func(b *testing.B) {
				for b.Loop() {
					fetch(b, handler, "/api/v2/alerts")
				}
			})
		})
	}
}

// BenchmarkQueryInhibited asks for 10,000 alerts with 100 rules of inhibition, of
// which each has sources.
func BenchmarkQueryInhibited(b *testing.B) {
	var rules strings.Builder
	for i := range 100 {
		fmt.Fprintf(&rules, `{source_matchers: ['alertname="KubePodCrashLooping%d"'], target_matchers: ['severity="warning"'], equal: [instance, pod]},`, i)
	}
	_, handler := loaded(b, `{route: {receiver: none, group_wait: 1h}, receivers: [{name: none}], inhibit_rules: [`+rules.String()+`]}`, 10_000)
	b.ReportAllocs()
	for b.Loop() {
		fetch(b, handler, "/api/v2/alerts")
	}
}

// BenchmarkQueryWhileFlushing asks for few alerts, again and again, while 20,000
// groups tell a webhook.
func BenchmarkQueryWhileFlushing(b *testing.B) {
	const groups = 20_000
	for b.Loop() {
		var told atomic.Int64
		service := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { told.Add(1) }))
		_, handler := loaded(b, `{route: {receiver: hook, group_by: [uid], group_wait: 1s, group_interval: 1h}, receivers: [{name: hook, webhook_configs: [{url: '`+service.URL+`'}]}]}`, groups)
		for range 5 {
			fetch(b, handler, "/api/v2/alerts", "filter", `instance="node-01234:8080"`)
		}
		var took []time.Duration
		for start := time.Now(); told.Load() < groups && time.Since(start) < time.Minute; {
			for _, path := range []string{"/api/v2/alerts", "/api/v2/alerts/groups"} {
				asked := time.Now()
				fetch(b, handler, path, "filter", `instance="node-01234:8080"`)
				took = append(took, time.Since(asked))
			}
			time.Sleep(time.Millisecond)
		}
		slices.Sort(took)
		b.ReportMetric(float64(told.Load()), "told")
		b.ReportMetric(float64(len(took)), "asked")
		b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
		b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		service.Close()
	}
}
