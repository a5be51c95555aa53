package client

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestParseAddress(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"http://localhost:9093", "http://localhost:9093"},
		{"http://localhost:9093/", "http://localhost:9093"},
		{"https://example.org/a/b/", "https://example.org/a/b"},
		{"https://example.org/a/#/alerts?filter=x", "https://example.org/a"},
		{"http://example.org/a?b=c", "http://example.org/a"},
		{"example.org", "http://example.org"},
		{"example.org:9093/prefix", "http://example.org:9093/prefix"},
		{"127.0.0.1:9093", "http://127.0.0.1:9093"},
		{"[::1]:9093", "http://[::1]:9093"},
		{"//example.org", "http://example.org"},
		{"/prefix", "http://localhost:9093/prefix"},
		{"https://", "https://localhost:9093"},
		{"", "http://localhost:9093"},
		{"http://ann:pass@h", "http://ann:pass@h"},
		{"ann:pass@h", "http://ann:pass@h"},
		{"ftp://h", ""},
		{"unix:///run/x", ""},
		{"http://h:port", ""},
		{"http://a b", ""},
		{"http://ann:pa%zz@h", ""},
	} {
		u, err := ParseAddress(tt.text)
		switch {
		case tt.want == "" && err == nil:
			t.Errorf("%q: %s, want an error", tt.text, u)
		case tt.want == "" && strings.Contains(err.Error(), "pa%zz"):
			t.Errorf("%q: the error shows the password: %s", tt.text, err)
		case tt.want != "" && err != nil:
			t.Errorf("%q: %s", tt.text, err)
		case tt.want != "" && u.String() != tt.want:
			t.Errorf("%q: %s, want %s", tt.text, u, tt.want)
		}
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, text := range []string{"http://localhost:9093/x", "a:b@c", "//", "[::1]", "/a%2Fb", "#", "http://h/%", "0::"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := ParseAddress(text)
		if err != nil {
			return
		}
		if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
			t.Errorf("%q: %s", text, u)
		}
		again, err := ParseAddress(u.String())
		if err != nil || again.String() != u.String() {
			t.Errorf("%q gives %s, and that %v, %v", text, u, again, err)
		}
	})
}

// connect returns a client of a handler.
func connect(t *testing.T, h http.HandlerFunc, change func(*Options)) *Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	base, err := ParseAddress(server.URL + "/prefix")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Base: base, HTTP: server.Client()}
	if change != nil {
		change(&o)
	}
	return New(o)
}

func TestBoundedAnswer(t *testing.T) {
	answer := "[" + strings.Repeat(" ", 998) + "]"
	for max, want := range map[int64]string{0: "", 1000: "", 999: "longer than 999 bytes"} {
		c := connect(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) },
			func(o *Options) { o.MaxBytes = max })
		_, err := c.Alerts(t.Context(), AlertQuery{})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("at most %d bytes: %v, want %q", max, err, want)
		}
	}
}

func TestAnswerBreaksOff(t *testing.T) {
	c := connect(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "[")
	}, nil)
	_, err := c.Silences(t.Context(), nil)
	if err == nil || errors.Is(err, ErrNotAPI) || !strings.Contains(err.Error(), "breaks off") {
		t.Errorf("got %v", err)
	}
}

// TestRedirects wants no request to be lost silently.
func TestRedirects(t *testing.T) {
	for _, tt := range []struct {
		status int
		post   string // the error of a POST; empty: it arrives
	}{
		{http.StatusMovedPermanently, "use the address that it leads to, http://"},
		{http.StatusFound, "use the address that it leads to, http://"},
		{http.StatusTemporaryRedirect, ""},
		{http.StatusPermanentRedirect, ""},
	} {
		var arrived []string
		c := connect(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/prefix/") {
				http.Redirect(w, r, strings.TrimPrefix(r.URL.Path, "/prefix"), tt.status)
				return
			}
			body, _ := io.ReadAll(r.Body)
			arrived = append(arrived, r.Method+" "+r.URL.Path+" "+string(body))
			_, _ = io.WriteString(w, "[]")
		}, nil)
		if _, err := c.Alerts(t.Context(), AlertQuery{}); err != nil {
			t.Errorf("%d: GET: %v", tt.status, err)
		}
		err := c.AddAlerts(t.Context(), []NewAlert{{Labels: map[string]string{"a": "b"}}})
		switch {
		case tt.post == "" && (err != nil || len(arrived) != 2 || arrived[1] != `POST /api/v2/alerts [{"labels":{"a":"b"}}]`):
			t.Errorf("%d: POST: %v, arrived %q", tt.status, err, arrived)
		case tt.post != "" && (err == nil || !strings.Contains(err.Error(), tt.post) || len(arrived) != 1):
			t.Errorf("%d: POST: %v, arrived %q", tt.status, err, arrived)
		}
	}
}

func TestComplaints(t *testing.T) {
	for _, tt := range []struct{ kind, body, want string }{
		{"application/json", `"bad\nmatcher"`, "bad matcher"},
		{"application/json", `{"code":602,"message":"labels are required"}`, "labels are required"},
		{"text/plain", "Limit reached\n", "Limit reached"},
		{"text/html; charset=utf-8", "<html>Sorry</html>", ""},
		{"application/json", "", ""},
		{"text/plain", strings.Repeat("x", maxErrorBytes+1), strings.Repeat("x", maxErrorBytes)},
	} {
		c := connect(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", tt.kind)
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, tt.body)
		}, nil)
		_, err := c.Status(t.Context())
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Status != http.StatusBadRequest || e.Text != tt.want || Status(err) != http.StatusBadRequest {
			t.Errorf("%q: %#v, want %q", tt.body, err, tt.want)
		}
	}
}

// TestHidesCredentials wants no password in errors and observations.
func TestHidesCredentials(t *testing.T) {
	var seen []Exchange
	c := connect(t, http.NotFound, func(o *Options) {
		o.Base.Host, o.Base.User = strings.Replace(o.Base.Host, "127", "ann:s3cret@127", 1), nil
		u, err := ParseAddress("http://" + o.Base.Host + o.Base.Path)
		if err != nil {
			t.Fatal(err)
		}
		o.Base = u
		o.Observe = func(e Exchange) { seen = append(seen, e) }
	})
	_, err := c.Status(t.Context())
	if Status(err) != http.StatusNotFound || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
	if len(seen) != 1 || seen[0].Status != http.StatusNotFound || strings.Contains(seen[0].URL, "s3cret") {
		t.Errorf("observed %v", seen)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Status(ctx); !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
}

func TestTimes(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{`"2026-01-02T03:04:05Z"`, `"2026-01-02T03:04:05.000Z"`},
		{`"2026-01-02T03:04:05.123987+02:00"`, `"2026-01-02T03:04:05.123+02:00"`},
	} {
		var at Time
		if err := json.Unmarshal([]byte(tt.in), &at); err != nil {
			t.Fatal(err)
		}
		if got, err := json.Marshal(at); err != nil || string(got) != tt.want {
			t.Errorf("%s: %s, %v, want %s", tt.in, got, err, tt.want)
		}
	}
	if got := (Time{time.Date(2026, 1, 2, 3, 4, 5, 999_999_999, time.UTC)}).String(); got != "2026-01-02T03:04:05.999Z" {
		t.Errorf("cut to %s", got)
	}
}

// TestOldMatchers wants silences of backups that lack isEqual to stay what they were.
func TestOldMatchers(t *testing.T) {
	for text, want := range map[string]Matcher{
		`{"name":"a","value":"b","isRegex":true}`:                  {IsEqual: true, IsRegex: true, Name: "a", Value: "b"},
		`{"name":"a","value":"b","isRegex":false,"isEqual":false}`: {Name: "a", Value: "b"},
	} {
		var got Matcher
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
			t.Errorf("%s: %+v, %v, want %+v", text, got, err, want)
		}
	}
}
