package template

import (
	"fmt"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

func manyAlerts(n int) []*alert.Alert {
	alerts := make([]*alert.Alert, n)
	for i := range alerts {
		alerts[i] = exampleAlert(fmt.Sprintf("host-%d", i), "http://prom/g", time.Time{}, "summary", "disk is nearly full", "runbook", "http://rb")
	}
	return alerts
}

// What a chat receiver renders: a title and a text over all alerts.
const (
	chatTitle = `{{ template "slack.default.title" . }}`
	chatText  = `{{ range .Alerts }}*{{ .Labels.host }}* {{ .Annotations.summary }} <{{ .Annotations.runbook }}|runbook>
{{ range .Labels.SortedPairs }}• {{ .Name }}: {{ .Value }}
{{ end }}{{ end }}`
)

func BenchmarkText(b *testing.B) {
	s := newSet(b)
	for _, n := range []int{1, 100} {
		b.Run(fmt.Sprintf("alerts=%d", n), func(b *testing.B) {
			d := example(manyAlerts(n)...)
			b.ReportAllocs()
			for b.Loop() {
				mustText(b, s, chatTitle, d)
				mustText(b, s, chatText, d)
			}
		})
	}
}

func BenchmarkHTML(b *testing.B) {
	s, d := newSet(b), example()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.HTML(`{{ template "email.default.html" . }}`, d); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNewData(b *testing.B) {
	for _, n := range []int{1, 100} {
		b.Run(fmt.Sprintf("alerts=%d", n), func(b *testing.B) {
			batch := exampleBatch(manyAlerts(n)...)
			b.ReportAllocs()
			for b.Loop() {
				NewData(batch)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		newSet(b)
	}
}

// BenchmarkFirstText is what a text costs that no bench has seen: a new
// clone and a parse.
func BenchmarkFirstText(b *testing.B) {
	s, d := newSet(b), example()
	b.ReportAllocs()
	for b.Loop() {
		bench, err := newBench(s.text)
		if err != nil {
			b.Fatal(err)
		}
		bench.labels = labelsOf(d)
		if _, err := bench.render(chatTitle, d); err != nil {
			b.Fatal(err)
		}
	}
}
