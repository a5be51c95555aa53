package sim

import (
	"slices"
	"strings"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/explain"
)

// recorded says that what a receiver has heard is in the log: at once in that of the
// replica that has told it, as long as that lives, and after a calm time in all.
func recorded(h *history) (wrong []string) {
	for _, s := range h.standings() {
		for _, t := range h.told {
			if !s.about(t) || t.answered == 0 || t.answered >= s.at || h.expired(t, s) {
				continue
			}
			own := t.by == s.replica && h.sameLife(t.by, t.at, s.at)
			shared := s.calm && h.lived(t.by, t.at, t.answered+mends)
			if (own || shared) && (s.Told == nil || h.since(s.Told.At) < t.answered.Truncate(bookTime)) {
				wrong = append(wrong, s.wrong("it knows nothing of what replica %d has told at %s", t.by, t.at))
			}
		}
	}
	return wrong
}

// believed says that after a calm time a replica knows what the last notification has
// said of the alert.
func believed(h *history) (wrong []string) {
	for _, s := range h.standings() {
		var last telling
		for _, t := range h.accepted() {
			if s.about(t) && t.answered < s.at {
				last = t
			}
		}
		if !s.calm || last.answered == 0 || h.expired(last, s) || h.toldApart(s) {
			continue
		}
		for _, a := range last.alerts {
			want := map[bool]explain.AlertState{true: explain.Firing, false: explain.Resolved}[a.fires]
			if a.alert == s.alert && (s.Told == nil || s.Told.Alert != want) {
				wrong = append(wrong, s.wrong("replica %d has told at %s that it is %s", last.by, last.at, want))
			}
		}
	}
	return wrong
}

// expired reports whether a notification may have been forgotten: a while after all
// that the receiver believed to fire was told to be over.
func (h *history) expired(t telling, s standing) bool {
	return slices.ContainsFunc(h.told, func(o telling) bool {
		return s.about(o) && o.answered >= t.answered && o.firing() == 0 && s.at >= o.answered+2*h.script.repeat
	})
}

// sameLife reports whether a replica has not died between two moments. The life at the
// end of which there is no record yet goes on.
func (h *history) sameLife(replica int, from, to time.Duration) bool {
	return !slices.ContainsFunc(h.lives, func(l life) bool { return l.replica == replica && l.to >= from && l.to <= to })
}

// settled says that after a calm time whoever should have been told was, and if not,
// because something keeps the alert quiet or because it is told once more right now.
func settled(h *history) (wrong []string) {
	for _, s := range h.standings() {
		last, posted := h.lastPost(s.alert, s.at)
		if !s.calm || !posted || len(last.acked) == 0 {
			continue // nobody knows whether it has got in
		}
		if last.fires != (s.answer.Alert.State == explain.Firing) {
			wrong = append(wrong, s.wrong("it is %s, want firing %t", s.answer.Alert.State, last.fires))
		}
		told := s.Told != nil && s.Told.Alert == explain.Firing
		soon := s.Delivery != nil || s.Next != nil && h.since(s.Next.At) <= s.at+prompt
		again := soon && (told && s.at >= h.since(s.Told.At)+h.script.repeat || h.unmuted(s))
		switch {
		case !last.fires && told && len(s.group.Quiet) == 0 && !h.toldApart(s):
			wrong = append(wrong, s.wrong("it was told as firing, and is over"))
		case last.fires && s.Outcome != explain.Suppressed && !again && (!told || s.Outcome != explain.Told):
			wrong = append(wrong, s.wrong("that is no reason not to tell it"))
		}
	}
	return wrong
}

// toldApart reports whether something of it was told where it could not be known what
// others were telling. What two sides have told the ends of, each of some alerts, the
// log takes to be owed still, since neither entry knows of the other.
func (h *history) toldApart(s standing) bool {
	return slices.ContainsFunc(h.told, func(t telling) bool {
		return s.about(t) && t.answered > 0 && t.answered < s.at && h.some(t.at, t.at, apart)
	})
}

// unmuted reports whether the alert, or another of its group with which it is told,
// may just have become news, since what has kept it quiet is over.
func (h *history) unmuted(s standing) bool {
	group, _, _ := strings.Cut(s.alert, "/")
	return slices.ContainsFunc(hosts[:], func(host string) bool { return h.mutable(group+"/"+host, s.at-eventual, s.at) })
}

// lastPost is the last report of an alert before some time.
func (h *history) lastPost(alert string, by time.Duration) (post, bool) {
	for _, p := range h.lastPosts(by - 1) {
		if p.alert == alert {
			return p, true
		}
	}
	return post{}, false
}

// sendTime is how long the attempt to tell a receiver may take.
const sendTime = 10 * time.Second

// failuresNamed says that a replica that could not tell a receiver of an alert says so,
// with the error, until somebody could; and that it says so only if it could not.
func failuresNamed(h *history) (wrong []string) {
	for _, s := range h.standings() {
		deaf := func(x span) bool { return x.deaf && x.what == s.group.Receiver }
		if complaint := s.complaint(); complaint != "" && (!known(complaint) || !h.some(s.at-clearing, s.at, deaf)) {
			wrong = append(wrong, s.wrong("it cannot be told: %q", complaint))
		}
		t, failed := h.lastFailed(s)
		if !failed || s.Told != nil && s.Told.Alert == explain.Firing || h.mutable(s.alert, t.at, s.at) {
			continue
		}
		if p, posted := h.lastPost(s.alert, s.at); !posted || !p.fires || h.reloaded(s.replica, t.at-sendTime, s.at) {
			continue
		}
		// The attempt may still be made; of one that follows many others there is no error yet.
		trying := s.at <= t.at+sendTime && (s.Outcome == explain.Sending || s.Outcome == explain.Retrying)
		if !trying && (s.Outcome != explain.Retrying || s.complaint() == "") {
			wrong = append(wrong, s.wrong("%s did not take what it was told at %s", t.receiver, t.at))
		}
	}
	return wrong
}

// known reports whether an error is one that a mood of a receiver leads to.
func known(complaint string) bool {
	return slices.ContainsFunc([]string{"500", errCut.Error(), "deadline exceeded", "EOF"}, func(part string) bool {
		return strings.Contains(complaint, part)
	})
}

// lastFailed is the last notification of a receiver about the alert, if it comes from
// the replica that was asked and was not accepted.
func (h *history) lastFailed(s standing) (telling, bool) {
	var last telling
	for _, t := range h.told {
		if s.about(t) && t.at <= s.at {
			last = t
		}
	}
	says := slices.ContainsFunc(last.alerts, func(a tellingOf) bool { return a.alert == s.alert && a.fires })
	return last, says && last.by == s.replica && last.answered == 0 && last.at < s.at && h.sameLife(last.by, last.at, s.at)
}

// reloaded reports whether a replica may have had another configuration put in force:
// what was on its way of routes that have changed is dropped then.
func (h *history) reloaded(replica int, from, to time.Duration) bool {
	return slices.ContainsFunc(h.script.steps, func(s step) bool {
		return s.verb == reload && s.at >= from && s.at <= to && slices.Contains(s.who, replica)
	})
}
