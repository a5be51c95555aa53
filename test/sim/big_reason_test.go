package sim

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/explain"
	"github.com/tocsin-alerting/tocsin/notify"
)

// I10 is proved of what a replica remembers by design: of each group and integration
// the notification that got through last (until it expires, which it does twice the
// repeat interval after all was told to be over), the one that is on its way with its
// last error, and the one that was given up last. What was told before that, and the
// errors before the last one, are rightly gone and are not asked for. So are, after
// a crash, the errors of the life before; what was told is not.

// standing is where an account says that its alert stands with one receiver.
type standing struct {
	account
	group explain.Group
	explain.Integration
}

func (h *history) standings() []standing {
	var list []standing
	for _, a := range h.accounts {
		for _, g := range a.answer.Groups {
			for _, in := range g.Integrations {
				list = append(list, standing{a, g, in})
			}
		}
	}
	return list
}

func (s standing) wrong(format string, args ...any) string {
	return fmt.Sprintf("I10: replica %d says at %s of %s for %s (%s): ", s.replica, s.at, s.alert, s.group.Receiver, s.Outcome) + fmt.Sprintf(format, args...)
}

// fires reports whether the alert fires, as far as the replica knows.
func (s standing) fires() bool { return s.answer.Alert.State != explain.Resolved }

// about reports whether a notification is one that the standing is about.
func (s standing) about(t telling) bool {
	return t.receiver == s.group.Receiver && t.group == s.group.Key
}

// reasonsGiven says that each answer has something to say about each receiver of the
// alert, and that what the outcome rests on is there.
func reasonsGiven(h *history) (wrong []string) {
	for _, a := range h.accounts {
		var receivers []string
		for _, g := range a.answer.Groups {
			if len(g.Integrations) == 1 {
				receivers = append(receivers, g.Receiver)
			}
		}
		slices.Sort(receivers)
		if want := receiversOf(a.alert); !slices.Equal(receivers, want) {
			wrong = append(wrong, fmt.Sprintf("I10: replica %d explains %s at %s for %v, want %v", a.replica, a.alert, a.at, receivers, want))
		}
	}
	for _, s := range h.standings() {
		if lacks := s.lacks(); lacks != "" {
			wrong = append(wrong, s.wrong("%s", lacks))
		}
	}
	return wrong
}

// lacks says what is missing for the outcome; nothing if it is empty.
func (s standing) lacks() string {
	for _, q := range s.group.Quiet {
		if q.Cause == "" || len(q.By) == 0 || slices.Contains(q.By, "") {
			return "it is quiet because of nothing"
		}
	}
	believes := map[bool]explain.AlertState{true: explain.Firing, false: explain.Resolved}[s.fires()]
	switch s.Outcome {
	case explain.Told:
		if s.Told == nil || s.Told.Alert != believes || s.Told.At.IsZero() {
			return "no notification says so"
		}
	case explain.Suppressed:
		if len(s.group.Quiet) == 0 {
			return "nothing keeps it quiet"
		}
	case explain.Pending:
		if s.Next == nil || s.Next.At.IsZero() || !slices.Contains(reasons, notify.Reason(s.Next.Reason)) {
			return "it is not said when, or why"
		}
	case explain.Sending:
		if s.Delivery == nil || s.Delivery.State == "" || s.Delivery.Since.IsZero() {
			return "nothing is on its way"
		}
	case explain.Retrying:
		if s.complaint() == "" && s.Breaker == nil {
			return "nothing has failed"
		}
	case explain.Nothing:
		if s.fires() {
			return "it fires, and nobody will hear of it"
		}
	default:
		return "no reason"
	}
	return ""
}

// complaint is why the receiver could not be told.
func (s standing) complaint() string {
	switch {
	case s.Delivery != nil && s.Delivery.Error != "":
		return s.Delivery.Error
	case s.Failure != nil:
		return s.Failure.Error
	}
	return ""
}

// reasons are those that a notification may have.
var reasons = []notify.Reason{
	notify.ReasonFirst, notify.ReasonNew, notify.ReasonAllResolved, notify.ReasonResolved, notify.ReasonRepeat,
}

// reasonsTold says that the reason that a notification gives is one, and true as far
// as the notification itself shows.
func reasonsTold(h *history) (wrong []string) {
	for _, t := range h.told {
		firing := slices.ContainsFunc(t.alerts, func(a tellingOf) bool { return a.fires })
		resolved := slices.ContainsFunc(t.alerts, func(a tellingOf) bool { return !a.fires })
		reason := notify.Reason(t.reason)
		ok := slices.Contains(reasons, reason)
		switch reason {
		case notify.ReasonAllResolved:
			ok = !firing
		case notify.ReasonResolved:
			ok = firing && resolved
		case notify.ReasonFirst, notify.ReasonNew, notify.ReasonRepeat:
			ok = firing
		}
		if !ok {
			wrong = append(wrong, fmt.Sprintf("I10: replica %d tells %s at %s because of %q: %v", t.by, t.receiver, t.at, t.reason, t.alerts))
		}
	}
	return wrong
}

// quietTruly says that what is named as keeping an alert quiet does so, and that in a
// calm time what does is named.
func quietTruly(h *history) (wrong []string) {
	for _, s := range h.standings() {
		var named []string
		for _, q := range s.group.Quiet {
			named = append(named, q.By...)
			for _, by := range q.By {
				if !h.keepsQuiet(s.account, q.Cause, by) {
					wrong = append(wrong, s.wrong("%s %s keeps it quiet, which it does not", q.Cause, by))
				}
			}
		}
		for _, l := range h.looks {
			if s.calm && l.replica == s.replica && l.at == s.at {
				for _, x := range h.silences {
					if x.alert == s.alert && slices.Contains(l.silences, x.id) && !slices.Contains(named, x.id) {
						wrong = append(wrong, s.wrong("silence %s is not named", x.id))
					}
				}
			}
		}
	}
	return wrong
}

// keepsQuiet reports whether somebody has seen to it that something keeps an alert quiet.
func (h *history) keepsQuiet(a account, cause explain.Cause, by string) bool {
	switch cause {
	case explain.BySilence:
		return slices.ContainsFunc(h.silences, func(s silenced) bool {
			return s.id == by && s.alert == a.alert && s.from <= a.at && a.at <= s.to
		})
	case explain.ByInhibition:
		group, host, _ := strings.Cut(a.alert, "/")
		return host == "behind" && by == fingerprint(group, "router") && slices.ContainsFunc(h.posts, func(p post) bool {
			return p.alert == group+"/router" && p.fires && p.at <= a.at
		})
	}
	return false // there are no time intervals
}

func fingerprint(group, host string) string {
	return alert.LabelsOf("alertname", group, "host", host).Fingerprint().String()
}

// bookTime is how long after the answer of a receiver it may be in the log. It takes
// no time, but the log counts on if two notifications come in the same instant.
const bookTime = time.Millisecond

// noted says that what is in the log was told: the notification that got through
// last, and what the receiver believes of the alert.
func noted(h *history) (wrong []string) {
	for _, s := range h.standings() {
		if s.Told == nil {
			continue
		}
		at := h.since(s.Told.At)
		// Of what was about to be told when a replica died it is not known whether it was.
		died := h.some(0, s.at, func(s span) bool { return s.what == "crash" })
		got := func(t telling) bool {
			// Whose end one has told and whose fire another, in a split, is owed again.
			resolved := s.Told.Resolved >= len(t.alerts)-t.firing() || h.some(t.at, t.at, apart)
			return s.about(t) && t.answered > 0 && t.answered.Truncate(bookTime) <= at && at <= t.answered+bookTime &&
				s.Told.Firing == t.firing() && resolved
		}
		if !slices.ContainsFunc(h.told, got) && (!died || s.Told.Firing+s.Told.Resolved > 0) {
			wrong = append(wrong, s.wrong("it was told at %s: %d firing, %d resolved, which it was not", at, s.Told.Firing, s.Told.Resolved))
		}
		said := func(t telling) bool {
			return s.about(t) && t.at <= s.at && slices.ContainsFunc(t.alerts, func(a tellingOf) bool {
				return a.alert == s.alert && a.fires == (s.Told.Alert == explain.Firing)
			})
		}
		if s.Told.Alert != "" && !died && !slices.ContainsFunc(h.told, said) {
			wrong = append(wrong, s.wrong("it was told as %s, which it was not", s.Told.Alert))
		}
	}
	return wrong
}

func (t telling) firing() (n int) {
	for _, a := range t.alerts {
		if a.fires {
			n++
		}
	}
	return n
}
