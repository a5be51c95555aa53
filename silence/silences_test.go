package silence

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-kit/log"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/store"
)

var _ store.Table[*Silence] = (*memTable)(nil)

func TestMutedBy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		both := running(t)
		both.Matchers = alert.Matchers{match(t, alert.MatchEqual, "a", "1"), match(t, alert.MatchNotEqual, "b", "2")}
		ids := []string{mustSet(t, s, running(t)), mustSet(t, s, both), mustSet(t, s, pending(t))}
		slices.Sort(ids[:2])
		at := func(labels ...string) []string { return s.MutedBy(alert.New(alert.LabelsOf(labels...)), time.Now()) }

		for _, tt := range []struct {
			name   string
			labels []string
			want   int
		}{
			{"missing counts as empty", []string{"a", "1"}, 2},
			{"all matchers of one silence", []string{"a", "1", "b", "2"}, 1},
			{"none", []string{"a", "2"}, 0},
		} {
			if got := at(tt.labels...); len(got) != tt.want {
				t.Errorf("%s: %v, want %d", tt.name, got, tt.want)
			}
		}
		if diff := cmp.Diff(ids[:2], at("a", "1")); diff != "" {
			t.Error(diff)
		}
		time.Sleep(time.Hour)
		if diff := cmp.Diff(ids[2:], at("a", "1")); diff != "" {
			t.Errorf("an hour later: %s", diff)
		}
		time.Sleep(time.Hour)
		if got := at("a", "1"); got != nil {
			t.Errorf("two hours later: %v", got)
		}
		if s.Reason() != "silence" {
			t.Error(s.Reason())
		}
	})
}

// TestMutedByAgainstScan changes silences at random and compares the index with
// a scan of all of them.
func TestMutedByAgainstScan(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	muted := 0
	synctest.Test(t, func(t *testing.T) {
		ctx := t.Context()
		s := New(Options{Retention: 30 * time.Minute})
		for range 2000 {
			switch all := s.All(); {
			case r.IntN(3) == 0 && len(all) > 0:
				if err := s.Expire(ctx, all[r.IntN(len(all))].ID); err != nil {
					t.Fatal(err)
				}
			case r.IntN(10) == 0:
				s.gc(present())
			default:
				sil := randomSilence(t, r)
				if len(all) > 0 && r.IntN(2) == 0 {
					sil.ID = all[r.IntN(len(all))].ID
				}
				mustSet(t, s, sil)
			}
			time.Sleep(time.Duration(r.IntN(300)) * time.Second)
			a := alert.New(randomLabels(r))
			var want []string
			for _, sil := range s.All() {
				if sil.StateAt(time.Now()) == Active && sil.Matchers.Match(a.Labels) {
					want = append(want, sil.ID)
				}
			}
			slices.Sort(want)
			muted += len(want)
			if diff := cmp.Diff(want, s.MutedBy(a, time.Now())); diff != "" {
				t.Fatal(diff)
			}
		}
	})
	if muted < 100 {
		t.Errorf("only %d hits", muted)
	}
}

func randomSilence(t testing.TB, r *rand.Rand) Silence {
	t.Helper()
	kinds := []alert.MatchType{alert.MatchEqual, alert.MatchNotEqual, alert.MatchRegexp, alert.MatchNotRegexp}
	ms := alert.Matchers{match(t, alert.MatchNotEqual, "never", "x")}
	for range r.IntN(3) {
		ms = append(ms, match(t, kinds[r.IntN(4)], string(rune('a'+r.IntN(3))), []string{"1", "2", "", "1|2", ".*"}[r.IntN(5)]))
	}
	start := time.Now().Add(time.Duration(r.IntN(60)-30) * time.Minute)
	return Silence{Matchers: ms, StartsAt: start, EndsAt: start.Add(time.Duration(31+r.IntN(60)) * time.Minute)}
}

func randomLabels(r *rand.Rand) alert.Labels {
	labels := map[string]string{"x": "y"}
	for _, name := range []string{"a", "b", "c"} {
		if n := r.IntN(3); n > 0 {
			labels[name] = fmt.Sprint(n)
		}
	}
	return alert.LabelsFromMap(labels)
}

func TestLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		active := running(t)
		active.ID = "one"
		old := active
		old.ID, old.EndsAt = "two", time.Now().Add(-time.Minute)
		s := New(Options{Table: newMemTable(&active, &old)})
		if err := s.Load(); err != nil {
			t.Fatal(err)
		}
		if got := len(s.All()); got != 2 {
			t.Errorf("%d silences, want the expired one, too", got)
		}
		if diff := cmp.Diff([]string{"one"}, s.MutedBy(alert.New(alert.LabelsOf("a", "1")), time.Now())); diff != "" {
			t.Error(diff)
		}
		if got := s.index.Len(); got != 1 {
			t.Errorf("%d silences are indexed, want the active one", got)
		}
	})
	unread := newMemTable()
	unread.unread = errDisk
	if err := New(Options{Table: unread}).Load(); !errors.Is(err, errDisk) {
		t.Errorf("error %v, want that of the table", err)
	}
	for name, bad := range map[string]*Silence{"no record": nil, "another id": {ID: "x"}} {
		t.Run(name, func(t *testing.T) {
			table := newMemTable()
			table.records["id"] = bad
			if err := New(Options{Table: table}).Load(); err == nil || !strings.Contains(err.Error(), `"id"`) {
				t.Error(err)
			}
		})
	}
}

func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg := prometheus.NewRegistry()
		s := New(Options{Registerer: reg, Retention: time.Hour})
		mustSet(t, s, running(t))
		mustSet(t, s, pending(t))
		mustSet(t, s, pending(t))
		if err := s.Expire(t.Context(), mustSet(t, s, running(t))); err != nil {
			t.Fatal(err)
		}
		s.MutedBy(alert.New(alert.LabelsOf("a", "1")), time.Now())
		want := `
# HELP alertmanager_silences Number of silences by state.
# TYPE alertmanager_silences gauge
alertmanager_silences{state="active"} 1
alertmanager_silences{state="expired"} 1
alertmanager_silences{state="pending"} 2
# HELP alertmanager_silences_matcher_index_size Number of silences in the index of matchers.
# TYPE alertmanager_silences_matcher_index_size gauge
alertmanager_silences_matcher_index_size 4
# HELP alertmanager_silences_queries_total Number of queries for silences.
# TYPE alertmanager_silences_queries_total counter
alertmanager_silences_queries_total 1
# HELP alertmanager_silences_query_errors_total Number of queries for silences that failed.
# TYPE alertmanager_silences_query_errors_total counter
alertmanager_silences_query_errors_total 0
# HELP alertmanager_silences_query_silences_scanned_total Number of matching silences that queries looked at.
# TYPE alertmanager_silences_query_silences_scanned_total counter
alertmanager_silences_query_silences_scanned_total 4
# HELP alertmanager_silences_query_silences_skipped_total Number of matching silences that were not active.
# TYPE alertmanager_silences_query_silences_skipped_total counter
alertmanager_silences_query_silences_skipped_total 3
# HELP alertmanager_silences_state_size Number of silences that are kept.
# TYPE alertmanager_silences_state_size gauge
alertmanager_silences_state_size 4
`
		if err := testutil.GatherAndCompare(reg, strings.NewReader(want),
			"alertmanager_silences", "alertmanager_silences_state_size", "alertmanager_silences_matcher_index_size",
			"alertmanager_silences_queries_total", "alertmanager_silences_query_errors_total",
			"alertmanager_silences_query_silences_scanned_total", "alertmanager_silences_query_silences_skipped_total"); err != nil {
			t.Error(err)
		}
		problems, err := testutil.GatherAndLint(reg)
		if err != nil || len(problems) > 0 {
			t.Error(problems, err)
		}
	})
}

func TestLogChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		s := New(Options{LogChanges: true, Logger: log.NewLogfmtLogger(&out)})
		id := mustSet(t, s, running(t))
		update := *mustGet(t, s, id)
		mustSet(t, s, update)
		update.Matchers = equals(t, "b", "2")
		next := mustSet(t, s, update)
		want := []string{
			`level=info msg="silence created" Id=` + id + ` CreatedBy=me Comment=why StartsAt=2000-01-01T00:00:00Z EndsAt=2000-01-01T01:00:00Z Matchers="{a=\"1\"}"`,
			`level=info msg="silence updated" Id=` + id + ` CreatedBy=me Comment=why StartsAt=2000-01-01T00:00:00Z EndsAt=2000-01-01T01:00:00Z Matchers="{a=\"1\"}"`,
			`level=info msg="silence created" Id=` + next + ` CreatedBy=me Comment=why StartsAt=2000-01-01T00:00:00Z EndsAt=2000-01-01T01:00:00Z Matchers="{b=\"2\"}"`,
			`level=info msg="silence expired" Id=` + id + ` CreatedBy=me Comment=why StartsAt=2000-01-01T00:00:00Z EndsAt=2000-01-01T00:00:00Z Matchers="{a=\"1\"}"`,
		}
		if diff := cmp.Diff(want, strings.Split(strings.TrimSpace(out.String()), "\n")); diff != "" {
			t.Error(diff)
		}

		out.Reset()
		quiet := New(Options{Logger: log.NewLogfmtLogger(&out)})
		mustSet(t, quiet, running(t))
		if out.Len() > 0 {
			t.Errorf("logged without LogChanges: %s", &out)
		}
	})
}

func BenchmarkMutedBy(b *testing.B) {
	for _, kind := range []struct {
		name     string
		matchers func(n int) alert.Matchers
	}{
		{"equal", func(n int) alert.Matchers { return equals(b, "instance", fmt.Sprint(n), "job", "node") }},
		{"regexp", func(n int) alert.Matchers {
			return alert.Matchers{match(b, alert.MatchRegexp, "instance", fmt.Sprintf("%d|%d", n, n+1)), match(b, alert.MatchRegexp, "job", "no.*")}
		}},
	} {
		b.Run(kind.name, func(b *testing.B) {
			s := New(Options{})
			for n := range 5000 {
				sil := running(b)
				sil.Matchers = kind.matchers(n)
				mustSet(b, s, sil)
			}
			a, now := alert.New(alert.LabelsOf("alertname", "Down", "instance", "4711", "job", "node")), time.Now()
			b.ReportAllocs()
			for b.Loop() {
				if len(s.MutedBy(a, now)) == 0 {
					b.Fatal("not muted")
				}
			}
		})
	}
}
