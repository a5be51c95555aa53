package notify

import (
	"errors"
	"slices"
	"time"

	"github.com/cenkalti/backoff/v4"
	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"go.opentelemetry.io/otel/trace"
)

// delivery is one group on its way to one integration. Its attempts are made
// one after the other, by the goroutines of the integration; between them it is
// a timer and nothing else.
type delivery struct {
	src Source

	// Guarded by the outbox.
	target
	place place
	timer *time.Timer // of the last rest
	next  *Flush      // offered by a tick and not yet looked at
	since time.Time   // the first tick that is still to be dealt with
	until time.Time   // the end of the last rest
	tried int         // attempts, as of the last rest
	last  error       // failure, as of the last rest

	// Owned by the attempt that runs.
	began    time.Time // the first tick that is still to be dealt with
	asked    *Flush    // its look at the group, and that of the last one; nil: none
	lately   *Flush
	retries  backoff.BackOff
	trace    trace.SpanContext // of the last tick
	attempts int
	failure  error // of the last attempt
	counted  bool  // as a notification, since the last tick
}

// attempt takes the newest state of the group one step further.
func (d *delivery) attempt(p *Pipeline, in *Integration) {
	t := target{p, in}
	next, mine := d.begin(t)
	if !mine {
		return
	}
	if next != nil {
		d.ticked(t, next)
	}
	if wait := in.breaker.wait(time.Now()); wait > 0 {
		d.rests(wait)
		return
	}
	seen := unneeded
	defer func() { d.learn(t, seen) }()
	look, err := d.newest(t, next)
	if err != nil {
		d.rests(d.pause(t, err))
		return
	}
	f, news := *look, t.draft(*look)
	if news.reason == ReasonNone || d.answered(t, look, news) {
		d.succeeded(t, f, false)
		return
	}
	if wait := d.turn(t, news.key); wait > 0 {
		d.waits(t, wait)
		return
	}
	seen = reached
	if err = d.tell(t, f, news); err != nil && !permanent(err) {
		seen = unreached
	}
	switch {
	case err == nil:
		d.succeeded(t, f, true)
	case permanent(err) || d.orphaned(t):
		d.gaveUp(t, f, err)
	default:
		d.retry(t, f, err)
	}
}

// answered reports whether others have meanwhile told what the ticks were about. What
// has come since then is not this delivery's: it waits for the next tick, and for
// this replica's turn, as everything does. If only the first tick is dealt with, the
// turn is that of the last one.
func (d *delivery) answered(t target, look *Flush, news draft) bool {
	if d.asked == nil || t.unanswered(d.asked, look, news) {
		return false
	}
	if !t.unanswered(d.lately, look, news) {
		return true
	}
	d.asked, d.began = d.lately, d.lately.Now
	d.postpone()
	return false
}

// unanswered reports whether the tick with the flush asked wanted something to be
// told that is still to be told. news are of look, which is mostly the same.
func (t target) unanswered(asked, look *Flush, news draft) bool {
	then := news.state
	if asked != look {
		then, _ = truth(*asked, news.last, t.in.SendResolved)
	}
	return remains(news.last, then, news.state)
}

// postpone takes the turn to be that of a later tick.
func (d *delivery) postpone() {
	out := d.src.Outbox()
	out.mu.Lock()
	defer out.mu.Unlock()
	d.since = d.began
}

// learn tells the breaker of an integration what an attempt has shown.
func (d *delivery) learn(t target, r result) {
	if !t.in.breaker.done(time.Now(), r) {
		return
	}
	logger := log.With(t.p.logger, "receiver", t.in.Receiver, "integration", t.in.Name())
	if t.in.breaker.open() {
		_ = level.Error(logger).Log("msg", "Receiver does not answer, it is tried by one group at a time", "attempts", breakAfter)
		return
	}
	_ = level.Info(logger).Log("msg", "Receiver answers again")
}

// begin claims the delivery for an attempt, unless it has been sent elsewhere.
func (d *delivery) begin(t target) (next *Flush, mine bool) {
	out := d.src.Outbox()
	out.mu.Lock()
	defer out.mu.Unlock()
	if d.place != queued || d.target != t || t.p.closed.Load() {
		return nil, false
	}
	d.place, d.began = running, d.since
	t.p.turns.leave(d)
	next, d.next = d.next, nil
	return next, true
}

// orphaned reports whether no attempt will follow one that was made for a target:
// its pipeline is closed and no other has taken over.
func (d *delivery) orphaned(t target) bool {
	out := d.src.Outbox()
	out.mu.Lock()
	defer out.mu.Unlock()
	return t.p.closed.Load() && d.target == t
}

// ticked takes note of a tick that came since the last attempt.
func (d *delivery) ticked(t target, next *Flush) {
	d.trace = next.Trace
	if d.asked == nil {
		d.asked = next
	}
	d.lately = next
	if d.failure != nil && d.counted {
		// The last tick was not told in time; this is the next one.
		d.countFailure(t, d.failure)
	}
	d.counted = false
}

// fresh is how old the look of a tick at its group may be.
const fresh = time.Second

// newest returns the flush of a tick that has just come, or else looks at the
// group anew: an attempt that had to wait must not tell what was true before.
func (d *delivery) newest(t target, next *Flush) (*Flush, error) {
	if next != nil && d.failure == nil && time.Since(next.Now) <= fresh {
		return next, nil
	}
	f, err := t.p.look(t.p.ctx, d.src, time.Now(), t.p.stages)
	return &f, err
}

// rests makes the next attempt after a pause.
func (d *delivery) rests(pause time.Duration) {
	out := d.src.Outbox()
	out.mu.Lock()
	defer out.mu.Unlock()
	d.tried, d.last = d.attempts, d.failure
	d.rest(pause)
}

// pause is how long to wait after an error.
func (d *delivery) pause(t target, err error) time.Duration {
	if d.retries == nil {
		d.retries = t.p.backoff()
	}
	pause := d.retries.NextBackOff()
	if status, ok := errors.AsType[*StatusError](err); ok {
		pause = max(pause, status.RetryAfter)
	}
	return pause
}

func (d *delivery) succeeded(t target, f Flush, news bool) {
	d.src.Outbox().gaveUp(t.in.key(""), nil)
	switch {
	case d.failure == nil:
	case news:
		_ = level.Info(d.logger(t, f)).Log("msg", "Notification got through", "attempt", d.attempts)
	default:
		_ = level.Info(d.logger(t, f)).Log("msg", "Notification is not needed any more", "attempt", d.attempts)
	}
	d.ended(f)
}

func (d *delivery) gaveUp(t target, f Flush, err error) {
	d.countFailure(t, err)
	logger := level.Error(d.logger(t, f))
	if t.p.closed.Load() {
		logger = level.Debug(d.logger(t, f))
	} else {
		d.src.Outbox().gaveUp(t.in.key(""), err)
	}
	_ = logger.Log("msg", "Notification failed, trying again at the next tick of the group", "attempt", d.attempts, "err", err)
	d.ended(f)
}

func (d *delivery) retry(t target, f Flush, err error) {
	if d.failure == nil || d.failure.Error() != err.Error() {
		_ = level.Warn(d.logger(t, f)).Log("msg", "Notification attempt failed, trying again", "attempt", d.attempts, "err", err)
	}
	d.failure = err
	d.rests(d.pause(t, err))
}

// ended takes the delivery out of the group, or starts over with a flush that
// has come meanwhile.
func (d *delivery) ended(f Flush) {
	d.retries, d.failure, d.attempts, d.asked, d.lately = nil, nil, 0, nil, nil
	if !d.startsOver() {
		d.src.Settled(f)
	}
}

func (d *delivery) startsOver() bool {
	out := d.src.Outbox()
	out.mu.Lock()
	defer out.mu.Unlock()
	d.tried, d.last = 0, nil
	switch {
	case d.place == dropped:
	case d.next != nil:
		d.since = d.next.Now
		d.queue()
		return true
	default:
		d.place = dropped
		out.deliveries = slices.DeleteFunc(out.deliveries, func(o *delivery) bool { return o == d })
		if len(out.deliveries) == 0 {
			out.deliveries = nil
		}
	}
	return false
}

func (d *delivery) count(t target) {
	if !d.counted {
		d.counted = true
		t.p.metrics.notifications.WithLabelValues(t.p.metrics.values(t.in)...).Inc()
	}
}

func (d *delivery) countFailure(t target, err error) {
	t.p.metrics.failed.WithLabelValues(t.p.metrics.values(t.in, failureReason(err))...).Inc()
}

func (d *delivery) logger(t target, f Flush) log.Logger {
	return log.With(t.p.logger, "group", f.Group.Key, "receiver", t.in.Receiver, "integration", t.in.Name())
}
