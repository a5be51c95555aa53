package sim

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/daemon"
)

const (
	flapping = 10_000 // alerts
	zones    = 50     // groups
)

const flapConfig = `
route: {receiver: ops, group_by: [zone], group_wait: 30s, group_interval: 30m, repeat_interval: 12h}
receivers: [{name: ops, webhook_configs: [{url: http://receiver.example/ops, timeout: 10m, http_config: {enable_http2: false}}]}]
`

// health is how a receiver does.
type health uint8

const (
	well    health = iota
	failing        // it answers with an error
	hanging        // it does not answer
)

// lateListener is a receiver that believes what it is told last of each alert.
type lateListener struct {
	t        *testing.T
	mu       sync.Mutex
	health   health
	attempts int
	told     int             // notifications
	believes map[string]bool // of each alert, that it fires
}

func (a *lateListener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch a.asked() {
	case failing:
		http.Error(w, "down", http.StatusServiceUnavailable)
	case hanging:
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	case well:
		a.listen(r.Body)
	}
}

func (a *lateListener) asked() health {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.attempts++
	return a.health
}

// listen takes a notification to heart.
func (a *lateListener) listen(body io.Reader) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var n struct {
		Alerts []struct {
			Status string
			Labels struct{ N string }
		}
	}
	if err := json.NewDecoder(body).Decode(&n); err != nil {
		a.t.Error(err)
	}
	a.told++
	for _, x := range n.Alerts {
		a.believes[x.Labels.N] = x.Status == "firing"
	}
}

// is changes how the receiver does. It returns how often it was asked, and how often
// it was told something, since the last time.
func (a *lateListener) is(h health) (attempts, told int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	attempts, told = a.attempts, a.told
	a.health, a.attempts, a.told = h, 0, 0
	return attempts, told
}

// checkBelief wants the receiver to know the truth, and returns how many fire.
func (a *lateListener) checkBelief(fires []bool) (firing int) {
	a.t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	wrong := 0
	for i, f := range fires {
		if believed := a.believes[fmt.Sprint(i)]; believed != f {
			wrong++
		}
		if f {
			firing++
		}
	}
	if wrong > 0 {
		a.t.Errorf("the receiver is wrong about %d of %d alerts", wrong, len(fires))
	}
	return firing
}

// flap posts what has changed of some of the alerts.
func (w *world) flap(fires []bool, change func(i int) bool) {
	w.t.Helper()
	now := time.Now().UTC()
	var body strings.Builder
	for i := range fires {
		if !change(i) {
			continue
		}
		fires[i] = !fires[i]
		end := now
		if fires[i] {
			end = now.Add(100 * time.Hour)
		}
		fmt.Fprintf(&body, `,{"labels":{"alertname":"X","zone":"%d","n":"%d"},"startsAt":%q,"endsAt":%q}`,
			i%zones, i, now.Format(time.RFC3339Nano), end.Format(time.RFC3339Nano))
		if body.Len() > 1<<20 {
			w.must(http.MethodPost, "/api/v2/alerts", "["+body.String()[1:]+"]")
			body.Reset()
		}
	}
	if body.Len() > 0 {
		w.must(http.MethodPost, "/api/v2/alerts", "["+body.String()[1:]+"]")
	}
}

// footprint is what the daemon takes.
type footprint struct {
	goroutines int
	heap       uint64 // bytes
}

func (w *world) footprint() footprint {
	w.t.Helper()
	w.client.CloseIdleConnections()
	synctest.Wait()
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return footprint{goroutines: runtime.NumGoroutine(), heap: m.HeapAlloc}
}

func (f footprint) String() string {
	return fmt.Sprintf("%d goroutines, heap %.1f MiB", f.goroutines, float64(f.heap)/(1<<20))
}

// TestAReceiverIsDownForADay lets 10,000 alerts begin and end all the time
// meanwhile. That costs no more after a day than after an hour, and when the
// receiver is back it is told once how things are, and nothing after that.
func TestAReceiverIsDownForADay(t *testing.T) {
	a := &lateListener{t: t, believes: map[string]bool{}}
	var front *pipes
	inBubble(t, flapConfig, func(w *world) {
		server := &http.Server{Handler: a, ReadHeaderTimeout: time.Minute}
		go func() { _ = server.Serve(front) }()
		defer server.Close()
		fires := make([]bool, flapping)
		random := rand.New(rand.NewPCG(1, 2))
		w.flap(fires, func(int) bool { return true })
		w.until(10 * time.Minute)
		if _, told := a.is(failing); told != zones {
			t.Errorf("told %d times at first, want once for each of %d groups", told, zones)
		}
		a.checkBelief(fires)

		var first, last footprint
		var failures int
		for hour := 1; hour <= 24; hour++ {
			for range 2 {
				w.flap(fires, func(int) bool { return random.IntN(8) == 0 })
				w.until(time.Since(w.start) + 30*time.Minute)
			}
			last = w.footprint()
			switch hour {
			case 1:
				first = last
			case 3:
				failures, _ = a.is(hanging)
			}
		}
		timeouts, _ := a.is(well)
		w.until(24*time.Hour + 45*time.Minute)
		_, told := a.is(well)
		firing := a.checkBelief(fires)
		if told != zones {
			t.Errorf("told %d times when it was back, want once for each of %d groups", told, zones)
		}
		w.until(30 * time.Hour)
		if _, told := a.is(well); told > 0 {
			t.Errorf("told %d times although nothing has changed", told)
		}
		t.Logf("after an hour: %s; after a day: %s; %d attempts failed, %d were not answered; %d alerts fire in the end", first, last, failures, timeouts, firing)
		// What is kept of every change would be ten times as much.
		if last.goroutines > first.goroutines+5 || last.heap > 2*first.heap {
			t.Errorf("after an hour: %s; after a day: %s", first, last)
		}
	}, func(o *daemon.Options) {
		front = newPipes() // in the bubble
		o.Dial = front.dial
	})
}
