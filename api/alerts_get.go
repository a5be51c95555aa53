package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// getAlerts lists the alerts that have not ended.
func (s *server) getAlerts(w http.ResponseWriter, r *http.Request) error {
	sel, err := s.params(r).selection(s.engine.Receivers)
	if err != nil {
		return err
	}
	now := time.Now()
	chosen, err := s.choose(r.Context(), sel, now)
	if err != nil {
		return err
	}
	out := s.streams.open(w)
	defer s.streams.recycle(out)
	out.buf = append(out.buf, '[')
	for _, a := range chosen {
		if err := out.spill(r.Context()); err != nil {
			return err
		}
		receivers := s.engine.ReceiversOf(a.Labels)
		if !sel.told(receivers) {
			continue
		}
		// Only here is it found out what keeps an alert quiet, so that no more
		// than one answer at a time is held.
		v := s.look(a, now)
		v.receivers = receivers
		if sel.shows(&v) {
			out.buf = v.append(appendComma(out.buf))
		}
	}
	out.buf = append(out.buf, ']')
	return out.end()
}

// choose returns the alerts that have not ended and pass the filter, sorted by
// fingerprint.
func (s *server) choose(ctx context.Context, sel *selection, now time.Time) ([]*alert.Alert, error) {
	var chosen []*alert.Alert
	for a := range s.alerts.Among(sel.filter) {
		if matches(sel.filter, a.Labels) && current(a, now) {
			chosen = append(chosen, a)
		}
	}
	slices.SortFunc(chosen, func(a, b *alert.Alert) int { return cmp.Compare(a.Fingerprint(), b.Fingerprint()) })
	return chosen, ctx.Err()
}

// current reports whether an alert is shown: one that ends just now still is.
func current(a *alert.Alert, now time.Time) bool {
	return !a.ResolvedAt(now.Add(-1))
}

// look finds out what keeps an alert quiet.
func (s *server) look(a *alert.Alert, now time.Time) view {
	return view{Alert: a, silencedBy: s.engine.SilencedBy(a, now), inhibitedBy: s.engine.InhibitedBy(a, now)}
}
