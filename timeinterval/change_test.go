package timeinterval

import (
	"testing"
	"time"

	"gopkg.in/yaml.v3"
)

func TestChange(t *testing.T) {
	set := make(Set)
	for name, text := range map[string]string{
		"nights":   `[{times: [{start_time: "22:00", end_time: "24:00"}, {start_time: "00:00", end_time: "06:00"}]}]`,
		"weekends": `[{weekdays: ["saturday", "sunday"]}]`,
		"together": `[{times: [{start_time: "10:00", end_time: "11:00"}]}, {times: [{start_time: "11:00", end_time: "12:00"}]}]`,
		"october":  `[{months: ["october"]}]`,
		"always":   `[{}]`,
		// Clocks go from 2:00 to 3:00 on 29 March 2026, and from 3:00 to 2:00 on 25 October.
		"berlin": `[{times: [{start_time: "02:30", end_time: "03:30"}], location: "Europe/Berlin"}]`,
	} {
		var intervals []Interval
		if err := yaml.Unmarshal([]byte(text), &intervals); err != nil {
			t.Fatal(err)
		}
		set[name] = intervals
	}
	for _, tt := range []struct{ name, at, want string }{
		{"nights", "2026-05-01T12:00:00Z", "2026-05-01T22:00:00Z"},
		{"nights", "2026-05-01T21:59:59.9Z", "2026-05-01T22:00:00Z"},
		{"nights", "2026-05-01T22:00:00Z", "2026-05-02T06:00:00Z"},
		{"nights", "2026-05-01T12:00:30+02:00", "2026-05-01T22:00:00Z"},
		{"weekends", "2026-05-01T12:00:00Z", "2026-05-02T00:00:00Z"},
		{"weekends", "2026-05-02T00:00:00Z", "2026-05-04T00:00:00Z"},
		{"together", "2026-05-01T10:30:00Z", "2026-05-01T12:00:00Z"},
		{"october", "2026-05-01T10:30:00Z", ""},
		{"october", "2026-09-30T10:30:00Z", "2026-10-01T00:00:00Z"},
		{"always", "2026-05-01T10:30:00Z", ""},
		{"unheard of", "2026-05-01T10:30:00Z", ""},
		{"berlin", "2026-03-29T00:00:00Z", "2026-03-29T01:00:00Z"},
		{"berlin", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"},
		{"berlin", "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z"},
		{"berlin", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z"}, // 2:00 again
		{"berlin", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z"},
		{"berlin", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"},
	} {
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if change := set.Change(tt.name, at); !change.IsZero() {
			got = change.UTC().Format(time.RFC3339)
		}
		if got != tt.want {
			t.Errorf("%s from %s changes at %q, want %q", tt.name, tt.at, got, tt.want)
		}
	}
}

func BenchmarkChange(b *testing.B) {
	var intervals []Interval
	if err := yaml.Unmarshal([]byte(`[{months: ["october"], location: "Europe/Berlin"}]`), &intervals); err != nil {
		b.Fatal(err)
	}
	set := Set{"october": intervals}
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	for b.Loop() {
		set.Change("october", at)
	}
}
