package notify_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// relay is a kind that posts to a service, which is told a key, too.
type relay struct {
	notify.HTTPCommon `yaml:",inline"`
	URL               notify.Secret `yaml:"url"`
	Key               notify.Secret `yaml:"key"`
	KeyFile           string        `yaml:"key_file"`
	Plain             notify.URL    `yaml:"plain"`
	Title             template.Text `yaml:"title"`
}

func relayKind() notify.Kind {
	return notify.NewKind("relay", relay{}, func(r relay, d notify.Deps) (notify.Sender, error) {
		return notify.HTTP(d, "relay", r.HTTPCommon, func(n *notify.Notification) (*http.Request, error) {
			key, err := notify.FromFile(n.Value(template.Text(r.Key)), r.KeyFile)
			if err != nil {
				return nil, err
			}
			target := n.Value(template.Text(r.URL))
			if r.Plain != "" {
				target = string(r.Plain)
			}
			req, err := notify.PostJSON(target, map[string]string{"title": n.Text(r.Title), "copy": "<" + key + ">", "app_token": "t"})
			if err == nil {
				req.Header.Set("X-Copy", "of "+key)
				req.Header.Set("X-Api-Token", "anything")
			}
			return req, err
		})
	})
}

// mute is a kind that does not speak HTTP.
type mute struct {
	notify.Common `yaml:",inline"`
}

// mouth is its sender; it may be a Previewer, too.
type mouth struct {
	send   func(ctx context.Context, n *notify.Notification) error
	closed *atomic.Int32
}

func (m mouth) Send(ctx context.Context, n *notify.Notification) error { return m.send(ctx, n) }

func (m mouth) Close() error {
	m.closed.Add(1)
	return nil
}

type speaker struct{ mouth }

func (speaker) Preview(_ context.Context, n *notify.Notification) (string, error) {
	if n.Receiver == "nobody" {
		return "", errors.New("nobody listens")
	}
	return n.Alerts[0].Name() + " to " + n.Receiver, nil
}

func opens(s notify.Sender) notify.Kind {
	return notify.NewKind("mute", mute{}, func(mute, notify.Deps) (notify.Sender, error) { return s, nil })
}

func entry(t *testing.T, kind notify.Kind, text string) notify.TrialEntry {
	t.Helper()
	c, err := decode(kind, text)
	if err != nil {
		t.Fatal(err)
	}
	return notify.TrialEntry{Kind: kind.Name, Index: 1, Config: c}
}

func trial(t *testing.T) notify.Trial {
	t.Helper()
	set, err := template.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return notify.Trial{Deps: notify.Deps{UserAgent: "tocsin/test"}, Templates: set, Receiver: "team"}
}

// untimed compares results but for the time that they took.
var untimed = cmpopts.IgnoreFields(notify.TrialResult{}, "Took")

func one(t *testing.T, results []notify.TrialResult) notify.TrialResult {
	t.Helper()
	if len(results) != 1 {
		t.Fatalf("%d results", len(results))
	}
	return results[0]
}

func TestTrialRender(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte("f1leK&y\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	header := func(more ...string) http.Header {
		h := http.Header{
			"Content-Type": {"application/json"}, "User-Agent": {"tocsin/test"},
			"X-Copy": {"of <secret>"}, "X-Api-Token": {"<secret>"},
		}
		for i := 0; i < len(more); i += 2 {
			h.Add(more[i], more[i+1])
		}
		return h
	}
	const body = `{"app_token":"<secret>","copy":"\u003c<secret>\u003e","title":"TocsinTest"}` + "\n"
	const title = ", title: '{{ .CommonLabels.alertname }}'"
	for _, tt := range []struct {
		name, entry string
		want        notify.TrialRequest
	}{
		{"secret URL", "{url: 'https://u:p@hooks.example/T/1234', key: s3cr3t" + title, notify.TrialRequest{
			URL: "https://hooks.example/<secret>", Header: header("Authorization", "<secret>"),
		}},
		{"secret URL with a template", "{url: 'https://hooks.example/{{ .Receiver }}?x=1', key: s3cr3t" + title, notify.TrialRequest{
			URL: "https://hooks.example/<secret>", Header: header(),
		}},
		{"URL for all to see", "{url: 'https://h/', plain: 'https://p.example/a/s3cr3t?q=1&token=abc&of=s3cr3t', key: s3cr3t" + title, notify.TrialRequest{
			URL: "https://p.example/a/<secret>?q=1&token=<secret>&of=<secret>", Header: header(),
		}},
		{"rendered key", "{url: 'https://h/', key: 'prefix-{{ .Receiver }}'" + title, notify.TrialRequest{
			URL: "https://h/<secret>", Header: header(),
		}},
		{"key from a file", "{url: 'https://h/', key_file: " + path + title, notify.TrialRequest{
			URL: "https://h/<secret>", Header: header(),
		}},
		{"http_config", "{url: 'https://h/', key: s3cr3t" + title + `, http_config: {basic_auth: {username: u, password: pa55},
			http_headers: {X-Own: {values: [seen], secrets: [hidden], files: [f]}}}`, notify.TrialRequest{
			URL: "https://h/<secret>", Header: header("Authorization", "<secret>", "X-Own", "seen", "X-Own", "<secret>", "X-Own", "<secret>"),
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.want.Method, tt.want.Body = "POST", body
			tr := trial(t)
			tr.Deps.Dial = func(context.Context, string, string) (net.Conn, error) {
				t.Error("something was sent")
				return nil, io.EOF
			}
			got := one(t, tr.Render(t.Context(), []notify.TrialEntry{entry(t, relayKind(), tt.entry+"}")}))
			want := notify.TrialResult{Kind: "relay", Index: 1, Status: notify.TrialRendered, Requests: []notify.TrialRequest{tt.want}}
			if diff := cmp.Diff(want, got, untimed); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTrialRenderProblems(t *testing.T) {
	tr := trial(t)
	got := one(t, tr.Render(t.Context(), []notify.TrialEntry{entry(t, relayKind(), "{url: 'https://h/', key_file: /no/such, title: x}")}))
	if got.Status != notify.TrialFailed || !strings.Contains(got.Err, "no such file") || len(got.Requests) > 0 {
		t.Errorf("missing file: %+v", got)
	}
	got = one(t, tr.Render(t.Context(), []notify.TrialEntry{entry(t, relayKind(), "{url: 'https://h/', key: s3cr3t, title: '{{ .No }}'}")}))
	if got.Status != notify.TrialRendered || !strings.Contains(got.Note, "A template failed") || !strings.Contains(got.Note, ".No") {
		t.Errorf("template: %+v", got)
	}
	got = one(t, tr.Render(t.Context(), []notify.TrialEntry{entry(t, relayKind(), "{url: 'https://h/', http_config: {tls_config: {ca_file: /no/such}}}")}))
	if got.Status != notify.TrialFailed || !strings.Contains(got.Err, "http_config") {
		t.Errorf("missing CA: %+v", got)
	}
}

func TestTrialWithoutHTTP(t *testing.T) {
	var closed atomic.Int32
	never := mouth{closed: &closed, send: func(context.Context, *notify.Notification) error {
		t.Error("sent")
		return nil
	}}
	tr := trial(t)
	entries := []notify.TrialEntry{entry(t, opens(speaker{never}), "{}"), entry(t, opens(never), "{}")}
	got := tr.Render(t.Context(), entries)
	want := []notify.TrialResult{
		{Kind: "mute", Index: 1, Status: notify.TrialRendered, Text: "TocsinTest to team"},
		{Kind: "mute", Index: 1, Status: notify.TrialNotRenderable, Note: "This integration cannot say what it would send without sending it."},
	}
	if diff := cmp.Diff(want, got, untimed); diff != "" || closed.Load() != 2 {
		t.Errorf("closed %d times, (-want +got):\n%s", closed.Load(), diff)
	}
	tr.Receiver = "nobody"
	if got := one(t, tr.Render(t.Context(), entries[:1])); got.Status != notify.TrialFailed || got.Err != "nobody listens" {
		t.Errorf("%+v", got)
	}
}

// TestTrialRenderEnds has a sender that asks until it is refused.
func TestTrialRenderEnds(t *testing.T) {
	kind := notify.NewKind("chatty", relay{}, func(r relay, d notify.Deps) (notify.Sender, error) {
		c, err := notify.NewClient(d, "chatty", r.HTTPCommon)
		return mouth{closed: new(atomic.Int32), send: func(ctx context.Context, _ *notify.Notification) error {
			for err == nil {
				var req *http.Request
				if req, err = http.NewRequestWithContext(ctx, http.MethodGet, "http://h/again", nil); err == nil {
					_, err = c.Do(ctx, req)
				}
			}
			return err
		}}, err
	})
	got := one(t, trial(t).Render(t.Context(), []notify.TrialEntry{entry(t, kind, "{}")}))
	if len(got.Requests) != 8 || got.Status != notify.TrialRendered || !strings.HasPrefix(got.Note, "More may follow") {
		t.Errorf("%+v", got)
	}
}

func TestTrialSend(t *testing.T) {
	var asked atomic.Int32
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		body, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/refuse/longsecret1" {
			w.WriteHeader(http.StatusForbidden)
		}
		_, _ = fmt.Fprintf(w, `{"got":%q,"at":%q,"access_token":"fresh"}`, strings.TrimSpace(string(body)), r.URL.Path)
	}))
	t.Cleanup(service.Close)
	tr := trial(t)
	got := tr.Send(t.Context(), []notify.TrialEntry{
		entry(t, relayKind(), "{key: s3cr3t, title: '{{ .CommonLabels.alertname }}', url: '"+service.URL+"/take'}"),
		entry(t, relayKind(), "{key: s3cr3t, title: '{{ .Broken }}', url: '"+service.URL+"/refuse/longsecret1'}"),
		entry(t, relayKind(), "{key: s3cr3t, url: 'http://127.0.0.1:1/longsecret1'}"),
		entry(t, relayKind(), "{url: 'http://h/', http_config: {tls_config: {ca_file: /no/such}}}"),
	})
	if asked.Load() != 2 || len(got) != 4 {
		t.Fatalf("asked %d times, results %+v", asked.Load(), got)
	}
	const echo = `{"got":"{\"app_token\":\"t\",\"copy\":\"\\u003c<secret>\\u003e\",\"title\":\"TocsinTest\"}","at":"<secret>","access_token":"<secret>"}`
	want := notify.TrialResult{Kind: "relay", Index: 1, Status: notify.TrialSent, Attempts: 1, Answer: &notify.TrialAnswer{Code: 200, Body: echo}}
	if diff := cmp.Diff(want, got[0], untimed); diff != "" {
		t.Errorf("taken (-want +got):\n%s", diff)
	}
	if r := got[1]; r.Status != notify.TrialFailed || r.Answer == nil || r.Answer.Code != 403 || r.Attempts != 1 ||
		!strings.Contains(r.Err, "unexpected status code 403") || !strings.Contains(r.Note, "A template failed") {
		t.Errorf("refused: %+v", r)
	}
	if r := got[2]; r.Status != notify.TrialFailed || r.Answer != nil || r.Attempts != 1 || !strings.Contains(r.Err, "refused") {
		t.Errorf("no service: %+v", r)
	}
	if r := got[3]; r.Status != notify.TrialFailed || r.Attempts != 0 || !strings.Contains(r.Err, "http_config") {
		t.Errorf("does not open: %+v", r)
	}
	for _, r := range got {
		if text := fmt.Sprintf("%+v %+v", r, r.Answer); strings.Contains(text, "s3cr3t") || strings.Contains(text, "longsecret1") {
			t.Errorf("a secret is shown: %s", text)
		}
	}
}

// TestTrialTransport wants what goes around requests otherwise to go around them
// here, too.
func TestTrialTransport(t *testing.T) {
	service := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Traceparent") != "t" {
			t.Error("the transport was left out")
		}
	}))
	t.Cleanup(service.Close)
	tr := trial(t)
	tr.Deps.Transport = func(rt http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			r = r.Clone(r.Context())
			r.Header.Set("Traceparent", "t")
			return rt.RoundTrip(r)
		})
	}
	got := one(t, tr.Send(t.Context(), []notify.TrialEntry{entry(t, relayKind(), "{url: '"+service.URL+"'}")}))
	if got.Status != notify.TrialSent {
		t.Errorf("%+v", got)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestTrialTimeoutAndPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var closed atomic.Int32
		hangs := mouth{closed: &closed, send: func(ctx context.Context, _ *notify.Notification) error {
			<-ctx.Done()
			return ctx.Err()
		}}
		panics := mouth{closed: &closed, send: func(context.Context, *notify.Notification) error { panic("oh") }}
		got := trial(t).Send(t.Context(), []notify.TrialEntry{
			entry(t, opens(hangs), "{timeout: 7s}"),
			entry(t, opens(panics), "{}"),
		})
		want := []notify.TrialResult{
			{Kind: "mute", Index: 1, Status: notify.TrialFailed, Attempts: 1, Took: 7 * time.Second, Err: context.DeadlineExceeded.Error()},
			{Kind: "mute", Index: 1, Status: notify.TrialFailed, Attempts: 1, Err: "panic: oh"},
		}
		if diff := cmp.Diff(want, got); diff != "" || closed.Load() != 2 {
			t.Errorf("closed %d times, (-want +got):\n%s", closed.Load(), diff)
		}
	})
}

func TestTestAlert(t *testing.T) {
	now := time.Date(2026, time.March, 14, 9, 26, 53, 0, time.UTC)
	a := notify.TestAlert("team", now, nil, nil)
	if got := a.Labels.String(); got != `{alertname="TocsinTest"}` || a.ResolvedAt(now) || !a.StartsAt.Equal(now) {
		t.Errorf("%s from %s to %s", got, a.StartsAt, a.EndsAt)
	}
	if text := a.Annotations.Get("summary"); text != "Test of the receiver team: nothing is wrong" {
		t.Errorf("summary %q", text)
	}
	a = notify.TestAlert("team", now, map[string]string{"alertname": "Mine", "severity": "page"}, map[string]string{"summary": "s", "tocsin_test": "no"})
	if got := a.Labels.String(); got != `{alertname="Mine", severity="page"}` || a.Annotations.Get("summary") != "s" {
		t.Errorf("%s, summary %q", got, a.Annotations.Get("summary"))
	}
	if mark := a.Annotations.Get("tocsin_test"); !strings.HasPrefix(mark, "This is a test.") {
		t.Errorf("marked %q", mark)
	}
}

func TestTrialAlerts(t *testing.T) {
	var groups []string
	listens := mouth{closed: new(atomic.Int32), send: func(_ context.Context, n *notify.Notification) error {
		groups = append(groups, n.Data.GroupLabels["alertname"])
		return nil
	}}
	tr := trial(t)
	for _, names := range [][]string{{"A"}, {"A", "A"}, {"A", "B"}} {
		tr.Alerts = nil
		for i, name := range names {
			tr.Alerts = append(tr.Alerts, notify.TestAlert("team", time.Now(), map[string]string{"alertname": name, "i": fmt.Sprint(i)}, nil))
		}
		tr.Send(t.Context(), []notify.TrialEntry{entry(t, opens(listens), "{}")})
	}
	if diff := cmp.Diff([]string{"A", "A", ""}, groups); diff != "" {
		t.Errorf("group labels (-want +got):\n%s", diff)
	}
}
