package sim

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/tocsin-alerting/tocsin/internal/daemon"
)

const everything = `
route:
  receiver: ops
  group_by: [host]
  group_wait: 0s
  routes:
    - matchers: [host="muted"]
      mute_time_intervals: [always]
    - matchers: [host="off"]
      active_time_intervals: [never]
inhibit_rules:
  - source_matchers: [host="router"]
    target_matchers: [host="behind"]
time_intervals:
  - name: always
    time_intervals: [{}]
  - name: never
receivers:
  - name: ops
    webhook_configs:
      - url: http://receiver.example/ops
        payload: {text: '{{ .NoSuchField }}'}
event_recorder:
  file_outputs: [{path: events.jsonl}]
  kafka_outputs: [{brokers: ["not-a-broker.example:9092"], topic: events}]
`

// Every metric that a daemon shows after it has done a little of everything is in
// docs/metrics.md with its type and labels, and nothing else is.
func TestMetricsAreDocumented(t *testing.T) {
	limited := func(o *daemon.Options) { o.AlertsPerNameLimit, o.EventRecorder = 5, true }
	stored := func(o *daemon.Options) { onDisk(vfs.NewCrashableMem())(o) }
	inCluster(t, everything, func(r *replicas) {
		w := r.all[0]
		w.silence("silent", time.Hour)
		for _, host := range []string{"router", "behind", "muted", "off", "silent", "one too many"} {
			w.fires(host)
		}
		r.until(time.Minute)
		w.must(http.MethodGet, "/-/ready", "")
		w.must(http.MethodGet, "/metrics", "")
		rows := make(map[string]string) // who tells what differs
		for _, w := range r.all {
			maps.Copy(rows, shown(t, w.must(http.MethodGet, "/metrics", "")))
		}
		if diff := cmp.Diff(documented(t), rows); diff != "" {
			t.Errorf("docs/metrics.md (-) and /metrics (+) differ:\n%s", diff)
		}
	}, limited, stored, overTLS(t))
}

// shown returns type and labels of our metrics in an exposition.
func shown(t *testing.T, text string) map[string]string {
	t.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	rows := make(map[string]string)
	for name, family := range families {
		if !strings.HasPrefix(name, "alertmanager_") && !strings.HasPrefix(name, "tocsin_") {
			continue
		}
		labels := make(map[string]bool)
		for _, m := range family.GetMetric() {
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = true
			}
		}
		rows[name] = fmt.Sprintf("%s %s", strings.ToLower(family.GetType().String()),
			strings.Join(slices.Sorted(maps.Keys(labels)), " "))
	}
	return rows
}

var metricRow = regexp.MustCompile("^\\| `([a-z_0-9]+)` \\| (\\w+) \\|([^|]*)\\|")

// documented returns type and labels of the metrics in the tables of the page.
func documented(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("../../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := make(map[string]string)
	for line := range strings.Lines(string(text)) {
		if m := metricRow.FindStringSubmatch(line); m != nil {
			rows[m[1]] = m[2] + " " + strings.Join(strings.Fields(m[3]), " ")
		}
	}
	return rows
}
