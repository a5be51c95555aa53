package e2e_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// tocsin is a running tocsin process.
type tocsin struct {
	*process
	server
	dir string // the working directory
}

// startTocsin starts tocsin in a new directory with a configuration file, or
// without one if the text is empty. At the end of the test it has to stop with
// exit code 0.
func startTocsin(t *testing.T, configuration string, flags ...string) *tocsin {
	t.Helper()
	dir := t.TempDir()
	if configuration != "" {
		write(t, dir, "tocsin.yml", configuration)
	}
	p := launch(t, dir, append([]string{"--web.listen-address=127.0.0.1:0"}, flags...)...)
	t.Cleanup(func() {
		if p.running() {
			p.stop(t)
		}
	})
	return &tocsin{process: p, server: server{"http://" + p.address(t)}, dir: dir}
}

// launch starts tocsin with nothing but the flags. It does not gossip: the port
// for that is the same in all tests that run at once.
func launch(t *testing.T, dir string, flags ...string) *process {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return start(t, command{path: path, args: append([]string{"--cluster.listen-address="}, flags...), dir: dir})
}

func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// server is an HTTP server under test.
type server struct{ url string }

// answer is what a server answered.
type answer struct {
	status int
	body   string
}

// do sends a request on a connection of its own. The error is that of the
// connection.
func (s server) do(t *testing.T, method, path string, body io.Reader) (answer, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.url+path, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Close = true
	client := http.Client{Timeout: patience}
	response, err := client.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, string(text)}, err
}

// send sends a request that has to be answered.
func (s server) send(t *testing.T, method, path, body string) answer {
	t.Helper()
	a, err := s.do(t, method, path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// get returns a page that has to be there.
func (s server) get(t *testing.T, path string) string {
	t.Helper()
	a := s.send(t, http.MethodGet, path, "")
	if a.status != http.StatusOK {
		t.Fatalf("GET %s: status %d: %s", path, a.status, a.body)
	}
	return a.body
}

// getJSON decodes such a page.
func (s server) getJSON(t *testing.T, path string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(s.get(t, path)), v); err != nil {
		t.Fatalf("GET %s: %v", path, err)
	}
}

// post posts what has to be accepted.
func (s server) post(t *testing.T, path, body string) {
	t.Helper()
	if a := s.send(t, http.MethodPost, path, body); a.status != http.StatusOK {
		t.Fatalf("POST %s: status %d: %s", path, a.status, a.body)
	}
}

// metric returns the value of one series, written as on /metrics.
func (s server) metric(t *testing.T, series string) float64 {
	t.Helper()
	for line := range strings.Lines(s.get(t, "/metrics")) {
		text, found := strings.CutPrefix(line, series+" ")
		if !found {
			continue
		}
		value, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		if err != nil {
			t.Fatalf("%s: %v", series, err)
		}
		return value
	}
	t.Fatalf("no %s on /metrics", series)
	return 0
}

// receivers returns the names of the receivers in force.
func (s server) receivers(t *testing.T) []string {
	t.Helper()
	var found []struct{ Name string }
	s.getJSON(t, "/api/v2/receivers", &found)
	names := make([]string, len(found))
	for i, r := range found {
		names[i] = r.Name
	}
	slices.Sort(names)
	return names
}

// alertNow is the body of a request with one alert that fires.
func alertNow(name string) string {
	body, err := json.Marshal([]map[string]any{{
		"labels":      map[string]string{"alertname": name, "severity": "page"},
		"annotations": map[string]string{"summary": "this is " + name},
		"startsAt":    time.Now(),
	}})
	if err != nil {
		panic(err)
	}
	return string(body)
}
