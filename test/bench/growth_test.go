package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLawJudges(t *testing.T) {
	sizes := []float64{1, 10, 100}
	for _, c := range []struct {
		name  string
		most  float64
		costs []float64
		want  verdict
	}{
		{"flat", 0, []float64{5, 5, 5}, met},
		{"falling", 0, []float64{50, 10, 5}, met},
		{"cache misses", 0, []float64{5, 7, 9.9}, met},
		{"a bit too fast", 0, []float64{5, 7.5, 11}, missed},
		{"linear", 0, []float64{5, 50, 500}, missed},
		{"linear, and may be", 1, []float64{5, 50, 500}, met},
		{"square, and may be linear", 1, []float64{5, 500, 50_000}, missed},
		{"hidden at first", 0, []float64{1000, 10, 30}, missed},
		{"one size", 0, []float64{5}, unknown},
		{"nothing", 0, nil, unknown},
	} {
		var v curve
		for i, cost := range c.costs {
			v = v.with(int(sizes[i]), cost)
		}
		if got := (law{most: c.most}).judge(v.fit()); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// A run must end in time, so what it may take is written down here again.
func TestStoriesHaveBudgets(t *testing.T) {
	var full, quick time.Duration
	seen := map[string]bool{}
	for _, s := range stories() {
		full, quick = full+s.budget, quick+s.quickBudget
		if sizes, budget := s.plan(true); len(sizes) < 3 || budget > time.Minute {
			t.Errorf("%s: with -quick %v in %s", s.name, sizes, budget)
		}
		for _, l := range s.laws {
			if seen[l.key] || !strings.HasPrefix(l.key, s.name+".") || l.reason == "" {
				t.Errorf("%s: the law %q is there twice, or called otherwise, or has no reason", s.name, l.key)
			}
			seen[l.key] = true
		}
	}
	if full > 10*time.Minute || quick > 70*time.Second {
		t.Errorf("all sizes may take %s, and %s with -quick", full, quick)
	}
}

func TestShortSize(t *testing.T) {
	for size, want := range map[float64]string{1: "1", 500: "500", 1000: "1k", 2500: "2.5k", 100_000: "100k", 1e6: "1M"} {
		if got := shortSize(size); got != want {
			t.Errorf("%v is written %q, want %q", size, got, want)
		}
	}
}

// growing is a story that starts no process. It costs what the size is.
func growing(play func(size int) error) story {
	return story{
		name: "post", sizes: []int{10, 100, 1000}, budget: time.Minute,
		laws: []law{
			{"post.each", "per alert", microseconds, 0, "of a|b"},
			{"post.all", "all", milliseconds, 1, "each costs"},
			{"post.never", "not measured", milliseconds, 1, "never"},
		},
		run: func(_ context.Context, r *run, size int) error {
			r.values["post.each"], r.values["post.all"] = float64(size), float64(size)
			return play(size)
		},
	}
}

func TestGrowthPlays(t *testing.T) {
	for _, c := range []struct {
		name              string
		run               func(size int) error
		budget            time.Duration
		measured          int
		skipped, failures []string
	}{
		{"all", func(int) error { return nil }, time.Minute, 3, nil, nil},
		{
			"a failure ends the story", func(size int) error {
				if size == 100 {
					return errors.New("broken")
				}
				return nil
			}, time.Minute, 1, nil, []string{"post at 100: broken"},
		},
		{"no time", func(int) error { return context.DeadlineExceeded }, 0, 0, []string{"post at 10, 100, 1k"}, nil},
	} {
		g := &growth{dir: t.TempDir()}
		s := growing(c.run)
		s.budget = c.budget
		g.play(t.Context(), s)
		if n := len(g.report.Rows[0].Curve.Sizes); n != c.measured {
			t.Errorf("%s: %d sizes, want %d", c.name, n, c.measured)
		}
		if diff := cmp.Diff(c.skipped, g.report.Skipped); diff != "" {
			t.Errorf("%s: skipped: %s", c.name, diff)
		}
		if diff := cmp.Diff(c.failures, g.report.Failures); diff != "" {
			t.Errorf("%s: failures: %s", c.name, diff)
		}
	}
}

func TestGrowthReport(t *testing.T) {
	p := &growthReport{Version: "tocsin 1", Skipped: []string{"post at 1M"}}
	p.add(growing(nil), map[string]curve{
		"post.each": curve{}.with(10, 10).with(100, 100),
		"post.all":  curve{}.with(10, 1.5).with(1000, 150),
	})
	var text strings.Builder
	if err := p.write(&text, style{markdown: true}); err != nil {
		t.Fatal(err)
	}
	want := strings.TrimPrefix(`
- tocsin: tocsin 1
- machine: 0 processors, load , fsync of 32 KiB: median 0 ms, p90 0 ms
- cost: processor time of tocsin, or its memory

| cost | at 10 | at 100 | at 1k | exponent | last step | expected | verdict | since |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
| post: per alert | 10 µs | 100 µs |  | +1.00 | +1.00 | ≤ 0 | MISSED | of a\|b |
| post: all | 1.50 ms |  | 150 ms | +1.00 | +1.00 | ≤ 1 | met | each costs |

No time was left for post at 1M.
`, "\n")
	if diff := cmp.Diff(want, text.String()); diff != "" {
		t.Error(diff)
	}
}

// What -json has written must look the same when it is shown.
func TestSavedIsShown(t *testing.T) {
	r := newResults()
	r.add(nameTocsin, map[string]float64{"rate": 100})
	p := newReport([]scenario{{name: "post", rows: []row{{key: "rate", label: "alerts", unit: perSecond, goals: []goal{{atLeast, 5}}}}}}, r)
	p.Subjects[nameTocsin] = "tocsin 1"
	g := &growthReport{Version: "tocsin 1"}
	g.add(growing(nil), map[string]curve{"post.all": curve{}.with(10, 1).with(100, 10)})
	for _, c := range []struct {
		report table
		saved  any
	}{{p, p}, {g, grown{g}}} {
		path := t.TempDir() + "/saved.json"
		if err := save(path, c.saved); err != nil {
			t.Fatal(err)
		}
		shown, err := readSaved(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []style{{}, {markdown: true}} {
			var want, got strings.Builder
			if err := errors.Join(c.report.write(&want, s), shown.write(&got, s)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.String(), got.String()); diff != "" {
				t.Error(diff)
			}
		}
	}
}

func TestNothingSaved(t *testing.T) {
	for _, text := range []string{"", "{}", "[]", `{"growth":1}`} {
		if _, err := parseSaved([]byte(text)); err == nil {
			t.Errorf("a report was found in %q", text)
		}
	}
}
