package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// history is what was done and seen while a script was played. Times are since the
// beginning.
type history struct {
	script   script
	start    time.Time
	posts    []post
	silences []silenced
	told     []telling // in the order of their arrival
	lives    []life
	spans    []span
	looks    []look
	accounts []account
	crowds   []crowd
	loaded   []loaded
	problems []string // that are not a matter of order and number
	end      time.Duration
}

// post is the report of an alert.
type post struct {
	at    time.Duration
	alert string // group/host
	rev   int    // counts what is new of the alert
	fires bool
	until time.Duration // it has ended then, if it does not fire
	tried []int         // replicas that it was sent to
	acked []int         // those that said 200
}

// silenced is a silence of one alert.
type silenced struct {
	id       string
	alert    string
	by       int // the replica that acknowledged it
	from, to time.Duration
	// ended is when somebody asked that it ends before its time, 0: nobody did.
	ended   time.Duration
	endedBy int
	sure    bool // the end was acknowledged
}

// telling is a notification that has arrived at a receiver.
type telling struct {
	at       time.Duration
	by       int // replica
	receiver string
	group    string
	reason   string
	alerts   []tellingOf
	// answered is when the receiver had said 200 to a sender that still listened;
	// 0: never.
	answered time.Duration
}

type tellingOf struct {
	alert string
	fires bool
	rev   int
}

// life is the time that a replica was up.
type life struct {
	replica  int
	from, to time.Duration
	clean    bool // it was stopped in an orderly way
}

// span is a time in which something was wrong.
type span struct {
	what     string
	from, to time.Duration
	replica  int
	// extra is how often somebody may be told the same again because of it.
	extra int
	// apart says that what one replica knows may not get to another.
	apart bool
	// deaf says that a receiver may not hear, or not be heard.
	deaf bool
}

func (s span) overlaps(from, to time.Duration) bool { return s.from <= to && s.to >= from }

// look is what all replicas show after everything was well for a long time.
type look struct {
	at      time.Duration
	since   time.Duration // when the good time began
	replica int
	alerts  map[string]sight
	// silences that are in force, by id.
	silences []string
	groups   int
	load     load
}

type sight struct {
	rev   int
	fires bool
	muted bool
}

// disturbed reports whether anything was wrong in a time.
func (h *history) disturbed(from, to time.Duration) bool {
	return slices.ContainsFunc(h.spans, func(s span) bool { return s.overlaps(from, to) })
}

func (h *history) some(from, to time.Duration, is func(span) bool) bool {
	return slices.ContainsFunc(h.spans, func(s span) bool { return is(s) && s.overlaps(from, to) })
}

func apart(s span) bool  { return s.apart }
func deafen(s span) bool { return s.deaf }

// extras is how often somebody may be told the same again in a time.
func (h *history) extras(from, to time.Duration) int {
	n := 0
	for _, s := range h.spans {
		if s.overlaps(from, to) {
			n += s.extra
		}
	}
	return n
}

// lived reports whether a replica was up all of the time.
func (h *history) lived(replica int, from, to time.Duration) bool {
	return slices.ContainsFunc(h.lives, func(l life) bool { return l.replica == replica && l.from <= from && l.to >= to })
}

// mutable reports whether a silence, or an inhibition, may have kept an alert
// quiet at some moment of a time.
func (h *history) mutable(alert string, from, to time.Duration) bool {
	group, host, _ := strings.Cut(alert, "/")
	if host == "behind" && slices.ContainsFunc(h.posts, func(p post) bool { return p.alert == group+"/router" && p.at <= to }) {
		return true
	}
	return slices.ContainsFunc(h.silences, func(s silenced) bool { return s.alert == alert && s.from <= to && s.to >= from })
}

// believed replays what a receiver was told of alerts until a moment.
func (h *history) believed(receiver string, until time.Duration) map[string]tellingOf {
	state := make(map[string]tellingOf)
	for _, t := range h.accepted() {
		if t.receiver != receiver || t.answered > until {
			continue
		}
		for _, a := range t.alerts {
			state[a.alert] = a
		}
	}
	return state
}

// receivers that hear of an alert.
func receiversOf(alert string) []string {
	if strings.HasPrefix(alert, "G1/") {
		return []string{"ops", "two"}
	}
	return []string{"ops"}
}

// String lists what was told, after what was reported.
func (h *history) String() string {
	var b strings.Builder
	for _, p := range h.posts {
		_, _ = fmt.Fprintf(&b, "post %s %s rev=%d firing=%t to %v, 200 from %v\n", p.at, p.alert, p.rev, p.fires, p.tried, p.acked)
	}
	for _, t := range h.told {
		_, _ = fmt.Fprintf(&b, "told %s by %d: %s %s %+v (%s) answered %s\n", t.at, t.by, t.receiver, t.group, t.alerts, t.reason, t.answered)
	}
	for _, s := range h.spans {
		_, _ = fmt.Fprintf(&b, "%s replica=%d from %s to %s\n", s.what, s.replica, s.from, s.to)
	}
	return b.String()
}
