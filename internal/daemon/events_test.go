package daemon

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-kit/log"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/config"
	"github.com/tocsin-alerting/tocsin/event"
)

func TestOutputsOfEvents(t *testing.T) {
	c, err := config.Parse([]byte(`
route: {receiver: r}
receivers: [{name: r}]
event_recorder:
  file_outputs: [{path: a}, null, {path: /b}]
  webhook_outputs:
    - null
    - url: http://w.example/
    - url: http://x.example/
      http_config: {follow_redirects: false}
      timeout: 1s
      workers: 2
      max_retries: 5
      retry_backoff: 3s
      batch: true
      batch_max_events: 7
      batch_max_bytes: 8
      batch_flush_interval: 9s
  kafka_outputs:
    - null
    - {brokers: [k:1], topic: t}
    - {brokers: [k:1, l:2], topic: t, client_id: c, format: protobuf, acks: all, compression: zstd, buffer_size: 5, tls_config: {server_name: s}}
  stdout_outputs: [{}, null]
`), config.Options{Dir: "/etc"})
	if err != nil {
		t.Fatal(err)
	}
	direct := commoncfg.DefaultHTTPClientConfig
	direct.FollowRedirects = false
	want := event.Settings{
		Files: []string{"/etc/a", "/b"},
		Webhooks: []event.Webhook{
			{URL: "http://w.example/", HTTP: commoncfg.DefaultHTTPClientConfig, Timeout: 10 * time.Second, Workers: 4, Attempts: 3, Backoff: 500 * time.Millisecond},
			{URL: "http://x.example/", HTTP: direct, Timeout: time.Second, Workers: 2, Attempts: 5, Backoff: 3 * time.Second, Batch: true, BatchEvents: 7, BatchBytes: 8, BatchWait: 9 * time.Second},
		},
		Kafkas: []event.Kafka{
			{Brokers: []string{"k:1"}, Topic: "t", ClientID: "alertmanager", Acks: "leader", Buffer: 1024},
			{Brokers: []string{"k:1", "l:2"}, Topic: "t", ClientID: "c", Protobuf: true, Acks: "all", Compression: "zstd", Buffer: 5, TLS: &commoncfg.TLSConfig{ServerName: "s"}},
		},
		Stdouts: 2,
	}
	if diff := cmp.Diff(want, outputs(c.EventRecorder), cmp.Exporter(func(reflect.Type) bool { return true })); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(event.Settings{}, outputs(nil)); diff != "" {
		t.Error(diff)
	}
}

// stuck is a pipe that nobody reads until it is closed.
type stuck chan struct{}

func (s stuck) Write(p []byte) (int, error) {
	<-s
	return len(p), nil
}

func TestAnOutputThatIsStuckDoesNotKeepTheDaemon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var lines bytes.Buffer
		pipe := make(stuck)
		e := newEvents(Options{EventRecorder: true, Stdout: pipe}, prometheus.NewRegistry(), log.NewLogfmtLogger(&lines), nil)
		e.begin(&config.EventRecorder{StdoutOutputs: make([]*struct{}, 1)})
		start := time.Now()
		e.end()
		if took := time.Since(start); took != patienceWithEvents || !strings.Contains(lines.String(), "an output does not end") {
			t.Errorf("it took %s to end, and the log says %s", took, &lines)
		}
		close(pipe)
		<-e.stopped
	})
}

func TestWithoutTheFeatureNobodyIsTold(t *testing.T) {
	e := newEvents(Options{}, prometheus.NewRegistry(), log.NewNopLogger(), nil)
	if e.created() != nil || e.changed() != nil || e.groups() != nil || e.notifications() != nil {
		t.Error("there is an observer, which costs something")
	}
	e.end()
}
