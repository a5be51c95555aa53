package daemon

import (
	"context"
	"os"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/config"
	"github.com/tocsin-alerting/tocsin/dispatch"
	"github.com/tocsin-alerting/tocsin/event"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/silence"
)

// events lets the event recorder know what the parts of the daemon do. They know
// nothing of it, and if the feature is off they are given nobody to tell.
type events struct {
	recorder *event.Recorder // nil: the feature is off
	logger   log.Logger
	stop     context.CancelFunc
	stopped  chan struct{}
}

func newEvents(o Options, registry prometheus.Registerer, logger log.Logger, position func() int) *events {
	e := &events{logger: log.With(logger, "component", "events")}
	if !o.EventRecorder {
		return e
	}
	host, err := os.Hostname()
	if err != nil {
		_ = level.Warn(e.logger).Log("msg", "Events will not say where they come from", "err", err)
	}
	e.recorder = event.New(event.Options{
		Instance:   host,
		Position:   position,
		Stdout:     o.Stdout,
		UserAgent:  userAgent(o.Version.Version),
		Dial:       o.Dial,
		Registerer: registry,
		Logger:     e.logger,
	})
	return e
}

// begin opens the outputs and starts to write.
func (e *events) begin(c *config.EventRecorder) {
	if e.off(c) {
		return
	}
	e.recorder.Start(outputs(c))
	ctx, stop := context.WithCancel(context.Background())
	e.stop, e.stopped = stop, make(chan struct{})
	go func() {
		defer close(e.stopped)
		_ = e.recorder.Run(ctx) // has no errors
	}()
	e.recorder.Record(event.Startup{})
}

// patienceWithEvents is how long outputs may take to end. They give up before, but
// a pipe that nobody reads may block for ever.
const patienceWithEvents = 35 * time.Second

// end writes what waits and closes the outputs, if it has begun.
func (e *events) end() {
	if e.stop == nil {
		return
	}
	e.recorder.Record(event.Shutdown{})
	e.stop()
	select {
	case <-e.stopped:
	case <-time.After(patienceWithEvents):
		_ = level.Warn(e.logger).Log("msg", "Events may be missing, an output does not end")
	}
}

// reload replaces the outputs. That they cannot be opened is no reason to refuse
// the rest of a configuration.
func (e *events) reload(c *config.EventRecorder) {
	if e.off(c) {
		return
	}
	if err := e.recorder.Replace(outputs(c)); err != nil {
		_ = level.Error(e.logger).Log("msg", "Outputs of events stay as they were", "err", err)
	}
}

// off reports whether the feature is off, and warns if there is a section for it.
func (e *events) off(c *config.EventRecorder) bool {
	if e.recorder == nil && c != nil {
		_ = level.Warn(e.logger).Log("msg", "event_recorder has no effect without --enable-feature=event-recorder")
	}
	return e.recorder == nil
}

// created is for the store.
func (e *events) created() func(*alert.Alert) {
	if e.recorder == nil {
		return nil
	}
	return func(a *alert.Alert) {
		if e.recorder.On() {
			e.recorder.Record(event.AlertCreated{Alert: a})
		}
	}
}

// changed is for the silences.
func (e *events) changed() func(*silence.Silence, bool) {
	if e.recorder == nil {
		return nil
	}
	return func(s *silence.Silence, created bool) {
		what := event.Silence{
			ID:          s.ID,
			Matchers:    s.Matchers,
			StartsAt:    s.StartsAt,
			EndsAt:      s.EndsAt,
			UpdatedAt:   s.UpdatedAt,
			CreatedBy:   s.CreatedBy,
			Comment:     s.Comment,
			Annotations: s.Annotations,
		}
		if created {
			e.recorder.Record(event.SilenceCreated{Silence: what})
		} else {
			e.recorder.Record(event.SilenceUpdated{Silence: what})
		}
	}
}

// groups is for the dispatcher.
func (e *events) groups() dispatch.Observer {
	if e.recorder == nil {
		return nil
	}
	return witness{e.recorder}
}

// notifications is for the pipeline.
func (e *events) notifications() notify.Observer {
	if e.recorder == nil {
		return nil
	}
	return witness{e.recorder}
}

// witness makes events of what it is told.
type witness struct{ recorder *event.Recorder }

func (w witness) Grouped(a *alert.Alert, g notify.Group) {
	if w.recorder.On() {
		w.recorder.Record(event.AlertGrouped{Alert: a, Group: groupOf(g)})
	}
}

func (w witness) Resolved(a *alert.Alert, g notify.Group) {
	if w.recorder.On() {
		w.recorder.Record(event.AlertResolved{Alert: a, Group: groupOf(g)})
	}
}

func (w witness) Muted(a *alert.Alert, reason string, by []string) {
	switch {
	case !w.recorder.On():
	case reason == "silence":
		w.recorder.Record(event.SilenceMutedAlert{Alert: a, Silences: by})
	case reason == "inhibition":
		w.recorder.Record(event.InhibitionMutedAlert{Alert: a, Sources: by})
	}
}

func (w witness) Told(t notify.Told) {
	if !w.recorder.On() {
		return
	}
	w.recorder.Record(event.Notification{
		Group:          groupOf(t.Flush.Group),
		Integration:    event.Integration{Kind: t.Integration.Kind, Index: t.Integration.Index},
		Alerts:         t.Alerts,
		Firing:         t.Firing,
		Resolved:       t.Resolved,
		Muted:          t.Muted,
		RepeatInterval: t.Flush.Group.Policy.RepeatInterval,
		Reason:         string(t.Reason),
		FlushID:        t.Flush.ID,
	})
}

func groupOf(g notify.Group) event.Group {
	return event.Group{ID: g.ID, Key: g.Key, Labels: g.Labels, Receiver: g.Policy.Receiver}
}
