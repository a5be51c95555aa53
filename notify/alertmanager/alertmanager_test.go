package alertmanager

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cenkalti/backoff/v4"
	"github.com/go-kit/log"
	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "urls: [$URL]",
		Required: []string{"urls"},
	})
}

// The suite again, with a password and all replicas required.
func TestReceiverWithPassword(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config: "{urls: [$URL/below], require: all, http_config: {basic_auth: {username: u, password: $SECRET}}}",
	})
}

func decode(text string) (notify.Config, error) {
	d, err := yamlx.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	return Kind().Decode(d.Decode, notify.Around{})
}

func opened(t *testing.T, d notify.Deps, text string) sender {
	t.Helper()
	c, err := decode(text)
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Open(d)
	if err != nil {
		t.Fatal(err)
	}
	return s.(sender)
}

func TestConfig(t *testing.T) {
	tests := []struct{ name, config, want string }{
		{"smallest", "urls: ['http://h']", ""},
		{"several", "{urls: ['http://h:9093', 'https://h:9093/below/'], require: all}", ""},
		{"everything", "{urls: ['http://h'], labels: {region: eu, a.b: c}, ends_after: 1h, instance: here, timeout: 1s}", ""},
		{"nothing", "{}", "urls, the addresses of Alertmanagers, must be configured"},
		{"no URLs", "urls: []", "urls, the addresses of Alertmanagers, must be configured"},
		{"scheme", "urls: ['ftp://h']", "unsupported scheme, want http or https"},
		{"no host", "urls: ['http:///x']", "missing host"},
		{"password", "urls: ['http://h', 'http://u:s3cr3t@h']", "urls[1]: user and password belong into http_config.basic_auth"},
		{"query", "urls: ['http://h?a=b']", "urls[0]: must end with the path before /api/v2/alerts"},
		{"fragment", "urls: ['http://h#a']", "urls[0]: must end with the path"},
		{"twice", "urls: ['http://h', 'http://i', 'http://h']", "urls[2]: is there twice"},
		{"require", "{urls: ['http://h'], require: most}", `require: "most" is not one of any, all`},
		{"ends_after", "{urls: ['http://h'], ends_after: -1s}", "ends_after: -1s is negative"},
		{"instance", "{urls: ['http://h'], instance: 'a,b'}", "instance: must not contain a comma"},
		{"label without name", "{urls: ['http://h'], labels: {'': b}}", "labels: a name is empty"},
		{"label without value", "{urls: ['http://h'], labels: {a: ''}}", `labels: "a" has no value`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := decode(test.config)
			switch {
			case test.want == "" && err != nil:
				t.Errorf("rejected: %v", err)
			case test.want != "" && err == nil:
				t.Errorf("accepted, want %q", test.want)
			case err != nil && (!strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "s3cr3t")):
				t.Errorf("error %q, want one with %q and without the password", err, test.want)
			}
		})
	}
}

func TestShown(t *testing.T) {
	c, err := decode("{urls: ['http://h/x'], labels: {a: b}, ends_after: 1h, instance: here}")
	if err != nil {
		t.Fatal(err)
	}
	shown, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	want := `send_resolved: true
timeout: 10s
urls:
    - http://h/x
require: any
labels:
    a: b
ends_after: 1h0m0s
instance: here
`
	if string(shown) != want {
		t.Errorf("shown as\n%swant\n%s", shown, want)
	}
}

// replica is an Alertmanager that answers with the codes given, then with 200.
type replica struct {
	*httptest.Server
	codes []int
	asked atomic.Int32
}

func newReplica(t *testing.T, codes ...int) *replica {
	r := &replica{codes: codes}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if i := int(r.asked.Add(1)); i <= len(codes) {
			w.WriteHeader(codes[i-1])
		}
	}))
	t.Cleanup(r.Close)
	return r
}

func TestReplicas(t *testing.T) {
	for _, test := range []struct {
		name    string
		require string
		codes   [][]int // by replica, by attempt
		want    []string
		asked   []int32 // times, by replica
	}{
		{"all take them", "any", [][]int{{200}, {200}}, []string{""}, []int32{1, 1}},
		{"any is enough", "any", [][]int{{500}, {200}, {400}}, []string{""}, []int32{1, 1, 1}},
		{"none, one of them not yet", "any", [][]int{{400}, {500}}, []string{"temporary"}, []int32{1, 1}},
		{"none for good", "any", [][]int{{400}, {404}}, []string{"permanent"}, []int32{1, 1}},
		{"all are asked again", "any", [][]int{{500, 200}, {500, 500}}, []string{"temporary", ""}, []int32{2, 2}},
		{"all of one", "all", [][]int{{200}}, []string{""}, []int32{1}},
		{"one lacks", "all", [][]int{{200}, {503, 503, 200}}, []string{"temporary", "temporary", ""}, []int32{1, 3}},
		{"news for all", "all", [][]int{{200}, {200}}, []string{"", ""}, []int32{2, 2}},
		{"all, none for good", "all", [][]int{{400}, {400}}, []string{"permanent"}, []int32{1, 1}},
		{"one will never take them", "all", [][]int{{200}, {400}}, []string{""}, []int32{1, 1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var replicas []*replica
			var urls []string
			for _, codes := range test.codes {
				r := newReplica(t, codes...)
				replicas, urls = append(replicas, r), append(urls, "'"+r.URL+"'")
			}
			s := opened(t, notify.Deps{}, fmt.Sprintf("{urls: [%s], require: %s}", strings.Join(urls, ", "), test.require))
			for i, want := range test.want {
				err := s.Send(t.Context(), receivertest.Notification(t, "firing"))
				if got := outcome(err); got != want {
					t.Errorf("attempt %d: %s %v, want %s", i+1, got, err, want)
				}
			}
			for i, r := range replicas {
				if got := r.asked.Load(); got != test.asked[i] {
					t.Errorf("replica %d was asked %d times, want %d", i, got, test.asked[i])
				}
			}
		})
	}
}

func outcome(err error) string {
	_, final := errors.AsType[*backoff.PermanentError](err)
	switch {
	case err == nil:
		return ""
	case final:
		return "permanent"
	}
	return "temporary"
}

// A replica that hangs neither takes the alerts from the others nor has them told
// again.
func TestHangingReplica(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial := func(_ context.Context, _, address string) (net.Conn, error) {
			mine, other := net.Pipe()
			if strings.HasPrefix(address, "hangs") {
				go func() { _, _ = io.Copy(io.Discard, other) }()
			} else {
				go content(other)
			}
			return mine, nil
		}
		var logged bytes.Buffer
		s := opened(t, notify.Deps{Dial: dial, Logger: log.NewLogfmtLogger(&logged)}, "urls: ['http://hangs', 'http://takes']")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		if err := s.Send(ctx, receivertest.Notification(t, "firing")); err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("it took %s", took)
		}
		if !strings.Contains(logged.String(), "url=http://hangs") {
			t.Errorf("the log does not name the replica that hangs: %s", &logged)
		}
	})
}

// content answers one request with a success.
func content(conn net.Conn) {
	defer conn.Close()
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	_, _ = io.Copy(io.Discard, r.Body)
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
}

func TestEnd(t *testing.T) {
	now := time.Date(2026, time.March, 14, 9, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name      string
		ends      time.Duration // from now; 0: not known
		endsAfter time.Duration
		repeat    time.Duration
		want      time.Duration
	}{
		{"resolved", -time.Minute, time.Hour, time.Hour, -time.Minute},
		{"resolves now", -1, 0, time.Hour, -1},
		{"twice the repeat interval", time.Minute, 0, time.Hour, 2*time.Hour + late},
		{"no end", 0, 0, time.Hour, 2*time.Hour + late},
		{"configured", time.Minute, 3 * time.Minute, time.Hour, 3 * time.Minute},
		{"an end of its own", 9 * time.Hour, 3 * time.Minute, time.Hour, 9 * time.Hour},
		{"repeat interval not known", time.Minute, 0, 0, 8*time.Hour + late},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := &alert.Alert{StartsAt: now.Add(-time.Hour)}
			if test.ends != 0 {
				a.EndsAt = now.Add(test.ends)
			}
			s := sender{Config: Config{EndsAfter: test.endsAfter}}
			if got := s.end(a, &notify.Notification{Now: now, Repeat: test.repeat}).Sub(now); got != test.want {
				t.Errorf("ends after %s, want %s", got, test.want)
			}
		})
	}
}

// What this instance has handed on once, it does not hand on again.
func TestLoop(t *testing.T) {
	var bodies [][]posted
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var body []posted
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		bodies = append(bodies, body)
	}))
	defer server.Close()
	var logged bytes.Buffer
	s := opened(t, notify.Deps{Logger: log.NewLogfmtLogger(&logged)}, "urls: ['"+server.URL+"']")
	if err := s.Send(t.Context(), receivertest.Notification(t, "mixed")); err != nil {
		t.Fatal(err)
	}
	// One comes back, one from far, and one is new.
	n := receivertest.Notification(t, "mixed")
	n.Data.Alerts[0].Annotations = bodies[0][0].Annotations
	n.Data.Alerts[1].Annotations = map[string]string{annotation: "1,2,3,4,5,6,7,8"}
	if err := s.Send(t.Context(), n); err != nil {
		t.Fatal(err)
	}
	if len(bodies) != 2 || len(bodies[1]) != 1 || bodies[1][0].Labels["instance"] != "h3" {
		t.Errorf("handed on: %v", bodies[1:])
	}
	want := map[notify.Omission]int{notify.OmittedLoop: 1, notify.OmittedHops: 1}
	if diff := cmp.Diff(want, n.LeftOut()); diff != "" {
		t.Errorf("left out (-want +got):\n%s", diff)
	}
	for _, line := range []string{"alerts=1 reason=loop instance=tocsin.example:9093", "alerts=1 reason=hops"} {
		if !strings.Contains(logged.String(), line) {
			t.Errorf("the log does not have %q:\n%s", line, &logged)
		}
	}
	// If all come back, nobody is asked.
	n = receivertest.Notification(t, "firing")
	n.Data.Alerts[0].Annotations = bodies[0][0].Annotations
	if err := s.Send(t.Context(), n); err != nil || len(bodies) != 2 {
		t.Errorf("error %v, %d requests, want none and 2", err, len(bodies))
	}
}
