package notify

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/timeinterval"
)

func TestTicksOfQuestion(t *testing.T) {
	start := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	in := func(list ...time.Duration) (times []time.Time) {
		for _, d := range list {
			times = append(times, start.Add(d))
		}
		return times
	}
	for _, tt := range []struct {
		name           string
		at, next       time.Duration
		interval       time.Duration
		moments, ticks []time.Duration
	}{
		{name: "the next", next: time.Minute, interval: time.Hour, ticks: []time.Duration{time.Minute}},
		{name: "later", at: time.Hour, next: time.Minute, interval: 5 * time.Minute, ticks: []time.Duration{61 * time.Minute}},
		{name: "just then", at: 11 * time.Minute, next: time.Minute, interval: 5 * time.Minute, ticks: []time.Duration{11 * time.Minute}},
		{
			name: "after moments, in order and once each", next: time.Minute, interval: 5 * time.Minute,
			moments: []time.Duration{22 * time.Minute, -time.Hour, 30 * time.Second, 9 * time.Minute, 11 * time.Minute},
			ticks:   []time.Duration{time.Minute, 11 * time.Minute, 26 * time.Minute},
		},
		{name: "no interval", next: time.Minute, moments: []time.Duration{time.Hour}, ticks: []time.Duration{time.Minute}},
	} {
		q := Question{At: start.Add(tt.at), NextLook: start.Add(tt.next), Interval: tt.interval, Moments: in(tt.moments...)}
		if diff := cmp.Diff(in(tt.ticks...), q.ticks()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	q := Question{At: start, NextLook: start, Interval: time.Minute}
	for i := range 1000 {
		q.Moments = append(q.Moments, start.Add(time.Duration(i)*time.Hour))
	}
	if n := len(q.ticks()); n != mostMoments {
		t.Errorf("%d ticks of 1000 moments, want %d", n, mostMoments)
	}
}

func TestBelief(t *testing.T) {
	a := alert.New(alert.LabelsOf("a", "1"))
	hash := []uint64{hashAlert(a)}
	for _, tt := range []struct {
		name  string
		entry *Entry
		want  Belief
	}{
		{"no entry", nil, ToldNothing},
		{"another", &Entry{Firing: []uint64{1}}, ToldNothing},
		{"fires", &Entry{Firing: hash}, ToldFiring},
		{"muted since", &Entry{Owed: hash}, ToldFiring},
		{"over", &Entry{Resolved: hash}, ToldResolved},
		{"over once, and again", &Entry{Firing: hash, Resolved: hash}, ToldFiring},
	} {
		if got := tt.entry.belief(a); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestQuietByTime(t *testing.T) {
	noon := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	set := timeinterval.Set{
		"always": {{}, {}},
		"never":  {{Years: []timeinterval.Range{}}},
	}
	for _, tt := range []struct {
		name         string
		active, mute []string
		want         []Quiet
	}{
		{name: "no intervals"},
		{name: "active", active: []string{"never", "always"}},
		{name: "not active", active: []string{"never"}, want: []Quiet{{"active_time_interval", []string{"never"}}}},
		{name: "muted", mute: []string{"never", "always"}, want: []Quiet{{"mute_time_interval", []string{"always"}}}},
		{name: "both", active: []string{"never"}, mute: []string{"always"}, want: []Quiet{
			{"active_time_interval", []string{"never"}}, {"mute_time_interval", []string{"always"}},
		}},
	} {
		g := Group{Policy: &Policy{ActiveIntervals: tt.active, MuteIntervals: tt.mute}}
		if diff := cmp.Diff(tt.want, QuietByTime(g, set, noon)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
