package daemon

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// built returns a daemon with a configuration that has its parts joined and runs
// nothing but its dispatcher and what writes to disk, which leaves it to the system
// when that gets there.
func built(tb testing.TB, configuration string) (*Daemon, http.Handler) {
	tb.Helper()
	return builtWith(tb, configuration, "off")
}

// builtWith is built with what a disk is asked to promise.
func builtWith(tb testing.TB, configuration, promise string) (*Daemon, http.Handler) {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "tocsin.yml")
	if err := os.WriteFile(file, []byte(configuration), 0o600); err != nil {
		tb.Fatal(err)
	}
	d, err := New(Options{ConfigFile: file, Retention: 120 * time.Hour, StoragePath: tb.TempDir(), StorageSync: promise})
	if err != nil {
		tb.Fatal(err)
	}
	if d.storage, err = d.openStorage(d.registry); err != nil {
		tb.Fatal(err)
	}
	d.remember()
	if err := d.load(); err != nil {
		tb.Fatal(err)
	}
	d.external = external{url: "http://tocsin.example", prefix: "/"}
	if err := d.build(); err != nil {
		tb.Fatal(err)
	}
	handler, err := d.handler()
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = d.dispatcher.Run(ctx) })
	running.Go(func() { _ = d.storage.run(ctx) })
	tb.Cleanup(func() { cancel(); running.Wait() })
	d.ready.Store(true)
	return d, handler
}

// batch is the body of a POST with alerts of 0.8 kB as Prometheus sends them from
// a Kubernetes cluster: of 14 labels two differ from alert to alert.
func batch(first, n int, endsAt time.Time) []byte {
	var b bytes.Buffer
	b.WriteByte('[')
	for i := first; i < first+n; i++ {
		if i > first {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"labels":{"alertname":"KubePodCrashLooping","cluster":"prod-eu-west-1","container":"app","endpoint":"http",`+
			`"instance":"10.%d.%d.%d:8080","job":"kube-state-metrics","namespace":"checkout-%d","pod":"checkout-7d9fbb6c4-%06d",`+
			`"prometheus":"monitoring/k8s","reason":"CrashLoopBackOff","service":"kube-state-metrics","severity":"warning","team":"payments","uid":"u-%06d"},`+
			`"annotations":{"description":"Pod checkout-%d/checkout-7d9fbb6c4-%06d (app) is in waiting state.","runbook_url":"https://runbooks.example/KubePodCrashLooping","summary":"Pod is crash looping."},`+
			`"startsAt":"2026-03-01T12:00:00.000Z","endsAt":"%s","generatorURL":"http://prometheus.example/graph?g0.expr=max_over_time%%28kube_pod_container_status_waiting_reason%%29"}`,
			i>>16, i>>8&255, i&255, i%20, i, i, i%20, i, endsAt.UTC().Format(time.RFC3339Nano))
	}
	b.WriteByte(']')
	return b.Bytes()
}

func post(tb testing.TB, handler http.Handler, body []byte) {
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/api/v2/alerts", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		tb.Fatalf("POST answers %d: %s", w.Code, w.Body)
	}
}

const oneGroup = `{route: {receiver: none, group_by: [alertname], group_wait: 1h}, receivers: [{name: none}]}`

// BenchmarkPost is the way of a batch of 64 alerts from the HTTP handler into the
// store and the groups.
func BenchmarkPost(b *testing.B) {
	run := func(b *testing.B, body func(n int) []byte) {
		_, handler := built(b, oneGroup)
		var before, after runtime.MemStats
		n := 0
		b.ReportAllocs()
		runtime.ReadMemStats(&before)
		for b.Loop() {
			b.StopTimer()
			text := body(n)
			n++
			b.StartTimer()
			post(b, handler, text)
		}
		runtime.ReadMemStats(&after)
		alerts := float64(n) * 64
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/alerts, "ns/alert")
		b.ReportMetric(float64(after.Mallocs-before.Mallocs)/alerts, "allocs/alert")
	}
	end := time.Now().Add(time.Hour)
	b.Run("new", func(b *testing.B) { run(b, func(n int) []byte { return batch(n*64, 64, end) }) })
	b.Run("repeated", func(b *testing.B) {
		run(b, func(n int) []byte { return batch(0, 64, end.Add(time.Duration(n)*time.Second)) })
	})
}

// BenchmarkMemory prints what an alert costs, in the heap and as the resident set
// of the process, with 100,000 alerts.
func BenchmarkMemory(b *testing.B) {
	for _, c := range []struct{ name, config string }{
		{"one group", oneGroup},
		{"a group each", `{route: {receiver: none, group_by: [uid], group_wait: 1h}, receivers: [{name: none}]}`},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				const alerts = 100_000
				debug.FreeOSMemory()
				heapBefore, rssBefore := memory(b)
				d, handler := built(b, c.config)
				goroutines := runtime.NumGoroutine()
				end := time.Now().Add(time.Hour)
				for i := 0; i < alerts; i += 100 {
					post(b, handler, batch(i, 100, end))
				}
				d.dispatcher.Groups()
				debug.FreeOSMemory()
				heap, rss := memory(b)
				b.ReportMetric(float64(heap-heapBefore)/alerts, "heap-B/alert")
				b.ReportMetric(float64(rss-rssBefore)/alerts, "rss-B/alert")
				b.ReportMetric(float64(runtime.NumGoroutine()-goroutines), "goroutines")
				runtime.KeepAlive(d)
			}
		})
	}
}

// memory returns the live heap and the resident set in bytes.
func memory(tb testing.TB) (heap, rss int64) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		tb.Skip("needs /proc")
	}
	pages, err := strconv.ParseInt(strings.Fields(string(text))[1], 10, 64)
	if err != nil {
		tb.Fatal(err)
	}
	return int64(m.HeapAlloc), pages * int64(os.Getpagesize())
}
