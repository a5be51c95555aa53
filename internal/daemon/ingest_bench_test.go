//go:build unix

package daemon

import (
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// BenchmarkIngest is the durable way of batches of 64 alerts that come over four
// connections: what Post measures, with a disk that has to answer. The processor time
// is that of the whole process, so it counts what others wait for as well; it depends
// much less than the rate on what else the machine does.
func BenchmarkIngest(b *testing.B) {
	const connections, alerts = 4, 64
	end := time.Now().Add(time.Hour)
	run := func(b *testing.B, known int, body func(n int) []byte) {
		d, handler := builtWith(b, oneGroup, "always")
		for i := 0; i < known; i += alerts {
			post(b, handler, batch(i, alerts, end))
		}
		d.dispatcher.Groups()
		bodies := make([][]byte, min(b.N, maxBodies))
		for i := range bodies {
			bodies[i] = body(i)
		}
		b.ReportAllocs()
		b.ResetTimer()
		before := cpu(b)
		post4(b, handler, bodies, connections)
		b.StopTimer()
		n := float64(b.N) * alerts
		b.ReportMetric(n/b.Elapsed().Seconds(), "alerts/s")
		b.ReportMetric(float64((cpu(b)-before).Nanoseconds())/n, "cpu-ns/alert")
	}
	b.Run("new", func(b *testing.B) {
		run(b, 0, func(n int) []byte { return batch(n*alerts, alerts, end) })
	})
	b.Run("repeated", func(b *testing.B) {
		const known = 64 * alerts
		run(b, known, func(n int) []byte { return batch(n*alerts%known, alerts, end.Add(time.Duration(n)*time.Second)) })
	})
}

// maxBodies bounds the memory of the benchmark; a longer one sends some again.
const maxBodies = 4000

// post4 sends b.N bodies over some connections at once.
func post4(b *testing.B, handler http.Handler, bodies [][]byte, connections int) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range connections {
		all.Go(func() {
			for n := next.Add(1) - 1; n < int64(b.N); n = next.Add(1) - 1 {
				post(b, handler, bodies[n%int64(len(bodies))])
			}
		})
	}
	all.Wait()
}

// cpu is the processor time that the process has used.
func cpu(tb testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
