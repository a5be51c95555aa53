package ctl

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tocsin-alerting/tocsin/internal/explain"
)

// verdict says who of a group is told, and otherwise why not.
func (s *saying) verdict(g explain.Group) {
	if len(g.Integrations) == 0 {
		s.line("%s: nobody is told, the receiver has no integrations.", g.Receiver)
		return
	}
	for i, in := range g.Integrations {
		text := s.standing(g, in)
		alike := func(o explain.Integration) bool { return s.standing(g, o) == text }
		switch {
		case !slices.ContainsFunc(g.Integrations, func(o explain.Integration) bool { return !alike(o) }):
			if i == 0 {
				s.say(g.Receiver, text)
			}
		default:
			s.say(g.Receiver+"/"+in.Name, text)
		}
	}
}

// alarm begins what needs attention.
const alarm = "NOT TOLD"

// say adds the sentence about who is told. An alarm stands out on a terminal.
func (s *saying) say(who, text string) {
	text, alarms := strings.CutPrefix(text, alarm)
	if alarms {
		s.b.WriteString(printable(who) + ": " + s.paint(red, alarm) + printable(text) + "\n")
		return
	}
	s.line("%s: %s", who, text)
}

// standing is where the alert stands with an integration, in a sentence or two.
func (s *saying) standing(g explain.Group, in explain.Integration) string {
	switch in.Outcome {
	case explain.Retrying:
		return s.retrying(in)
	case explain.Sending:
		return s.sending(in)
	case explain.Pending:
		return s.pending(in)
	case explain.Told:
		return s.told(in) + s.again(in.Next, " Again at ")
	case explain.Suppressed:
		text := "not told now. " + s.quiet(g.Quiet) + s.again(in.Next, " If nothing changes it is told at ")
		if in.Told != nil && in.Told.Alert != "" {
			text += " It was " + s.told(in)
		}
		return text
	case explain.Nothing:
		return s.nothing(g, in)
	}
	if len(g.Quiet) > 0 {
		return "not told then. " + s.quiet(g.Quiet)
	}
	return "told " + roughly(g.GroupWait.Duration()) + " after it begins, unless a silence or another alert keeps it quiet, or its group speaks anyway."
}

// told says what was told of the alert last.
func (s *saying) told(in explain.Integration) string {
	return "told at " + s.when(in.Told.At) + " that it " + verb(in.Told.Alert) + "."
}

// pending says when the alert is told.
func (s *saying) pending(in explain.Integration) string {
	when := s.when(in.Next.At) + ": " + in.Next.Reason + "."
	switch {
	case s.Alert.State == explain.Imagined:
		return "would be told at " + when
	case in.Told != nil && in.Told.Alert == s.Alert.State:
		return s.told(in) + " Again at " + when
	case s.Alert.State == explain.Resolved:
		return "not told yet that it is over. It will be at " + when
	}
	return "not told yet. It will be at " + when
}

func verb(state explain.AlertState) string {
	if state == explain.Resolved {
		return "is over"
	}
	return "fires"
}

// again says when it is told next, if it is.
func (s *saying) again(next *explain.Next, how string) string {
	if next == nil {
		return ""
	}
	return how + s.when(next.At) + ": " + next.Reason + "."
}

func (s *saying) retrying(in explain.Integration) string {
	if d := in.Delivery; d != nil {
		text := fmt.Sprintf("%s, attempts: %d since %s", alarm, d.Attempts, s.when(d.Since))
		switch d.State {
		case explain.Resting:
			text += ", next at " + s.when(d.Next)
		case explain.BeingTold:
			text += ", one is being made"
		}
		if in.Breaker != nil {
			text += ". The service is taken for dead, one group at a time tries it"
		}
		if d.Error == "" {
			return text + "."
		}
		return text + ". " + d.Error
	}
	return alarm + ". It was given up at " + s.when(in.Failure.At) + ", and is tried again at " + s.when(in.Next.At) + ". " + in.Failure.Error
}

func (s *saying) sending(in explain.Integration) string {
	switch d := in.Delivery; d.State {
	case explain.InLine:
		return "not told yet. It waits in line since " + s.when(d.Since) + "."
	case explain.ForPeers:
		return "not told yet. It is the turn of another replica; this one looks again at " + s.when(d.Next) + "."
	}
	return "is being told now, since " + s.when(in.Delivery.Since) + "."
}

// nothing says why there is nothing to tell.
func (s *saying) nothing(g explain.Group, in explain.Integration) string {
	switch {
	case s.Alert.State != explain.Resolved:
		return "there is nothing to tell."
	case !in.SendResolved:
		return "there is nothing to tell: it is over, and this integration does not hear of that (send_resolved)."
	case !g.Member:
		return "there is nothing to tell: it is over, and has left its group."
	}
	return "there is nothing to tell: it is over, and was not told."
}

// quiet says what keeps an alert quiet.
func (s *saying) quiet(all []explain.Quiet) string {
	var texts []string
	for _, q := range all {
		switch q.Cause {
		case explain.BySilence:
			texts = append(texts, s.silenced(q))
		case explain.ByInhibition:
			texts = append(texts, s.inhibited(q))
		case explain.ByMuteInterval:
			texts = append(texts, "Muted in "+strings.Join(q.By, ", ")+s.until(q.Until)+".")
		case explain.ByActiveInterval:
			texts = append(texts, "Outside of "+strings.Join(q.By, ", ")+s.until(q.Until)+".")
		default:
			texts = append(texts, "Kept quiet by "+strings.Join(q.By, ", ")+s.until(q.Until)+".")
		}
	}
	return strings.Join(texts, " ")
}

func (s *saying) until(at explain.Time) string {
	if at.IsZero() {
		return ""
	}
	return " until " + s.when(at)
}

// silenced names some of the silences, and says why if it is one.
func (s *saying) silenced(q explain.Quiet) string {
	const few = 3
	text := "Silenced by " + strings.Join(q.By[:min(len(q.By), few)], ", ")
	if more := len(q.By) - few; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	text += s.until(q.Until)
	i := slices.IndexFunc(s.Silences, func(sil explain.Silence) bool { return slices.Equal(q.By, []string{sil.ID}) })
	if i >= 0 {
		text += fmt.Sprintf(" by %s: %s", cmp.Or(s.Silences[i].CreatedBy, "nobody"), s.Silences[i].Comment)
	}
	return strings.TrimRight(text, ".") + "."
}

func (s *saying) inhibited(q explain.Quiet) string {
	for _, r := range s.Inhibitions {
		if r.By != nil && slices.Contains(q.By, r.By.Fingerprint) {
			return fmt.Sprintf("Inhibited by %s (%s), as %s has it.", showLabels(r.By.Labels), r.By.Fingerprint, ruleName(r))
		}
	}
	return "Inhibited by " + strings.Join(q.By, ", ") + "."
}

// group describes a group.
func (s *saying) group(g explain.Group) {
	s.line("\nGroup of %s by %s:", g.Receiver, g.Route)
	s.line("  key         %s", g.Key)
	s.line("  waits       %s, then is looked at every %s; repeats after %s",
		roughly(g.GroupWait.Duration()), roughly(g.GroupInterval.Duration()), roughly(g.RepeatInterval.Duration()))
	if s.Source == explain.FromDaemon {
		s.line("  now         %s", members(g))
	}
	if !g.NextLook.IsZero() {
		s.line("  next look   %s", s.when(g.NextLook))
	}
	for _, i := range g.Intervals {
		s.line("  interval    %s", s.interval(i))
	}
	for _, in := range g.Integrations {
		if s.Source == explain.FromFile {
			s.line("  %s", in.Name)
			continue
		}
		s.line("  %s was told %s", in.Name, s.lastTold(in))
		s.troubles(in)
	}
}

func members(g explain.Group) string {
	text := amounts(g.Firing, g.Resolved)
	switch {
	case !g.Exists:
		return "there is no such group yet"
	case g.Member:
		text += ", this one among them"
	default:
		text += ", this one not among them"
	}
	if g.Busy {
		text += "; it is being looked at"
	}
	return text
}

func amounts(firing, resolved int) string {
	return fmt.Sprintf("%d firing, %d resolved", firing, resolved)
}

// interval says what a time interval means for its group.
func (s *saying) interval(i explain.Interval) string {
	means := "mutes in it"
	if i.Active {
		means = "speaks only in it"
	}
	is := "outside"
	if i.Contains {
		is = "inside"
	}
	return fmt.Sprintf("%s, %s: %s%s", i.Name, means, is, s.until(i.Changes))
}

func (s *saying) lastTold(in explain.Integration) string {
	if in.Told == nil {
		return "nothing so far"
	}
	about := "this one not"
	if in.Told.Alert != "" {
		about = "this one as " + string(in.Told.Alert)
	}
	return fmt.Sprintf("at %s: %s; %s", s.when(in.Told.At), amounts(in.Told.Firing, in.Told.Resolved), about)
}

// troubles says what does not work with an integration, also for alerts that have
// been told.
func (s *saying) troubles(in explain.Integration) {
	if f := in.Failure; f != nil {
		s.line("    given up at %s: %s", s.when(f.At), f.Error)
	}
	if d := in.Delivery; d != nil {
		s.line("    on its way since %s, %s; failed attempts: %d", s.when(d.Since), d.State, d.Attempts)
	}
	if b := in.Breaker; b != nil {
		s.line("    taken for dead after %d failures in a row", b.Failures)
	}
}
