package notify

import (
	"context"
	"slices"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// mostMoments bounds for how many times a group is looked at in advance.
const mostMoments = 16

// looks is a group as the stages would leave it at some times. Each is looked at once,
// for all integrations.
type looks struct {
	p       *Pipeline
	q       Question
	members []*alert.Alert
	flushes map[time.Time]Flush
	quiets  map[time.Time]bool
}

func (p *Pipeline) looks(q Question) *looks {
	return &looks{p: p, q: q, members: q.members(), flushes: make(map[time.Time]Flush), quiets: make(map[time.Time]bool)}
}

// at takes the members through the stages.
func (l *looks) at(now time.Time) Flush {
	f, known := l.flushes[now]
	if known {
		return f
	}
	f = Flush{Group: l.q.Group, Now: now, All: l.members, Alerts: l.members}
	for _, s := range l.p.stagesOf(l.q) {
		f, _ = s.Exec(context.Background(), f) // none of these waits, or fails
	}
	l.flushes[now] = f
	return f
}

// quiet reports whether the alert is kept quiet at a time.
func (l *looks) quiet(at time.Time) bool {
	quiet, known := l.quiets[at]
	if !known {
		quiet = len(l.p.quiet(l.q, at)) > 0
		l.quiets[at] = quiet
	}
	return quiet
}

// tick returns the first tick of the group that is not before a time.
func (q Question) tick(after time.Time) time.Time {
	late := after.Sub(q.NextLook)
	if late <= 0 || q.Interval <= 0 {
		return q.NextLook
	}
	ticks := (late + q.Interval - 1) / q.Interval
	return q.NextLook.Add(ticks * q.Interval)
}

// ticks are those at which the alert may be told of for the first time.
func (q Question) ticks() []time.Time {
	ticks := []time.Time{q.tick(q.At)}
	moments := slices.SortedFunc(slices.Values(q.Moments), time.Time.Compare)
	for _, m := range moments {
		if tick := q.tick(m); m.After(q.At) && tick.After(ticks[len(ticks)-1]) && len(ticks) < mostMoments {
			ticks = append(ticks, tick)
		}
	}
	return ticks
}

// status is where the alert of a question stands with an integration.
func (l *looks) status(in *Integration) Status {
	t := target{l.p, in}
	q := l.q
	s := Status{Integration: in, Last: l.p.log.Get(in.key(q.Group.ID))}
	s.Belief = s.Last.belief(q.Alert)
	_, s.Due = t.news(l.at(q.At), q.Alert)
	s.Next, s.Reason = l.next(t, s.Last)
	if q.Source != nil {
		s.OnTheWay, s.GivenUp = q.Source.Outbox().look(in.key(""))
	}
	s.Failures, s.Pause = in.breaker.dead()
	return s
}

// belief is what an entry, which may be nil, says of an alert.
func (e *Entry) belief(a *alert.Alert) Belief {
	if e == nil {
		return ToldNothing
	}
	switch hash := hashAlert(a); {
	case e.owes(hash):
		return ToldFiring
	case contains(e.Resolved, hash):
		return ToldResolved
	}
	return ToldNothing
}

// news returns why a notification about the alert would be sent, and whether one
// would be.
func (t target) news(f Flush, a *alert.Alert) (Reason, bool) {
	d := t.draft(f)
	about := slices.ContainsFunc(d.alerts, func(o *alert.Alert) bool { return o.Fingerprint() == a.Fingerprint() })
	return d.reason, about && d.reason != ReasonNone
}

// next is when and why an integration is told about the alert next.
func (l *looks) next(t target, last *Entry) (time.Time, Reason) {
	ticks := l.q.ticks()
	var repeat time.Time
	if last != nil {
		// A repetition is due once more than the interval has passed.
		repeat = l.q.tick(latest(l.q.At, last.Timestamp.Add(l.q.Group.Policy.RepeatInterval+1)))
		ticks = append(ticks, repeat)
		slices.SortFunc(ticks, time.Time.Compare)
	}
	quiet, over := true, l.q.Alert.ResolvedAt(l.q.Now)
	for _, at := range ticks {
		// Where nothing has ended that kept the alert quiet, nothing is new.
		fresh := quiet || at.Equal(repeat)
		if quiet = l.quiet(at); !fresh || quiet && !over {
			continue
		}
		if why, told := t.news(l.at(at), l.q.Alert); told {
			return at, why
		}
	}
	return time.Time{}, ReasonNone
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
