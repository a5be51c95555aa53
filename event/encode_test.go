package event

import (
	"bytes"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/golden"
)

// at is an instant so many seconds after the first.
func at(seconds float64) time.Time {
	return time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("", 3600)).Add(time.Duration(seconds * 1e9))
}

func anAlert(start, end float64) *alert.Alert {
	a := alert.New(alert.LabelsOf("alertname", "Disk", "team", `<"a"&b>`))
	a.StartsAt, a.UpdatedAt = at(start), at(start+1)
	if end > 0 {
		a.EndsAt = at(end)
	}
	return a
}

func aSilence(t *testing.T) Silence {
	t.Helper()
	var ms alert.Matchers
	for kind, value := range map[alert.MatchType]string{
		alert.MatchEqual: "a", alert.MatchNotEqual: "b", alert.MatchRegexp: "c.*", alert.MatchNotRegexp: "",
	} {
		m, err := alert.NewMatcher(kind, "l"+value, value)
		if err != nil {
			t.Fatal(err)
		}
		ms = append(ms, m)
	}
	ms.Sort()
	return Silence{
		ID: "6a0b54c5-8f39-4f0c-9f2b-1e4f5a0b54c5", Matchers: ms,
		StartsAt: at(0), EndsAt: at(3600), UpdatedAt: at(0.25),
		CreatedBy: "me", Comment: "work", Annotations: map[string]string{"ticket": "1"},
	}
}

// events has one of every type, and some more, by the name of its golden file.
func events(t *testing.T) map[string]Event {
	full := anAlert(1, 3)
	full.Annotations = alert.LabelsOf("summary", "läuft\nvoll")
	full.GeneratorURL = "http://prometheus.example/graph?a=1&b=2"
	group := Group{
		ID: `{}/{team="a"}/0:{alertname="Disk"}`, Key: `{}/{team="a"}:{alertname="Disk"}`,
		Labels: alert.LabelsOf("alertname", "Disk"), Receiver: "ops",
	}
	return map[string]Event{
		"startup":        Startup{},
		"shutdown":       Shutdown{},
		"alert_created":  AlertCreated{anAlert(1, 0)},
		"alert_grouped":  AlertGrouped{anAlert(1, 9), group},
		"alert_resolved": AlertResolved{full, group},
		"notification": Notification{
			Group: group, Integration: Integration{"webhook", 2},
			Alerts: []*alert.Alert{full, anAlert(2, 0)},
			Firing: []uint64{1, math.MaxUint64}, Resolved: []uint64{12113754247994369391}, Muted: []uint64{0},
			RepeatInterval: 4*time.Hour + 500*time.Millisecond, Reason: "new alerts added", FlushID: math.MaxUint64,
		},
		"notification_least":     Notification{},
		"silence_created":        SilenceCreated{aSilence(t)},
		"silence_updated":        SilenceUpdated{aSilence(t)},
		"silence_muted_alert":    SilenceMutedAlert{anAlert(1, 0), []string{"1-2", "3-4"}},
		"inhibition_muted_alert": InhibitionMutedAlert{anAlert(1, 0), []string{"00c0ffee00c0ffee"}},
		"fractions":              AlertCreated{anAlert(0.000001, 0.123456789)},
	}
}

func TestGolden(t *testing.T) {
	all := events(t)
	golden.Run(t, "testdata", func(t *testing.T, in map[string]string) map[string]string {
		e, known := all[strings.TrimSpace(in["event"])]
		if !known {
			t.Fatalf("no such event: %s", in["event"])
		}
		line, err := encode(e, at(5), "host.example", 1)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.ContainsAny(line, "\n") {
			t.Errorf("more than a line: %s", line)
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, line, "", "  "); err != nil {
			t.Fatal(err)
		}
		return map[string]string{"json": pretty.String()}
	})
}

func TestEveryTypeHasItsOwnNames(t *testing.T) {
	covered := make(map[string]bool)
	for _, e := range events(t) {
		covered[e.Type()] = true
	}
	types, fields := make(map[string]bool), make(map[string]bool)
	for _, e := range kinds() {
		types[e.Type()], fields[e.field()] = true, true
		if !covered[e.Type()] {
			t.Errorf("%s is in no golden file", e.Type())
		}
	}
	if len(types) != 10 || len(fields) != 10 {
		t.Errorf("%d types and %d names in JSON, want 10 of each: %q", len(types), len(fields), slices.Sorted(maps.Keys(types)))
	}
}

func TestFirstInTheClusterIsADefault(t *testing.T) {
	line, err := encode(Startup{}, at(0), "h", 0)
	if want := `{"@timestamp":"2026-03-01T11:00:00Z","instance":"h","data":{"alertmanagerStartupEvent":{}}}`; string(line) != want || err != nil {
		t.Errorf("%s, %v; want %s", line, err, want)
	}
}

func TestAYearThatCannotBeWritten(t *testing.T) {
	a := anAlert(0, 0)
	a.EndsAt = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	if line, err := encode(AlertCreated{a}, at(0), "h", 0); err == nil || !strings.Contains(err.Error(), "year 10000") {
		t.Errorf("%s, %v", line, err)
	}
}

func FuzzEncode(f *testing.F) {
	f.Add("a", "b", int64(0), int64(1))
	f.Add("\xff", "\u2028<&>\"", int64(math.MaxInt64), int64(1e9+1e6))
	f.Fuzz(func(t *testing.T, name, value string, nanos, repeat int64) {
		a := alert.New(alert.LabelsOf(name, value))
		a.StartsAt = time.Unix(0, nanos)
		e := Notification{Alerts: []*alert.Alert{a}, RepeatInterval: time.Duration(max(repeat, 0)), Reason: value}
		line, err := encode(e, time.Unix(0, nanos), name, 0)
		if err != nil || !json.Valid(line) || bytes.ContainsAny(line, "\n") {
			t.Errorf("%s, %v", line, err)
		}
		var back struct {
			Timestamp time.Time `json:"@timestamp"`
		}
		if err := json.Unmarshal(line, &back); err != nil || !back.Timestamp.Equal(time.Unix(0, nanos)) {
			t.Errorf("at %d, read back as %s: %v", nanos, back.Timestamp, err)
		}
	})
}
