package client

import (
	"io"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const metricsPage = `# HELP a_total Things.
# TYPE a_total counter
a_total 3
a_total{x="y"} 4.5
a_total{x="} 100",y="{"} 1e2 1700000000
a_total_more 7
b{x="a_total 9"} 5
c nonsense
c{
d NaN
`

func TestMetrics(t *testing.T) {
	c := connect(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/prefix/metrics" {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = io.WriteString(w, metricsPage)
	}, nil)
	got, err := c.Metrics(t.Context(), "a_total", "b", "c", "absent")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]float64{"a_total": 107.5, "b": 5}, got); diff != "" {
		t.Errorf("sums (-want +got):\n%s", diff)
	}
}

func TestMetricsFail(t *testing.T) {
	c := connect(t, http.NotFound, nil)
	if _, err := c.Metrics(t.Context(), "a"); Status(err) != http.StatusNotFound || !strings.Contains(err.Error(), "/prefix/metrics: status 404") {
		t.Errorf("got %v", err)
	}
	c = connect(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "9") }, nil)
	if _, err := c.Metrics(t.Context(), "a"); err == nil || !strings.Contains(err.Error(), "breaks off") {
		t.Errorf("got %v", err)
	}
}

func FuzzSums(f *testing.F) {
	f.Add(metricsPage)
	f.Add("a_total}\na_total{ 1\n")
	f.Fuzz(func(t *testing.T, text string) {
		for name, value := range sums([]byte(text), []string{"a_total", ""}) {
			if !strings.Contains(text, name) && !math.IsNaN(value) {
				t.Errorf("%q: %s = %v", text, name, value)
			}
		}
	})
}
