package event

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"reflect"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/prometheus/client_golang/prometheus"
)

const (
	// room is how many events wait for the worker at most.
	room = 8192
	// closing bounds how long outputs may take to end.
	closing = 30 * time.Second
)

// Options is what a recorder is told from outside.
type Options struct {
	Instance string // the name of this host
	// Position is this replica's place in the cluster, 0 for the first. It must
	// not block. nil: 0.
	Position  func() int
	Stdout    io.Writer // nil: standard output
	UserAgent string    // of webhooks
	// Dial makes the connections; nil: the network.
	Dial       func(ctx context.Context, network, address string) (net.Conn, error)
	Registerer prometheus.Registerer // may be nil
	Logger     log.Logger            // may be nil
}

// Recorder takes events and has them written. Its methods, but for Run, may be
// called from many goroutines at once.
type Recorder struct {
	o       Options
	metrics *metrics
	queue   chan occurrence

	listened atomic.Bool // by some output
	next     atomic.Pointer[[]output]
	changed  chan struct{} // next is there

	opening  sync.Mutex // protects what follows
	settings Settings   // in force
	complete bool       // all outputs of them could be opened
}

// occurrence is an event with its circumstances.
type occurrence struct {
	event    Event
	at       time.Time
	position int
}

// New returns a recorder without outputs. It starts nothing.
func New(o Options) *Recorder {
	if o.Position == nil {
		o.Position = func() int { return 0 }
	}
	if o.Stdout == nil {
		o.Stdout = os.Stdout
	}
	if o.Logger == nil {
		o.Logger = log.NewNopLogger()
	}
	r := &Recorder{o: o, queue: make(chan occurrence, room), changed: make(chan struct{}, 1)}
	r.metrics = newMetrics(o.Registerer, func() float64 { return float64(len(r.queue)) })
	return r
}

// On reports whether anybody listens; if not, there is no need to make an event.
func (r *Recorder) On() bool { return r.listened.Load() }

// Record takes an event. It never blocks: if too many wait it drops the event and
// counts it.
func (r *Recorder) Record(e Event) {
	if !r.On() {
		return
	}
	select {
	case r.queue <- occurrence{e, time.Now(), r.o.Position()}:
	default:
		r.metrics.dropped.WithLabelValues(e.Type()).Inc()
	}
}

// Start opens outputs before Run is called. Those that fail are logged and left
// out.
func (r *Recorder) Start(s Settings) {
	r.opening.Lock()
	defer r.opening.Unlock()
	outputs, err := r.open(s)
	if err != nil {
		_ = level.Error(r.o.Logger).Log("msg", "Output of events left out", "err", err)
	}
	r.put(s, outputs, err == nil)
}

// Replace opens other outputs and closes the ones in force. If one cannot be
// opened, those in force stay. It does nothing if they are the ones that are
// wanted.
func (r *Recorder) Replace(s Settings) error {
	r.opening.Lock()
	defer r.opening.Unlock()
	if r.complete && reflect.DeepEqual(s, r.settings) {
		return nil
	}
	outputs, err := r.open(s)
	if err != nil {
		closeAll(outputs)
		return err
	}
	r.put(s, outputs, true)
	return nil
}

// open opens all outputs that it can; the error has what is wrong with the others.
func (r *Recorder) open(s Settings) (outputs []output, err error) {
	var problems []error
	add := func(name string, open func(t *tally) (output, error)) {
		t := &tally{output: name, metrics: r.metrics, logger: r.o.Logger}
		if o, err := open(t); err != nil {
			problems = append(problems, errors.New(name+": "+err.Error()))
		} else {
			outputs = append(outputs, o)
		}
	}
	for _, path := range s.Files {
		add("file:"+path, func(t *tally) (output, error) { return openFile(path, t) })
	}
	for _, w := range s.Webhooks {
		add(w.name(), func(t *tally) (output, error) { return r.openWebhook(w, t) })
	}
	for _, k := range s.Kafkas {
		add(k.name(), func(t *tally) (output, error) { return r.openKafka(k, t) })
	}
	for range s.Stdouts {
		add("stdout", func(t *tally) (output, error) { return stdout{r.o.Stdout, t}, nil })
	}
	return outputs, errors.Join(problems...)
}

// put hands outputs to the worker.
func (r *Recorder) put(s Settings, outputs []output, complete bool) {
	r.settings, r.complete = s, complete
	defer r.listened.Store(len(outputs) > 0) // when the worker can find them
	if unused := r.next.Swap(&outputs); unused != nil {
		closeAll(*unused)
	}
	select {
	case r.changed <- struct{}{}:
	default: // the worker knows
	}
}

// Run writes events to the outputs until ctx is done. Then it writes what waits,
// closes the outputs, and returns when that has ended; network outputs have 30s.
func (r *Recorder) Run(ctx context.Context) error {
	var replaced sync.WaitGroup
	var outputs []output
	change := func() {
		if next := r.next.Swap(nil); next != nil {
			old := outputs
			outputs = *next
			replaced.Go(func() { closeAll(old) })
		}
	}
	for {
		select {
		case <-ctx.Done():
			change()
			r.rest(outputs)
			closeAll(outputs)
			replaced.Wait()
			return nil
		case <-r.changed:
			change()
		case e := <-r.queue:
			change()
			r.write(e, outputs)
		}
	}
}

// rest writes what waits.
func (r *Recorder) rest(outputs []output) {
	for {
		select {
		case e := <-r.queue:
			r.write(e, outputs)
		default:
			return
		}
	}
}

func (r *Recorder) write(e occurrence, outputs []output) {
	text, err := encode(e.event, e.at, r.o.Instance, e.position)
	if err != nil {
		r.metrics.unencodable.WithLabelValues(e.event.Type()).Inc()
		_ = level.Warn(r.o.Logger).Log("msg", "Event left out", "err", err)
		return
	}
	for _, o := range outputs {
		o.write(record{event: e.event.Type(), json: text})
	}
}

// closeAll closes outputs at the same time.
func closeAll(outputs []output) {
	ctx, cancel := context.WithTimeout(context.Background(), closing)
	defer cancel()
	var all sync.WaitGroup
	for _, o := range outputs {
		all.Go(func() { o.close(ctx) })
	}
	all.Wait()
}
