package template

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
)

// appended is the whole object that the pieces give.
func appended(b Batch) (string, error) {
	text := b.AppendJSONHead(nil)
	for i := range b.Alerts {
		var err error
		if text, err = b.AppendJSONAlert(text, i); err != nil {
			return "", err
		}
	}
	return string(append(b.AppendJSONTail(text), '}')), nil
}

// checkJSON compares the pieces with what encoding/json makes of the data.
func checkJSON(t *testing.T, b Batch) {
	t.Helper()
	got, failed := appended(b)
	want, err := json.Marshal(NewData(b))
	if (failed != nil) != (err != nil) {
		t.Fatalf("error %v, want %v", failed, err)
	}
	if diff := cmp.Diff(string(want), got); err == nil && diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
}

func TestAppendJSON(t *testing.T) {
	for seed := range uint64(5000) {
		checkJSON(t, randomBatch(rand.New(rand.NewPCG(seed, 0))))
	}
}

// Pieces of names and values: what JSON, HTML and JavaScript escape, what is not UTF-8,
// and what the order of keys depends on.
func randomText(r *rand.Rand) string {
	pieces := []string{"", "a", "b", "aa", "B", "_", "Ω", "\u2028", "\u2029", "\xff", "\xe2\x80", "\ufffd", "<&>", `"\`, "\x00", "\x7f", "\n", "😀", "."}
	var b strings.Builder
	for range r.IntN(4) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

func randomLabels(r *rand.Rand) alert.Labels {
	labels := make(map[string]string)
	for range r.IntN(6) {
		labels[randomText(r)] = randomText(r)
	}
	return alert.LabelsFromMap(labels)
}

func randomTime(r *rand.Rand) time.Time {
	zones := []*time.Location{time.UTC, time.FixedZone("", 5*3600+1800), time.FixedZone("", -3600)}
	if r.IntN(300) == 0 {
		return time.Unix(1<<40, 0) // a year that JSON cannot have
	}
	return time.Unix(r.Int64N(200), r.Int64N(3)*1_234_500).In(zones[r.IntN(len(zones))])
}

func randomBatch(r *rand.Rand) Batch {
	b := Batch{
		Receiver:    randomText(r) + "(x)",
		Reason:      randomText(r),
		Now:         time.Unix(100, 0),
		GroupLabels: randomLabels(r),
		ExternalURL: randomText(r),
	}
	if r.IntN(2) == 0 {
		b.RouteLabels = randomLabels(r).Map()
	}
	shared := randomLabels(r)
	for range r.IntN(4) {
		a := alert.New(randomLabels(r))
		a.Annotations, a.StartsAt, a.GeneratorURL = shared, randomTime(r), randomText(r)
		if r.IntN(2) == 0 {
			a.EndsAt = randomTime(r)
		}
		if r.IntN(4) == 0 {
			a.Annotations = randomLabels(r)
		}
		b.Alerts = append(b.Alerts, a)
	}
	return b
}

// TestAppendJSONAllocates: an alert costs nothing, however many there are.
func TestAppendJSONAllocates(t *testing.T) {
	b := exampleBatch(firingExample(), resolvedExample())
	text := make([]byte, 0, 10_000)
	if n := testing.AllocsPerRun(100, func() {
		for i := range b.Alerts {
			text, _ = b.AppendJSONAlert(text[:0], i)
		}
	}); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}

func FuzzAppendJSON(f *testing.F) {
	for _, seed := range []string{"", "plain", "<b>&\"\\\n", "\u2028\xff\xe2\x80", "Ω.+"} {
		f.Add(seed, seed, "other", int64(1), int64(1_234_000), uint8(3))
	}
	f.Add("r", "alertname", "\xed\xa0\x80", int64(1<<60), int64(-1), uint8(9))
	f.Fuzz(func(t *testing.T, receiver, name, value string, start, end int64, count uint8) {
		b := Batch{Receiver: receiver, Reason: value, Now: time.Unix(100, 0), GroupLabels: alert.LabelsOf(value, name), ExternalURL: name}
		b.RouteLabels = map[string]string{name: value, value: name}
		for i := range count % 4 {
			a := alert.New(alert.LabelsOf(name, value, value, receiver[:len(receiver)*int(i)/4]))
			a.Annotations = alert.LabelsOf(value, name)
			a.StartsAt, a.EndsAt, a.GeneratorURL = time.Unix(start, end), time.Unix(end, start), value
			b.Alerts = append(b.Alerts, a)
		}
		checkJSON(t, b)
	})
}

func BenchmarkJSON(b *testing.B) {
	batch := exampleBatch(manyAlerts(100)...)
	b.Run("from data", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := json.Marshal(NewData(batch)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("from alerts", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := appended(batch); err != nil {
				b.Fatal(err)
			}
		}
	})
}
