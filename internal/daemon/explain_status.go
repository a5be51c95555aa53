package daemon

import (
	"strings"

	"github.com/tocsin-alerting/tocsin/internal/explain"
	"github.com/tocsin-alerting/tocsin/notify"
)

// standpoint is what an outcome depends on beside the integration.
type standpoint struct {
	quiet    bool // something keeps the alert quiet
	member   bool // the alert is in the group
	resolved bool
}

// outcome is where an alert stands with an integration, in one word.
func outcome(s notify.Status, p standpoint) explain.Outcome {
	knows := s.Belief == notify.ToldFiring && !p.resolved || s.Belief == notify.ToldResolved && p.resolved
	stuck := s.OnTheWay != nil && (s.OnTheWay.Err != nil || s.Failures > 0)
	switch {
	case p.quiet && !s.Due:
		return explain.Suppressed
	case knows && !s.Due:
		return explain.Told
	case p.member && (stuck || s.OnTheWay == nil && s.GivenUp != nil && !s.Next.IsZero()):
		return explain.Retrying
	case p.member && s.OnTheWay != nil:
		return explain.Sending
	case !s.Next.IsZero():
		return explain.Pending
	}
	return explain.Nothing
}

// shownStatus shows where the alert stands with an integration, but for the outcome.
func shownStatus(s notify.Status) explain.Integration {
	shown := explain.Integration{Name: s.Integration.Name(), SendResolved: s.Integration.SendResolved}
	if e := s.Last; e != nil {
		shown.Told = &explain.Notice{
			At:       explain.At(e.Timestamp),
			Alert:    [...]explain.AlertState{"", explain.Firing, explain.Resolved}[s.Belief],
			Firing:   len(e.Firing),
			Resolved: len(e.Resolved),
		}
	}
	if !s.Next.IsZero() {
		shown.Next = &explain.Next{At: explain.At(s.Next), Reason: string(s.Reason)}
	}
	if w := s.OnTheWay; w != nil {
		shown.Delivery = &explain.Delivery{
			State:    [...]explain.Way{explain.InLine, explain.BeingTold, explain.Resting, explain.ForPeers}[w.Step],
			Since:    explain.At(w.Since),
			Attempts: w.Attempts,
			Next:     explain.At(w.Next),
			Error:    complaint(w.Err),
		}
	}
	if g := s.GivenUp; g != nil {
		shown.Failure = &explain.Failure{At: explain.At(g.At), Error: complaint(g.Err)}
	}
	if s.Failures > 0 {
		shown.Breaker = &explain.Breaker{Failures: s.Failures, Until: explain.At(s.Pause)}
	}
	return shown
}

// complaint is the beginning of an error, as the log has it.
func complaint(err error) string {
	const enough = 1000
	if err == nil {
		return ""
	}
	text := err.Error()
	if len(text) > enough {
		text = strings.ToValidUTF8(text[:enough], "") + "…"
	}
	return text
}
