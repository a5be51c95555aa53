package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/model"
)

// target is a program that Prometheus watches; its queue can be full.
type target struct {
	*httptest.Server
	full atomic.Int64
}

func newTarget(t *testing.T) *target {
	t.Helper()
	g := &target{}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, "demo_queue_full %d\n", g.full.Load())
	}))
	t.Cleanup(g.Close)
	return g
}

const prometheusConfig = `
global: {scrape_interval: 1s, evaluation_interval: 1s, external_labels: {cluster: north}}
rule_files: [rules.yml]
alerting: {alertmanagers: [{api_version: v2, static_configs: [{targets: ['TOCSIN']}]}]}
scrape_configs:
  - job_name: demo
    static_configs: [{targets: ['TARGET'], labels: {instance: queue-1}}]
  - job_name: tocsin
    static_configs: [{targets: ['TOCSIN']}]
`

const prometheusRules = `
groups:
  - name: demo
    rules:
      - alert: QueueFull
        expr: demo_queue_full == 1
        labels: {severity: page}
        annotations: {summary: 'The queue of {{ $labels.instance }} is full'}
`

// startPrometheus starts a Prometheus that watches the target and tells tocsin.
// It repeats what fires every second.
func startPrometheus(t *testing.T, path string, to *tocsin, of *target) server {
	t.Helper()
	dir := t.TempDir()
	address := func(s string) string { return strings.TrimPrefix(s, "http://") }
	write(t, dir, "rules.yml", prometheusRules)
	write(t, dir, "prometheus.yml", strings.NewReplacer("TOCSIN", address(to.url), "TARGET", address(of.URL)).Replace(prometheusConfig))
	p := start(t, command{path: path, dir: dir, args: []string{
		"--config.file=prometheus.yml", "--storage.tsdb.path=data",
		"--web.listen-address=127.0.0.1:0", "--web.external-url=http://prometheus.example/",
		"--rules.alert.resend-delay=1s",
	}})
	return server{"http://" + p.address(t)}
}

// value asks Prometheus for the value of a series, "" if there is none yet.
func value(t *testing.T, prometheus server, query string) string {
	t.Helper()
	var result struct {
		Data struct {
			Result []struct{ Value [2]any }
		}
	}
	a, err := prometheus.do(t, http.MethodGet, "/api/v1/query?query="+url.QueryEscape(query), nil)
	if err != nil || a.status != http.StatusOK {
		return "" // it is still starting
	}
	if err := json.NewDecoder(strings.NewReader(a.body)).Decode(&result); err != nil && err != io.EOF {
		t.Fatal(err)
	}
	if len(result.Data.Result) != 1 {
		return ""
	}
	return fmt.Sprint(result.Data.Result[0].Value[1])
}

// TestPrometheusToWebhook follows an alert from a metric that Prometheus reads
// to a webhook: firing after group_wait, once however often Prometheus repeats
// it, and resolved.
func TestPrometheusToWebhook(t *testing.T) {
	t.Parallel()
	path := need(t, "prometheus", "prometheus")
	const groupWait = 2 * time.Second
	hook, queue := newSink(t), newTarget(t)
	daemon := startTocsin(t, hook.route("group_wait: 2s, group_interval: 1s, repeat_interval: 1h"), "--web.external-url=http://tocsin.example/")
	prometheus := startPrometheus(t, path, daemon, queue)

	queue.full.Store(1)
	firing := hook.wait(t, 1)
	startsAt := checkPayload(t, firing, "firing")
	if waited := firing.at.Sub(startsAt); waited < groupWait {
		t.Errorf("notified %s after the start of the alert, want no less than %s", waited, groupWait)
	}
	checkHeader(t, firing.header)
	const active = `alertmanager_alerts{state="active"}`
	waitFor(t, "one active alert on /metrics", func() bool { return daemon.metric(t, active) == 1 })

	// Prometheus repeats itself and the group looks at it again, several times.
	const received, looked = `alertmanager_alerts_received_total{status="firing",version="v2"}`, "alertmanager_nflog_queries_total"
	receivedBefore, lookedBefore := daemon.metric(t, received), daemon.metric(t, looked)
	waitFor(t, "four repeats and three looks", func() bool {
		return daemon.metric(t, received) >= receivedBefore+4 && daemon.metric(t, looked) >= lookedBefore+3
	})
	if got := len(hook.deliveries()); got != 1 {
		t.Errorf("%d notifications while the alert fired, want 1", got)
	}

	queue.full.Store(0)
	if again := checkPayload(t, hook.wait(t, 2), "resolved"); !again.Equal(startsAt) {
		t.Errorf("the resolved alert began at %s, the firing one at %s", again, startsAt)
	}
	waitFor(t, "the resolved alert is forgotten", func() bool { return daemon.metric(t, active) == 0 })
	checkMetrics(t, daemon)
	waitFor(t, "Prometheus has read the metrics of tocsin", func() bool {
		return value(t, prometheus, `alertmanager_notifications_total{integration="webhook"}`) == "2"
	})
	if got := len(hook.deliveries()); got != 2 {
		t.Errorf("%d notifications in all, want 2", got)
	}
}

// checkPayload compares a message with what consumers of webhooks expect, and
// returns when the alert began.
func checkPayload(t *testing.T, d delivery, status string) (startsAt time.Time) {
	t.Helper()
	labels := map[string]any{
		"alertname": "QueueFull", "cluster": "north", "instance": "queue-1", "job": "demo", "severity": "page",
	}
	annotations := map[string]any{"summary": "The queue of queue-1 is full"}
	startsAt, endsAt := alertTimes(t, d.body)
	if ended := endsAt.After(startsAt); ended != (status == "resolved") || !ended && !endsAt.IsZero() {
		t.Errorf("%s alert starts at %s and ends at %s", status, startsAt, endsAt)
	}
	reason := map[string]string{"firing": "first notification", "resolved": "all alerts resolved"}[status]
	want := map[string]any{
		"version": "4", "groupKey": `{}:{alertname="QueueFull"}`, "truncatedAlerts": 0.0,
		"receiver": "team", "status": status, "externalURL": "http://tocsin.example", "notification_reason": reason,
		"groupLabels": map[string]any{"alertname": "QueueFull"}, "routeLabels": map[string]any{},
		"commonLabels": labels, "commonAnnotations": annotations,
		"alerts": []any{map[string]any{
			"status": status, "labels": labels, "annotations": annotations,
			"startsAt": "checked", "endsAt": "checked", "fingerprint": fingerprint(labels),
			"generatorURL": "http://prometheus.example/graph?g0.expr=demo_queue_full+%3D%3D+1&g0.tab=1",
		}},
	}
	if diff := cmp.Diff(want, d.body); diff != "" {
		t.Errorf("%s payload (-want +got):\n%s", status, diff)
	}
	return startsAt
}

// alertTimes takes the times out of the only alert of a message.
func alertTimes(t *testing.T, body map[string]any) (startsAt, endsAt time.Time) {
	t.Helper()
	alerts, _ := body["alerts"].([]any)
	if len(alerts) != 1 {
		t.Fatalf("message with %d alerts, want 1: %v", len(alerts), body)
	}
	alert, _ := alerts[0].(map[string]any)
	for key, to := range map[string]*time.Time{"startsAt": &startsAt, "endsAt": &endsAt} {
		parsed, err := time.Parse(time.RFC3339Nano, fmt.Sprint(alert[key]))
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		*to = parsed
		alert[key] = "checked"
	}
	return startsAt, endsAt
}

func fingerprint(labels map[string]any) string {
	set := make(model.LabelSet, len(labels))
	for name, value := range labels {
		set[model.LabelName(name)] = model.LabelValue(fmt.Sprint(value))
	}
	return set.Fingerprint().String()
}

func checkHeader(t *testing.T, h http.Header) {
	t.Helper()
	want := []string{"application/json", "Alertmanager/0.34.0 (tocsin/" + builtVersion + ")"}
	if diff := cmp.Diff(want, []string{h.Get("Content-Type"), h.Get("User-Agent")}); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
}

// checkMetrics checks what dashboards and alerting rules look at, after one
// firing and one resolved notification.
func checkMetrics(t *testing.T, s *tocsin) {
	t.Helper()
	want := map[string]float64{
		`alertmanager_notifications_total{integration="webhook"}`:                             2,
		`alertmanager_notification_requests_total{integration="webhook"}`:                     2,
		`alertmanager_notification_requests_failed_total{integration="webhook"}`:              0,
		`alertmanager_notification_latency_seconds_count{integration="webhook"}`:              2,
		`alertmanager_notifications_failed_total{integration="webhook",reason="serverError"}`: 0,
		`alertmanager_alerts_invalid_total{version="v2"}`:                                     0,
		`alertmanager_config_last_reload_successful`:                                          1,
		`alertmanager_cluster_enabled`:                                                        0,
		`alertmanager_receivers`:                                                              1,
		`alertmanager_integrations`:                                                           1,
		`alertmanager_silences{state="active"}`:                                               0,
	}
	for series, value := range want {
		if got := s.metric(t, series); got != value {
			t.Errorf("%s is %v, want %v", series, got, value)
		}
	}
	for _, series := range []string{
		`alertmanager_alerts_received_total{status="resolved",version="v2"}`,
		"alertmanager_config_hash", "alertmanager_config_last_reload_success_timestamp_seconds",
		"process_start_time_seconds", "go_goroutines",
	} {
		if got := s.metric(t, series); got < 1 {
			t.Errorf("%s is %v, want more", series, got)
		}
	}
	page := s.get(t, "/metrics")
	for _, name := range []string{"alertmanager_build_info{", "tocsin_build_info{"} {
		_, rest, found := strings.Cut(page, "\n"+name)
		series, _, _ := strings.Cut(rest, "\n")
		if want := []string{`version="` + builtVersion + `"`, `revision="` + builtRevision + `"`}; !found || !containsAll(series, want) {
			t.Errorf("%s%s: want one with %q", name, series, want)
		}
	}
}
