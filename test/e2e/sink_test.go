package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"
)

// sink is a webhook receiver that remembers what it was sent.
type sink struct {
	*httptest.Server
	mu  sync.Mutex
	got []delivery
}

// delivery is one request.
type delivery struct {
	at     time.Time
	header http.Header
	body   map[string]any
}

func newSink(t *testing.T) *sink {
	t.Helper()
	s := &sink{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		d := delivery{at: time.Now(), header: r.Header}
		if err := json.NewDecoder(r.Body).Decode(&d.body); err != nil {
			t.Errorf("webhook: %v", err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.got = append(s.got, d)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *sink) deliveries() []delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}

// wait waits until there were n deliveries and returns the last one.
func (s *sink) wait(t *testing.T, n int) delivery {
	t.Helper()
	waitFor(t, "notification", func() bool { return len(s.deliveries()) >= n })
	return s.deliveries()[n-1]
}

// route is a configuration that sends all alerts to one webhook, with the
// timing given in YAML.
func (s *sink) route(timing string) string {
	return "route: {receiver: team, group_by: [alertname], " + timing + "}\n" +
		"receivers: [{name: team, webhook_configs: [{url: '" + s.URL + "/hook'}]}]\n"
}
