package event

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/go-kit/log"
	"github.com/prometheus/client_golang/prometheus"
)

// text is a writer that many may use.
type text struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (t *text) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.Write(p)
}

func (t *text) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.String()
}

// bench is a recorder with what it says, prints and counts.
type bench struct {
	*Recorder
	t         *testing.T
	log, out  text
	registry  *prometheus.Registry
	end       context.CancelFunc
	ended     chan struct{}
	afterward sync.Once
}

func newBench(t *testing.T, change ...func(*Options)) *bench {
	t.Helper()
	b := &bench{t: t, registry: prometheus.NewRegistry(), ended: make(chan struct{})}
	o := Options{Instance: "h", Stdout: &b.out, Logger: log.NewLogfmtLogger(&b.log), Registerer: b.registry}
	for _, c := range change {
		c(&o)
	}
	b.Recorder = New(o)
	return b
}

// run starts the worker; stop ends it and waits.
func (b *bench) run() {
	ctx, end := context.WithCancel(context.WithoutCancel(b.t.Context()))
	b.end = end
	go func() {
		defer close(b.ended)
		if err := b.Run(ctx); err != nil {
			b.t.Errorf("Run: %v", err)
		}
	}()
	b.t.Cleanup(b.stop)
}

func (b *bench) stop() {
	b.afterward.Do(func() { b.end(); <-b.ended })
}

// says records n events that are told apart by their comments.
func (b *bench) says(comments ...string) {
	for _, c := range comments {
		b.Record(SilenceCreated{Silence{Comment: c}})
	}
}

// comments reads the comments back, from lines of JSON.
func comments(t *testing.T, lines string) []string {
	t.Helper()
	var all []string
	for line := range strings.Lines(lines) {
		all = append(all, comment(t, []byte(line)))
	}
	return all
}

func comment(t *testing.T, line []byte) string {
	t.Helper()
	var e struct {
		Data struct {
			SilenceCreated struct{ Silence struct{ Comment string } }
		}
	}
	if err := json.Unmarshal(line, &e); err != nil {
		t.Errorf("%q: %v", line, err)
	}
	return e.Data.SilenceCreated.Silence.Comment
}

// counts returns the counters that are not 0, as in silence_created file:x success.
func (b *bench) counts(name string) map[string]float64 {
	b.t.Helper()
	families, err := b.registry.Gather()
	if err != nil {
		b.t.Fatal(err)
	}
	found := make(map[string]float64)
	for _, f := range families {
		if f.GetName() != "alertmanager_"+name {
			continue
		}
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetValue())
			}
			if n := m.GetCounter().GetValue() + m.GetGauge().GetValue(); n != 0 {
				found[strings.Join(labels, " ")] = n
			}
		}
	}
	return found
}

func numbered(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = fmt.Sprint(i)
	}
	return list
}
