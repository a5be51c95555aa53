package notify

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v4"
	"github.com/go-kit/log"
	"go.opentelemetry.io/otel/trace"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/line"
	"github.com/tocsin-alerting/tocsin/template"
	"github.com/tocsin-alerting/tocsin/timeinterval"
)

// Source is a group as the pipeline sees it. Its methods are called from many
// goroutines and must not block.
type Source interface {
	// Flush returns the group as it is at now.
	Flush(now time.Time) Flush
	// Outbox returns what is on its way from the group; always the same.
	Outbox() *Outbox
	// Settled is called after a delivery has ended, well or not, that dealt
	// with f.
	Settled(f Flush)
}

// Options is what a pipeline is made of.
type Options struct {
	Receivers   []Receiver
	Intervals   timeinterval.Set
	Inhibitions Muter   // may be nil
	Silences    Muter   // may be nil
	Cluster     Cluster // nil: Alone
	Templates   *template.Set
	ExternalURL string // without a trailing slash
	Log         *Log
	Metrics     *Metrics // may be nil
	Observer    Observer // may be nil
	Logger      log.Logger
	// Tracer makes spans of the attempts for a tick that has one; may be nil.
	Tracer trace.Tracer
	// Backoff returns the delays between the attempts of one delivery; nil:
	// 500ms growing by half to 60s, each with up to 50 % of jitter, for ever.
	Backoff func() backoff.BackOff
}

// Pipeline is the line every flush walks. It starts no goroutine until there is
// something to send.
type Pipeline struct {
	stages      []Stage // for a look at a group
	ticking     []Stage // the same for its tick, which is counted
	inhibitions Muter   // may be nil
	silences    Muter   // may be nil
	intervals   timeinterval.Set
	receivers   map[string]Receiver
	cluster     Cluster
	templates   *template.Set
	externalURL string
	log         *Log
	metrics     *Metrics
	observer    Observer // may be nil
	logger      log.Logger
	tracer      trace.Tracer // may be nil
	backoff     func() backoff.BackOff

	turns turns
	slots chan struct{} // a value in it is an attempt that runs

	ctx    context.Context // ends what is being sent
	cancel context.CancelFunc

	closed atomic.Bool
}

// New returns the line every flush walks:
//
//	settle → inhibit → active time → mute time → silence ┬→ wait → dedup → retry → record
//	                                                     └→ (one branch per integration)
func New(o Options) *Pipeline {
	p := &Pipeline{
		inhibitions: o.Inhibitions,
		silences:    o.Silences,
		intervals:   o.Intervals,
		receivers:   make(map[string]Receiver, len(o.Receivers)),
		cluster:     o.Cluster,
		templates:   o.Templates,
		externalURL: o.ExternalURL,
		log:         o.Log,
		metrics:     o.Metrics,
		observer:    o.Observer,
		logger:      o.Logger,
		tracer:      o.Tracer,
		backoff:     o.Backoff,
		slots:       make(chan struct{}, allSlots),
	}
	if p.cluster == nil {
		p.cluster = Alone{}
	}
	if p.metrics == nil {
		p.metrics = NewMetrics(nil, false)
	}
	if p.backoff == nil {
		p.backoff = defaultBackoff
	}
	for _, r := range o.Receivers {
		p.receivers[r.Name] = r
		for _, in := range r.Integrations {
			in.line = line.New(slots, func(d *delivery) { d.attempt(p, in) })
		}
	}
	for _, step := range []step{
		{settle{p.cluster}, ""},
		muting(o.Inhibitions),
		{activeTime{o.Intervals}, reasonActiveTime},
		{muteTime{o.Intervals}, reasonMuteTime},
		muting(o.Silences),
	} {
		p.stages = append(p.stages, step.stage)
		if step.reason != "" {
			step.stage = counted{p.seen(step.stage), p.metrics.suppressed.WithLabelValues(step.reason)}
		}
		p.ticking = append(p.ticking, step.stage)
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	return p
}

// The words of the stages that take out whole groups.
const (
	reasonActiveTime = "active_time_interval"
	reasonMuteTime   = "mute_time_interval"
)

// step is a stage and the word for what it takes out, if it does.
type step struct {
	stage  Stage
	reason string
}

func muting(m Muter) step {
	if m == nil {
		return step{nothing{}, ""}
	}
	return step{mute{m}, m.Reason()}
}

func defaultBackoff() backoff.BackOff {
	return backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(500*time.Millisecond),
		backoff.WithMultiplier(1.5),
		backoff.WithRandomizationFactor(0.5),
		backoff.WithMaxInterval(time.Minute),
		backoff.WithMaxElapsedTime(0),
	)
}

// Notify deals with the tick of a group at now. It returns what the stages left
// to tell as soon as that is known, and does not wait for deliveries; it blocks
// only until the cluster has settled.
func (p *Pipeline) Notify(ctx context.Context, src Source, now time.Time) (Flush, error) {
	f, err := p.look(ctx, src, now, p.ticking)
	if err != nil {
		return f, err
	}
	f.Trace = trace.SpanContextFromContext(ctx)
	r, known := p.receivers[f.Group.Policy.Receiver]
	if !known {
		return f, errors.New("no such receiver: " + f.Group.Policy.Receiver)
	}
	for _, in := range r.Integrations {
		p.log.Keep(in.key(f.Group.ID), now)
		src.Outbox().offer(target{p, in}, src, f)
	}
	return f, nil
}

// Adopt takes over what is on its way from a group under an earlier pipeline,
// which is about to be closed. Deliveries to integrations that exist no longer
// are dropped.
func (p *Pipeline) Adopt(src Source, receiver string) {
	src.Outbox().aim(func(old *Integration) (target, bool) {
		for _, in := range p.receivers[receiver].Integrations {
			if in.key("") == old.key("") {
				return target{p, in}, true
			}
		}
		return target{}, false
	})
}

// Settle blocks until this replica may tell anything.
func (p *Pipeline) Settle(ctx context.Context) error { return p.cluster.Settle(ctx) }

// look takes the group as it is at now through stages.
func (p *Pipeline) look(ctx context.Context, src Source, now time.Time, stages []Stage) (Flush, error) {
	f := src.Flush(now)
	for _, s := range stages {
		var err error
		if f, err = s.Exec(ctx, f); err != nil {
			return f, err
		}
	}
	return f, nil
}

// Owing returns which alerts of a group somebody has yet to be told are over: an
// integration that wants resolved alerts believes that they fire. The answer is
// that of the log at the time of the call.
func (p *Pipeline) Owing(g Group) func(a *alert.Alert) bool { return p.believed(g, false) }

// Believed returns which alerts of a group somebody believes to fire, whether or not
// he wants to hear of the end.
func (p *Pipeline) Believed(g Group) func(a *alert.Alert) bool { return p.believed(g, true) }

func (p *Pipeline) believed(g Group, byAnybody bool) func(a *alert.Alert) bool {
	var entries []*Entry
	for _, in := range p.receivers[g.Policy.Receiver].Integrations {
		if !in.SendResolved && !byAnybody {
			continue
		}
		if e := p.log.Get(in.key(g.ID)); e != nil {
			entries = append(entries, e)
		}
	}
	return func(a *alert.Alert) bool {
		if len(entries) == 0 {
			return false
		}
		hash := hashAlert(a)
		return slices.ContainsFunc(entries, func(e *Entry) bool { return e.owes(hash) })
	}
}

// Close stops making attempts and waits for those that run. When ctx is done it
// cancels them.
func (p *Pipeline) Close(ctx context.Context) {
	p.closed.Store(true)
	stop := context.AfterFunc(ctx, p.cancel)
	defer stop()
	for _, r := range p.receivers {
		for _, in := range r.Integrations {
			in.line.Close()
		}
	}
	p.cancel()
	p.closeSenders()
}
