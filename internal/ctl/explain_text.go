package ctl

import (
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
	"github.com/tocsin-alerting/tocsin/internal/explain"
)

// saying is an explanation that is being put into words.
type saying struct {
	*tool
	*explain.Answer
	b strings.Builder
}

// explanation is an answer in words: who is told, and then why.
func (t *tool) explanation(a *explain.Answer) string {
	s := &saying{tool: t, Answer: a}
	s.head()
	for _, g := range a.Groups {
		s.verdict(g)
	}
	s.similar()
	s.routes()
	for _, g := range a.Groups {
		s.group(g)
	}
	s.silences()
	s.inhibitions()
	for _, what := range a.NotKnown {
		s.line("\nNot known: %s.", what)
	}
	return s.b.String()
}

// line adds a line. Texts that come from elsewhere cannot leave it.
func (s *saying) line(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	before, after, found := strings.Cut(text, "\n")
	if found && before == "" {
		s.b.WriteByte('\n')
		text = after
	}
	s.b.WriteString(printable(text) + "\n")
}

// head says which alert it is about.
func (s *saying) head() {
	labels := showLabels(s.Alert.Labels)
	switch a := s.Alert; {
	case s.Source == explain.FromFile:
		s.line("As the file has it, for an alert %s:", labels)
	case a.State == explain.Imagined:
		s.line("No alert has exactly the labels %s. If it fired now:", labels)
	case a.State == explain.Resolved:
		s.line("%s is over since %s.", labels, s.when(a.EndsAt))
	default:
		s.line("%s fires since %s.", labels, s.when(a.StartsAt))
	}
	switch {
	case s.Source == explain.FromFile:
		s.line("Time intervals are those of %s.", s.when(s.At))
	case !s.At.Equal(s.Now.Time):
		s.line("Silences and time intervals are those of %s.", s.when(s.At))
	}
	s.b.WriteByte('\n')
}

// when is a time, and how far away it is.
func (s *saying) when(at explain.Time) string {
	text := s.date(client.Time{Time: at.Time})
	switch d := at.Sub(s.Now.Time); {
	case d <= -time.Second:
		return text + " (" + roughly(-d) + " ago)"
	case d >= time.Second:
		return text + " (in " + roughly(d) + ")"
	}
	return text + " (now)"
}

// roughly is a length of time in its two largest units.
func roughly(d time.Duration) string {
	d = d.Truncate(time.Second)
	for _, unit := range []struct {
		length, next time.Duration
		name, small  string
	}{
		{24 * time.Hour, time.Hour, "d", "h"},
		{time.Hour, time.Minute, "h", "m"},
		{time.Minute, time.Second, "m", "s"},
	} {
		if d < unit.length {
			continue
		}
		text := fmt.Sprintf("%d%s", d/unit.length, unit.name)
		if rest := d % unit.length / unit.next; rest > 0 {
			text += fmt.Sprintf("%d%s", rest, unit.small)
		}
		return text
	}
	return fmt.Sprintf("%ds", d/time.Second)
}

// similar lists alerts that may have been meant.
func (s *saying) similar() {
	if len(s.Similar) == 0 {
		return
	}
	s.line("\nThese alerts fire and have more labels; --fingerprint explains one:")
	for _, a := range s.Similar {
		s.line("  %s  %s", a.Fingerprint, showLabels(a.Labels))
	}
	s.leftOut(s.LeftOut.Similar)
}

func (s *saying) leftOut(n int) {
	if n > 0 {
		s.line("  and %d more", n)
	}
}

// shownRoutes is how many routes that do not match are shown if not all are wanted.
const shownRoutes = 10

// routes lists the nodes that were tried.
func (s *saying) routes() {
	s.line("\nRoutes, in the order in which they are tried:")
	list := newTable("", "", "", "")
	list.rows = nil
	list.ragged = true
	hidden := s.LeftOut.Routes
	for _, r := range s.Routes {
		if r.Result != explain.Matches && s.output != extended && len(list.rows) >= shownRoutes {
			hidden++
			continue
		}
		mark, why := s.result(r)
		list.add("  "+mark, r.Path, "{"+strings.Join(matchersOf(r), ",")+"}", why)
	}
	list.colour = func(column int, cell string) (colour, bool) {
		return green, column == 0 && cell == "  yes"
	}
	s.b.WriteString(s.tableText(list))
	if hidden > 0 {
		hint := ""
		if s.output != extended {
			hint = "; -o extended shows more"
		}
		s.line("  and %d that do not match%s", hidden, hint)
	}
}

func matchersOf(r explain.Route) []string {
	texts := make([]string, len(r.Tests))
	for i, t := range r.Tests {
		texts[i] = t.Matcher
	}
	return texts
}

// result says in a word whether a route matches, and why.
func (s *saying) result(r explain.Route) (mark, why string) {
	switch {
	case r.Result == explain.Skipped:
		return "-", "not tried: " + r.StoppedBy + " matches, and has no continue"
	case r.Result == explain.Differs:
		return "no", mismatches(r.Tests)
	case r.Taken && r.Continue:
		return "yes", "to " + r.Receiver + ", and continues"
	case r.Taken:
		return "yes", "to " + r.Receiver
	}
	return "yes", "one below it takes it"
}

func mismatches(tests []explain.Test) string {
	var texts []string
	for _, t := range tests {
		switch {
		case t.OK:
		case t.Value == "":
			texts = append(texts, "the alert has no "+t.Label)
		default:
			texts = append(texts, fmt.Sprintf("%s is %q", t.Label, t.Value))
		}
	}
	return strings.Join(texts, "; ")
}

func (s *saying) silences() {
	if len(s.Silences) == 0 {
		return
	}
	s.line("\nSilences that match:")
	for _, sil := range s.Silences {
		which := "in force until " + s.when(sil.EndsAt)
		if sil.State == client.Pending {
			which = "from " + s.when(sil.StartsAt) + " until " + s.when(sil.EndsAt)
		}
		s.line("  %s  %s", sil.ID, which)
		s.line("    {%s} by %s: %s", strings.Join(sil.Matchers, ","), sil.CreatedBy, sil.Comment)
	}
	s.leftOut(s.LeftOut.Silences)
}

func (s *saying) inhibitions() {
	if len(s.Inhibitions) == 0 {
		return
	}
	s.line("\nInhibition rules that have it as a target:")
	for _, r := range s.Inhibitions {
		s.line("  %s: {%s} keeps {%s} quiet%s", ruleName(r), strings.Join(r.Source, ","), strings.Join(r.Target, ","), equal(r.Equal))
		switch {
		case r.By != nil:
			s.line("    now by %s  %s", r.By.Fingerprint, showLabels(r.By.Labels))
		case s.Source == explain.FromDaemon:
			s.line("    now by none")
		}
	}
}

func ruleName(r explain.Inhibition) string {
	place := fmt.Sprintf("inhibit_rules[%d]", r.Rule)
	if r.Name != "" {
		place += " " + r.Name
	}
	return place
}

func equal(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return " with equal " + strings.Join(names, ", ")
}
