package daemon

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/api"
)

// tried is the answer to a test of a receiver.
type tried struct {
	Receiver     string
	Integrations []api.TrialResult
}

// try asks a daemon to try out a receiver.
func try(t *testing.T, s *served, receiver, body string, status int) tried {
	t.Helper()
	r := wantStatus(t, status, "http://"+s.addresses[0]+"/api/tocsin/v1/receivers/"+receiver+"/test", func(r *http.Request) {
		r.Method = http.MethodPost
		r.Header.Set("Content-Type", "application/json")
		r.Body = io.NopCloser(strings.NewReader(body))
	})
	var answer tried
	if status == http.StatusOK {
		if err := json.Unmarshal([]byte(r.body), &answer); err != nil {
			t.Fatalf("%v in %s", err, r.body)
		}
	}
	return answer
}

// TestTrials tries out a receiver that a route uses and one that none does.
func TestTrials(t *testing.T) {
	told := make(chan string, 10)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		told <- string(body)
		_, _ = io.WriteString(w, "thanks")
	}))
	defer hook.Close()
	t.Setenv("TOCSIN_TEST_PATH", "a-path-that-is-secret")
	s := serveOn(t, 1, func(o *Options) {
		o.ExpandSecrets = true
		o.ConfigFile = writeFile(t, t.TempDir()+"/tocsin.yml", `
route: {receiver: a}
receivers:
  - name: a
    webhook_configs: [{url: '`+hook.URL+`'}]
  - name: unused
    webhook_configs: [{url: '`+hook.URL+`/${env:TOCSIN_TEST_PATH}'}, {url: 'http://127.0.0.1:1'}]
`)
	})

	got := try(t, s, "unused", `{"mode":"render"}`, http.StatusOK)
	if len(got.Integrations) != 2 || got.Receiver != "unused" || len(told) != 0 {
		t.Fatalf("rendered %+v, %d were told", got, len(told))
	}
	rendered := got.Integrations[0]
	if len(rendered.Requests) != 1 || rendered.Requests[0].URL != hook.URL+"/<secret>" || !strings.Contains(rendered.Requests[0].Body, `"alertname":"TocsinTest"`) {
		t.Errorf("rendered %+v", rendered)
	}

	got = try(t, s, "unused", `{"mode":"send","alerts":[{"labels":{"alertname":"Mine"}}]}`, http.StatusOK)
	if body := <-told; !strings.Contains(body, `"alertname":"Mine"`) || !strings.Contains(body, "This is a test.") {
		t.Errorf("told %s", body)
	}
	if sent := got.Integrations[0]; sent.Status != "sent" || sent.Attempts != 1 || sent.Latency <= 0 || sent.Answer == nil || sent.Answer.Body != "thanks" {
		t.Errorf("sent %+v", sent)
	}
	if failed := got.Integrations[1]; failed.Status != "failed" || failed.Index != 1 || failed.Error == "" {
		t.Errorf("failed %+v", failed)
	}

	if got = try(t, s, "a", `{"mode":"send","integration":"webhook[0]"}`, http.StatusOK); len(got.Integrations) != 1 {
		t.Errorf("one integration: %+v", got)
	}
	try(t, s, "a", `{"mode":"send","integration":"webhook[1]"}`, http.StatusNotFound)
	try(t, s, "nobody", `{"mode":"send"}`, http.StatusNotFound)

	// Nothing of it is in groups or alerts.
	if r := wantStatus(t, http.StatusOK, "http://"+s.addresses[0]+"/api/v2/alerts/groups", nil); strings.TrimSpace(r.body) != "[]" {
		t.Errorf("groups %s", r.body)
	}
}

func TestTrialOfOneReceiverAtATime(t *testing.T) {
	asked, goOn := make(chan struct{}), make(chan struct{})
	hook := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked <- struct{}{}
		<-goOn
	}))
	defer hook.Close()
	s := serveOn(t, 1, func(o *Options) {
		o.ConfigFile = writeFile(t, t.TempDir()+"/tocsin.yml", `
route: {receiver: a}
receivers: [{name: a, webhook_configs: [{url: '`+hook.URL+`'}]}, {name: b}]
`)
	})
	first := make(chan tried)
	go func() { first <- try(t, s, "a", `{"mode":"send"}`, http.StatusOK) }()
	<-asked
	try(t, s, "a", `{"mode":"render"}`, http.StatusConflict)
	try(t, s, "b", `{"mode":"send"}`, http.StatusOK)
	close(goOn)
	<-first
	try(t, s, "a", `{"mode":"render"}`, http.StatusOK)
}

// TestReloadOfSecrets wants a secret that has changed to be put in force, although
// the configuration is as it was.
func TestReloadOfSecrets(t *testing.T) {
	told := make(chan string, 10)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { told <- r.URL.Path }))
	defer hook.Close()
	dir := t.TempDir()
	secret := filepath.Join(dir, "secret")
	writeFile(t, secret, "one\n")
	s := serveOn(t, 1, func(o *Options) {
		o.ExpandSecrets = true
		o.ConfigFile = writeFile(t, dir+"/tocsin.yml", `
route: {receiver: a, group_wait: 0s, group_by: [alertname]}
receivers: [{name: a, webhook_configs: [{url: '`+hook.URL+`/${file:secret}'}]}]
`)
	})
	base := "http://" + s.addresses[0]
	tell := func(name, want string) {
		t.Helper()
		wantStatus(t, http.StatusOK, base+"/api/v2/alerts", func(r *http.Request) {
			r.Method = http.MethodPost
			r.Header.Set("Content-Type", "application/json")
			r.Body = io.NopCloser(strings.NewReader(`[{"labels":{"alertname":"` + name + `"}}]`))
		})
		select {
		case got := <-told:
			if got != want {
				t.Errorf("%s was told to %s, want %s", name, got, want)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("%s was not told", name)
		}
	}
	tell("A", "/one")
	writeFile(t, secret, "two\n")
	wantStatus(t, http.StatusOK, base+"/-/reload", func(r *http.Request) { r.Method = http.MethodPost })
	tell("B", "/two")
	if err := os.Remove(secret); err != nil {
		t.Fatal(err)
	}
	r := wantStatus(t, http.StatusInternalServerError, base+"/-/reload", func(r *http.Request) { r.Method = http.MethodPost })
	if !strings.Contains(r.body, `receivers[0] "a": webhook_configs[0].url: line 3: ${file:secret}: `) {
		t.Errorf("reload without the file: %s", r.body)
	}
	tell("C", "/two")
	if r := wantStatus(t, http.StatusOK, base+"/api/v2/status", nil); strings.Contains(r.body, "/two") || strings.Contains(r.body, "/one") {
		t.Errorf("the secret is shown: %s", r.body)
	}
}
