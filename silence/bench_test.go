package silence

import (
	"fmt"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// crowd are n alerts of a cluster: pod, instance and id are of each alone, the other
// labels have few values.
func crowd(n int) []*alert.Alert {
	alerts := make([]*alert.Alert, n)
	for i := range alerts {
		alerts[i] = alert.New(alert.LabelsOf(
			"alertname", fmt.Sprintf("HighErrorRate%d", i%50), "cluster", fmt.Sprintf("cluster-%d", i/200%4), "id", fmt.Sprint(i),
			"instance", fmt.Sprintf("10.%d.%d.%d:9100", i>>16&255, i>>8&255, i&255), "job", "kubernetes-pods",
			"namespace", fmt.Sprintf("namespace-%d", i%20), "pod", fmt.Sprintf("svc-%d-7d9f8b6c5-%06d", i%200, i),
			"service", fmt.Sprintf("svc-%d", i%200), "severity", []string{"critical", "warning"}[i%2],
			"shard", fmt.Sprint(i/10), "team", fmt.Sprintf("team-%d", i%10)))
	}
	return alerts
}

// sort is a way to write silences: silence i of many.
type sort struct {
	name     string
	matchers func(t testing.TB, i int) alert.Matchers
	// slack is how many questions more than for those that match a look may take.
	slack float64
}

// sorts are the ways in which people write silences, and one that can only be tried.
func sorts() []sort {
	regex := func(t testing.TB, name, value string) alert.Matchers {
		return alert.Matchers{match(t, alert.MatchRegexp, name, value)}
	}
	return []sort{
		{"equal", func(t testing.TB, i int) alert.Matchers {
			return equals(t, "shard", fmt.Sprint(i), "cluster", fmt.Sprintf("cluster-%d", i/20%4))
		}, 0},
		{"set", func(t testing.TB, i int) alert.Matchers {
			return regex(t, "shard", fmt.Sprintf("%d|%d", i, i+1))
		}, 0},
		{"prefix", func(t testing.TB, i int) alert.Matchers {
			return regex(t, "pod", fmt.Sprintf("svc-%d-7d9f8b6c5-00.*", i%200))
		}, 0},
		// The first ten name but one digit and can only be tried.
		{"suffix", func(t testing.TB, i int) alert.Matchers {
			return regex(t, "pod", fmt.Sprintf(".*-[0-9a-f]+-0*%d", i))
		}, 20},
		// All share most of their text, which is no better than the rest as long as few do.
		{"part", func(t testing.TB, i int) alert.Matchers {
			return regex(t, "pod", fmt.Sprintf("[a-z]+-.*-7d9f8b6c5-00%03d[0-9]", i%1000))
		}, 50},
		{"tried", func(t testing.TB, i int) alert.Matchers {
			return regex(t, "team", fmt.Sprintf("[a-z]+.[0-9]{%d,}", i%90+2))
		}, 60}, // each silence once for each of the ten teams
	}
}

// mixed are the regular expressions in equal parts.
func mixed() sort {
	all := sorts()[1:4]
	return sort{"mixed", func(t testing.TB, i int) alert.Matchers { return all[i%3].matchers(t, i) }, 20}
}

func silenced(t testing.TB, by sort, n int) *Silences {
	t.Helper()
	s := New(Options{})
	for i := range n {
		sil := running(t)
		sil.EndsAt = sil.StartsAt.Add(24 * time.Hour)
		sil.Matchers = by.matchers(t, i)
		mustSet(t, s, sil)
	}
	return s
}

// BenchmarkLooks asks about 10,000 alerts with 5,000 silences: for the first time, once
// more, and after one more silence.
func BenchmarkLooks(b *testing.B) {
	alerts := crowd(10_000)
	for _, by := range append(sorts(), mixed()) {
		b.Run(by.name, func(b *testing.B) {
			var cold, warm, another time.Duration
			rounds := 0
			for b.Loop() {
				b.StopTimer()
				s := silenced(b, by, 5000)
				b.StartTimer()
				cold += look(s, alerts)
				warm += look(s, alerts)
				sil := running(b)
				sil.Matchers = by.matchers(b, 1)
				mustSet(b, s, sil)
				another += look(s, alerts)
				rounds++
			}
			per := func(d time.Duration) float64 {
				return float64(d.Nanoseconds()) / float64(rounds) / float64(len(alerts))
			}
			b.ReportMetric(per(cold), "ns/cold")
			b.ReportMetric(per(warm), "ns/warm")
			b.ReportMetric(per(another), "ns/another")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func look(s *Silences, alerts []*alert.Alert) time.Duration {
	start := time.Now()
	for _, a := range alerts {
		s.MutedBy(a, start)
	}
	return time.Since(start)
}

func BenchmarkSet(b *testing.B) {
	for _, by := range append(sorts(), mixed()) {
		b.Run(by.name, func(b *testing.B) {
			s := New(Options{})
			i := 0
			b.ReportAllocs()
			for b.Loop() {
				sil := running(b)
				sil.Matchers = by.matchers(b, i)
				mustSet(b, s, sil)
				i++
			}
		})
	}
}
