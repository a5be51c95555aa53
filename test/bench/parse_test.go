package main

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"
)

func TestParseVersion(t *testing.T) {
	for text, want := range map[string]string{
		"alertmanager, version 0.25.0 (branch: debian/sid, revision: 1)\n  build user: x\n": "alertmanager 0.25.0",
		"something else\nmore": "something else",
		"":                     "",
	} {
		if got := parseVersion(text); got != want {
			t.Errorf("parseVersion(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestParseMetric(t *testing.T) {
	const text = "# HELP go_goroutines x\n# TYPE go_goroutines gauge\ngo_goroutines_more 1\ngo_goroutines 1.5e+03\n"
	if got, err := parseMetric(text, "go_goroutines"); got != 1500 || err != nil {
		t.Errorf("got %v, %v, want 1500", got, err)
	}
	if got, err := parseMetric(text, "go_gorout"); err == nil {
		t.Errorf("got %v for a metric that is not there", got)
	}
}

func TestParseID(t *testing.T) {
	for text, want := range map[string]int{
		`{"groupLabels":{"id":"17"},"alerts":[{"labels":{"id":"18"}}]}`: 17,
		`{"alerts":[{"labels":{"alertname":"a","id":"18"}}]}`:           18,
		`{"alerts":[{"labels":{"id":"x"}}]}`:                            -1,
		`{}`:                                                            -1,
	} {
		if got := parseID([]byte(text)); got != want {
			t.Errorf("parseID(%s) = %d, want %d", text, got, want)
		}
	}
}

func TestAlternate(t *testing.T) {
	all := []subject{{name: "a"}, {name: "b"}, {name: "c"}}
	for i, want := range [][]string{{"a", "b", "c"}, {"c", "b", "a"}, {"a", "b", "c"}} {
		var got []string
		for _, s := range alternate(all, i) {
			got = append(got, s.name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("run %d: %v, want %v", i, got, want)
		}
	}
}

// tape is a file that remembers what was safe.
type tape struct {
	mu            sync.Mutex
	written, safe int
	syncs         int
	broken        error
}

func (f *tape) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.written += len(p)
	return len(p), f.broken
}

func (f *tape) Sync() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.safe, f.syncs = f.written, f.syncs+1
	return nil
}

func TestJournal(t *testing.T) {
	f := &tape{}
	j := newJournal(f)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			for range 20 {
				if err := j.append([]byte("x")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if f.safe != 1000 || f.syncs > 1000 {
		t.Errorf("%d bytes are safe after %d syncs, want 1000", f.safe, f.syncs)
	}
	f.broken = errors.New("full")
	if err := j.append([]byte("x")); !errors.Is(err, f.broken) {
		t.Errorf("got %v from a file that is full", err)
	}
}

func TestMore(t *testing.T) {
	for _, c := range []struct {
		profiled bool
		done, n  int
		since    time.Duration
		want     bool
	}{
		{false, 0, 5, 0, true},
		{false, 0, 5, time.Minute, true},
		{false, 4, 5, time.Second, true},
		{false, 5, 5, time.Second, false},
		{false, 1, 5, tired, false},
		{true, 50, 5, time.Second, true},
		{true, 1, 5, profiledFor, false},
	} {
		r := &run{}
		if c.profiled {
			r.profiler = &profiler{}
		}
		if got := r.more(c.done, c.n, c.since); got != c.want {
			t.Errorf("more after %d of %d in %s, profiled %v: %v", c.done, c.n, c.since, c.profiled, got)
		}
	}
}
