package daemon

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestReference wants the group where a notification says that it is.
func TestReference(t *testing.T) {
	told := make(chan []byte, 10)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		told <- body
	}))
	defer hook.Close()
	s := serveOn(t, 1, func(o *Options) {
		o.ConfigFile = writeFile(t, t.TempDir()+"/tocsin.yml", `
route: {receiver: a, group_by: [team], group_wait: 0s}
receivers:
  - name: a
    webhook_configs: [{url: '`+hook.URL+`', max_bytes: 10}]
`)
		o.ExternalURL = "http://tocsin.example/below"
	})
	base := "http://" + s.addresses[0]
	wantStatus(t, http.StatusOK, base+"/below/api/v2/alerts", func(r *http.Request) {
		r.Method = http.MethodPost
		r.Header.Set("Content-Type", "application/json")
		r.Body = io.NopCloser(strings.NewReader(`[{"labels":{"alertname":"A","team":"x"}},{"labels":{"alertname":"B","team":"x"}}]`))
	})
	var reference struct {
		Reference string
		GroupKey  string
		Alerts    []any
		Counts    struct{ Firing int }
	}
	select {
	case body := <-told:
		if err := json.Unmarshal(body, &reference); err != nil {
			t.Fatalf("%v in %s", err, body)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("nothing was told")
	}
	if len(reference.Alerts) != 0 || reference.Counts.Firing != 2 || !strings.HasPrefix(reference.Reference, "http://tocsin.example/below/api/") {
		t.Errorf("told %+v", reference)
	}
	at, err := url.Parse(reference.Reference)
	if err != nil {
		t.Fatal(err)
	}
	var group struct {
		GroupKey string
		Route    string
		Labels   map[string]string
		Alerts   []any
	}
	answer := wantStatus(t, http.StatusOK, base+at.Path, nil)
	if err := json.Unmarshal([]byte(answer.body), &group); err != nil {
		t.Fatalf("%v in %s", err, answer.body)
	}
	if group.GroupKey != reference.GroupKey || group.Route != "{}" || group.Labels["team"] != "x" || len(group.Alerts) != 2 {
		t.Errorf("%s is %+v", at.Path, group)
	}
	wantStatus(t, http.StatusNotFound, base+at.Path+"0", nil)
}
