package api

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// discard forgets what is put, and has what it was made with.
type discard []*alert.Alert

func (discard) Put(context.Context, []*alert.Alert) error { return nil }

func (discard) Get(alert.Fingerprint) (*alert.Alert, bool) { return nil, false }

func (d discard) Among(alert.Matchers) iter.Seq[*alert.Alert] {
	return func(yield func(*alert.Alert) bool) {
		for _, a := range d {
			if !yield(a) {
				return
			}
		}
	}
}

// realistic is one alert as Prometheus posts it, some 0.8 kB.
func realistic(i int) string {
	return fmt.Sprintf(`{"annotations":{"description":"Filesystem on /dev/nvme0n1p%[1]d at 10.12.7.%[1]d:9100 has only 3.%[1]d%% available space left and is filling up.",`+
		`"runbook_url":"https://runbooks.example.org/runbooks/node/nodefilesystemspacefillingup","summary":"Filesystem is predicted to run out of space within the next 4 hours."},`+
		`"endsAt":"2026-05-01T10:04:00.123Z","startsAt":"2026-05-01T10:00:00.123Z",`+
		`"generatorURL":"http://prometheus-%[1]d.example.org:9090/graph?g0.expr=node_filesystem_avail_bytes%%7Bjob%%3D%%22node%%22%%7D+%%3C+0.05\u0026g0.tab=1",`+
		`"labels":{"alertname":"NodeFilesystemSpaceFillingUp","cluster":"eu-west-1-prod","device":"/dev/nvme0n1p%[1]d","fstype":"ext4","instance":"10.12.7.%[1]d:9100",`+
		`"job":"node-exporter","mountpoint":"/var/lib/data","namespace":"monitoring","pod":"node-exporter-x%[1]dk2f","severity":"warning"}}`, i)
}

func realisticBatch(n int) string {
	alerts := make([]string, n)
	for i := range alerts {
		alerts[i] = realistic(100 + i)
	}
	return "[" + strings.Join(alerts, ",") + "]"
}

func BenchmarkPostAlerts(b *testing.B) {
	const batch = 64
	body := realisticBatch(batch)
	r := newRig(b, func(o *Options) { o.Alerts = discard(nil) })
	b.SetBytes(int64(len(body)))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for b.Loop() {
		req := httptest.NewRequestWithContext(b.Context(), http.MethodPost, "/api/v2/alerts", strings.NewReader(body))
		req.Header.Set("Content-Type", mediaJSON)
		w := httptest.NewRecorder()
		if r.handler.ServeHTTP(w, req); w.Code != http.StatusOK {
			b.Fatal(w.Code, w.Body)
		}
	}
	runtime.ReadMemStats(&after)
	alerts := float64(b.N) * batch
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/alerts, "allocs/alert")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/alerts, "B/alert")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/alerts, "ns/alert")
}

// nowhere takes an answer and forgets it.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) WriteHeader(int)             {}
func (n nowhere) Write(b []byte) (int, error) { return len(b), nil }

func BenchmarkGetAlerts(b *testing.B) {
	const known = 50_000
	var d batchReader
	var alerts discard
	for i := range known {
		batch, err := d.read(strings.NewReader("[" + realistic(i) + "]"))
		if err != nil {
			b.Fatal(err)
		}
		batch[0].EndsAt = time.Now().Add(24 * time.Hour)
		alerts = append(alerts, batch[0])
	}
	r := newRig(b, func(o *Options) { o.Alerts = alerts })
	for name, query := range map[string]string{"all": "", "filtered": "?filter=instance=10.12.7.17:9100"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r.handler.ServeHTTP(nowhere{http.Header{}}, httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/api/v2/alerts"+query, nil))
			}
		})
	}
}
