package notify_test

import (
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cenkalti/backoff/v4"
	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

func serve(t *testing.T, handle http.HandlerFunc) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return server
}

// do posts "x" with a new client.
func do(t *testing.T, d notify.Deps, c notify.HTTPCommon, target string) (*notify.Answer, error) {
	t.Helper()
	client, err := notify.NewClient(d, "test", c)
	if err != nil {
		t.Fatal(err)
	}
	req, err := notify.PostJSON(target, "x")
	if err != nil {
		t.Fatal(err)
	}
	return client.Do(t.Context(), req)
}

func TestDo(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Id", "7")
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"ok":true}`)
	})
	got, err := do(t, notify.Deps{}, notify.HTTPCommon{}, server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if string(got.Body) != `{"ok":true}` || got.Header.Get("X-Id") != "7" {
		t.Errorf("answer %s with %v", got.Body, got.Header)
	}
}

func TestLongAnswer(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("x", 100_000))
	})
	got, err := do(t, notify.Deps{}, notify.HTTPCommon{}, server.URL)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Body) != 64<<10 {
		t.Errorf("%d bytes of the answer are kept, want 65536", len(got.Body))
	}
}

// TestConnectionIsKept: an answer that is not read to its end would cost the
// connection.
func TestConnectionIsKept(t *testing.T) {
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, strings.Repeat("x", 200_000))
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	client, err := notify.NewClient(notify.Deps{}, "test", notify.HTTPCommon{})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		req, err := notify.PostJSON(server.URL, "x")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Do(t.Context(), req); err == nil {
			t.Fatal("a bad gateway is taken for a success")
		}
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections for 5 long answers, want 1", n)
	}
}

// breakOff announces more than it says.
func breakOff(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(code)
		_, _ = io.WriteString(w, "beginning")
	}
}

func TestAnswerThatBreaksOff(t *testing.T) {
	tests := []struct {
		code            int
		told, permanent bool
	}{
		{http.StatusOK, true, false},
		{http.StatusBadRequest, false, true},
		{http.StatusInternalServerError, false, false},
	}
	for _, test := range tests {
		server := serve(t, breakOff(test.code))
		answer, err := do(t, notify.Deps{}, notify.HTTPCommon{}, server.URL)
		if err == nil || (answer != nil) != test.told {
			t.Errorf("%d: answer %v, error %v", test.code, answer, err)
		}
		if _, permanent := errors.AsType[*backoff.PermanentError](err); permanent != test.permanent {
			t.Errorf("%d: permanent %v, want %v", test.code, permanent, test.permanent)
		}
		if answer != nil && string(answer.Body) != "beginning" {
			t.Errorf("%d: what there is of the answer: %q", test.code, answer.Body)
		}
		if status, ok := errors.AsType[*notify.StatusError](err); !test.told && (!ok || status.Body != "beginning") {
			t.Errorf("%d: error %v, want the status and the beginning", test.code, err)
		}
	}
}

// TestToldOnce: what has been accepted must not be sent again because the
// answer to it was lost.
func TestToldOnce(t *testing.T) {
	server := serve(t, breakOff(http.StatusOK))
	s, err := notify.HTTP(notify.Deps{}, "test", notify.HTTPCommon{}, func(*notify.Notification) (*http.Request, error) {
		return notify.PostJSON(server.URL, "x")
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Send(t.Context(), receivertest.Notification(t, "firing")); err != nil {
		t.Errorf("accepted, but the error is %v", err)
	}
}

func TestBuildErrorIsPermanent(t *testing.T) {
	failed := errors.New("no message")
	s, err := notify.HTTP(notify.Deps{}, "test", notify.HTTPCommon{}, func(*notify.Notification) (*http.Request, error) {
		return nil, failed
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.Send(t.Context(), receivertest.Notification(t, "firing"))
	if _, permanent := errors.AsType[*backoff.PermanentError](err); !permanent || !errors.Is(err, failed) {
		t.Errorf("error %v, want %v for good", err, failed)
	}
}

func withHeader(value string) *commoncfg.HTTPClientConfig {
	c := commoncfg.DefaultHTTPClientConfig
	c.HTTPHeaders = &commoncfg.Headers{Headers: map[string]commoncfg.Header{"X-From": {Values: []string{value}}}}
	return &c
}

func TestClientSettings(t *testing.T) {
	tests := []struct {
		name string
		own  *commoncfg.HTTPClientConfig
		want string
	}{
		{"defaults", nil, ""},
		{"own", withHeader("own"), "own"},
		{"own and empty", &commoncfg.HTTPClientConfig{}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var from, agent string
			server := serve(t, func(_ http.ResponseWriter, r *http.Request) {
				from, agent = r.Header.Get("X-From"), r.UserAgent()
			})
			d := notify.Deps{UserAgent: "tocsin/1"}
			if _, err := do(t, d, notify.HTTPCommon{HTTPConfig: test.own}, server.URL); err != nil {
				t.Fatal(err)
			}
			if from != test.want || agent != "tocsin/1" {
				t.Errorf("request of settings %q by %q, want %q by tocsin/1", from, agent, test.want)
			}
		})
	}
}

func TestClientError(t *testing.T) {
	c := &commoncfg.HTTPClientConfig{TLSConfig: commoncfg.TLSConfig{CAFile: "/nowhere/ca.pem"}}
	_, err := notify.NewClient(notify.Deps{}, "test", notify.HTTPCommon{HTTPConfig: c})
	if err == nil || !strings.HasPrefix(err.Error(), "http_config: ") || !strings.Contains(err.Error(), "/nowhere/ca.pem") {
		t.Errorf("error %v, want one of http_config that names the file", err)
	}
}

func TestDial(t *testing.T) {
	refused := errors.New("no way")
	var dialled string
	d := notify.Deps{Dial: func(_ context.Context, _, address string) (net.Conn, error) {
		dialled = address
		return nil, refused
	}}
	_, err := do(t, d, notify.HTTPCommon{}, "http://service.example/token")
	if !errors.Is(err, refused) || dialled != "service.example:80" {
		t.Errorf("dialled %q, error %v", dialled, err)
	}
}

func TestPostJSON(t *testing.T) {
	req, err := notify.PostJSON("http://example/a?b=c", map[string]string{"z": "<&>", "a": "語"})
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(body), `{"a":"語","z":"\u003c\u0026\u003e"}`+"\n"; got != want {
		t.Errorf("body %s, want %s", got, want)
	}
	if req.Method != http.MethodPost || req.URL.String() != "http://example/a?b=c" || req.ContentLength != int64(len(body)) {
		t.Errorf("%s %s with %d bytes, want a POST of %d", req.Method, req.URL, req.ContentLength, len(body))
	}
	if got := req.Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type %q", got)
	}
}

func TestPostJSONErrors(t *testing.T) {
	tests := []struct {
		target string
		value  any
		want   string
	}{
		{"http://h:token", 1, "url: not a URL"},
		{"", 1, "url: unsupported scheme, want http or https"},
		{"http://h", math.Inf(1), "encode message: json: unsupported value: +Inf"},
	}
	for _, test := range tests {
		if _, err := notify.PostJSON(test.target, test.value); err == nil || err.Error() != test.want {
			t.Errorf("PostJSON(%q, %v): error %v, want %s", test.target, test.value, err, test.want)
		}
	}
}
