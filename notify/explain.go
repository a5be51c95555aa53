package notify

import (
	"context"
	"slices"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/timeinterval"
)

// Question asks where one alert stands with one group.
type Question struct {
	Group Group
	// Source is the group; nil: there is none yet.
	Source Source
	Alert  *alert.Alert
	// Now is the present, and At the time for which silences and time intervals are
	// looked at. Alerts stay as they are now.
	Now, At time.Time
	// NextLook is when the group ticks next, and Interval how long after that again.
	NextLook time.Time
	Interval time.Duration
	// Moments are when something may end that keeps the alert quiet.
	Moments []time.Time

	there []*alert.Alert // in the group
}

// Explanation is where an alert stands with a group.
type Explanation struct {
	// Firing and Resolved count the alerts of the group.
	Firing, Resolved int
	// Quiet is what keeps the alert quiet; nil: nothing.
	Quiet        []Quiet
	Integrations []Status // in the order of the receiver
}

// Quiet is what keeps an alert quiet: the word of a stage, and what it names.
type Quiet struct {
	Reason string
	By     []string
}

// Belief is what an integration was last told of an alert.
type Belief uint8

// The beliefs.
const (
	ToldNothing Belief = iota
	ToldFiring
	ToldResolved
)

// Status is where an alert stands with one integration.
type Status struct {
	Integration *Integration
	Last        *Entry // what it was told last of the group; nil: nothing
	Belief      Belief
	// Due says that at the time of the question there is something to tell about the
	// alert.
	Due bool
	// Next is the first tick at which something is told about the alert, if nothing
	// changes, and Reason why; the zero time: that will not be.
	Next   time.Time
	Reason Reason
	// OnTheWay is what is on its way from the group; nil: nothing.
	OnTheWay *OnTheWay
	// GivenUp is the notification of the group that was given up last; nil if a later
	// one got through.
	GivenUp *GivenUp
	// Failures are those of the service in a row if it is taken for dead; else 0.
	// Until Pause no attempt is made.
	Failures int
	Pause    time.Time
}

// Explain says where an alert stands with a group. It changes nothing, and does not
// wait.
func (p *Pipeline) Explain(q Question) Explanation {
	e := Explanation{Quiet: p.quiet(q, q.At)}
	q.there = q.flush()
	for _, a := range q.there {
		if a.ResolvedAt(q.Now) {
			e.Resolved++
		} else {
			e.Firing++
		}
	}
	l := p.looks(q)
	for _, in := range p.receivers[q.Group.Policy.Receiver].Integrations {
		e.Integrations = append(e.Integrations, l.status(in))
	}
	return e
}

// flush returns the alerts of the group.
func (q Question) flush() []*alert.Alert {
	if q.Source == nil {
		return nil
	}
	return q.Source.Flush(q.Now).All
}

// members are the alerts that are there, with the one of the question if it fires.
// Those that fire do so for ever, since their ends move on with each report.
func (q Question) members() []*alert.Alert {
	members := slices.Clone(q.there)
	same := func(a *alert.Alert) bool { return a.Fingerprint() == q.Alert.Fingerprint() }
	if !q.Alert.ResolvedAt(q.Now) && !slices.ContainsFunc(members, same) {
		members = append(members, q.Alert)
	}
	for i, a := range members {
		if !a.EndsAt.IsZero() && !a.ResolvedAt(q.Now) {
			endless := *a
			endless.EndsAt = time.Time{}
			members[i] = &endless
		}
	}
	alert.Sort(members)
	return members
}

// present is a Muter that is asked for another time than that of the flush.
type present struct {
	Muter
	now time.Time
}

func (m present) MutedBy(a *alert.Alert, _ time.Time) []string { return m.Muter.MutedBy(a, m.now) }

// stagesOf are the stages for a question: inhibitions are those of now, for nobody
// knows what will fire.
func (p *Pipeline) stagesOf(q Question) []Stage {
	var stages []Stage
	if p.inhibitions != nil {
		stages = append(stages, mute{present{p.inhibitions, q.Now}})
	}
	stages = append(stages, activeTime{p.intervals}, muteTime{p.intervals})
	if p.silences != nil {
		stages = append(stages, mute{p.silences})
	}
	return stages
}

// quiet is what keeps the alert of a question quiet at a time.
func (p *Pipeline) quiet(q Question, at time.Time) []Quiet {
	var found []Quiet
	for _, s := range p.stagesOf(q) {
		if m, mutes := s.(mute); mutes {
			if by := m.muter.MutedBy(q.Alert, at); len(by) > 0 {
				found = append(found, Quiet{m.muter.Reason(), by})
			}
		}
	}
	return append(found, QuietByTime(q.Group, p.intervals, at)...)
}

// QuietByTime returns what time intervals keep a whole group quiet at a time; nil:
// none do.
func QuietByTime(g Group, intervals timeinterval.Set, at time.Time) []Quiet {
	var found []Quiet
	f := Flush{Group: g, Now: at}
	for _, s := range []struct {
		exec   func(context.Context, Flush) (Flush, error)
		reason string
	}{
		{activeTime{intervals}.Exec, reasonActiveTime},
		{muteTime{intervals}.Exec, reasonMuteTime},
	} {
		left, err := s.exec(context.Background(), f) // it asks nobody
		if err == nil && len(left.MutedBy) > 0 {
			found = append(found, Quiet{s.reason, slices.Compact(slices.Clone(left.MutedBy))})
		}
	}
	return found
}
