package api

import (
	"context"
	"net/http"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/jsontext"
)

// routeLists routes the lists that are shown page by page.
func (s *server) routeLists(mux *http.ServeMux) {
	for path, handle := range map[string]endpoint{
		"/api/tocsin/v1/alerts": s.listAlerts,
		"/api/tocsin/v1/groups": s.listGroups,
	} {
		e := endpoints{http.MethodGet: handle}
		mux.Handle(s.prefix+path, s.metrics.timed(path, s.traced(path, caught(s.v2(e), s.logger))))
	}
}

// placed is an alert with its place in the list.
type placed struct {
	position
	alert *alert.Alert
}

// listAlerts shows a page of the alerts that have not ended, and counts them all.
func (s *server) listAlerts(w http.ResponseWriter, r *http.Request) error {
	l, err := s.params(r).list(kind{parameters: []string{"sort"}, fields: viewFields(), countable: []string{"receiver", "state"}})
	if err != nil {
		return err
	}
	now := time.Now()
	page, counted, err := s.pageOfAlerts(r.Context(), l, now)
	if err != nil {
		return err
	}
	shown, more := page.shown()
	out := s.streams.open(w)
	defer s.streams.recycle(out)
	out.buf = append(out.buf, `{"alerts":[`...)
	for _, p := range shown {
		if err := out.spill(r.Context()); err != nil {
			return err
		}
		v := s.lookFor(l.fields, p.alert, now)
		out.buf = v.appendFields(appendComma(out.buf), l.fields)
	}
	b := append(out.buf, ']')
	if more {
		b = appendField(b, "next", l.order.cursor(shown[len(shown)-1].position), jsontext.Verbatim)
	}
	return out.endList(b, page.total, counted)
}

// pageOfAlerts looks for what is asked for.
func (s *server) pageOfAlerts(ctx context.Context, l *list, now time.Time) (*page[placed], *counts, error) {
	page := &page[placed]{limit: l.limit, compare: func(a, b placed) int { return l.order.compare(a.position, b.position) }}
	counted := newCounts(l.counts)
	routed := l.receiver != nil || counted.has("receiver")
	looked := l.state != "" || counted.has("state")
	for a := range s.alerts.Among(l.filter) {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		if !matches(l.filter, a.Labels) || !current(a, now) {
			continue
		}
		v := view{Alert: a}
		if routed {
			v.receivers = s.engine.ReceiversOf(a.Labels)
		}
		if routed && !l.told(v.receivers) {
			continue
		}
		if looked {
			s.lookAt(&v, now)
		}
		if !v.in(l.state) {
			continue
		}
		counted.add(a.Labels, v.state(), v.receivers)
		place := l.order.of(a)
		page.add(placed{place, a}, l.after == nil || l.order.compare(place, *l.after) > 0)
	}
	return page, counted, nil
}

// lookFor finds out as much of an alert as the fields show.
func (s *server) lookFor(f fields, a *alert.Alert, now time.Time) view {
	v := view{Alert: a}
	if f.has("status") {
		s.lookAt(&v, now)
	}
	if f.has("receivers") {
		v.receivers = s.engine.ReceiversOf(a.Labels)
	}
	return v
}

// lookAt finds out what keeps an alert quiet.
func (s *server) lookAt(v *view, now time.Time) {
	v.silencedBy, v.inhibitedBy = s.engine.SilencedBy(v.Alert, now), s.engine.InhibitedBy(v.Alert, now)
}

// in reports whether the alert is in a state that can be asked for.
func (v *view) in(state string) bool {
	switch state {
	case "":
		return true
	case "silenced":
		return len(v.silencedBy) > 0
	case "inhibited":
		return len(v.inhibitedBy) > 0
	}
	return v.state() == state
}

// endList writes what stands behind the elements of a list, which b ends with.
func (s *stream) endList(b []byte, total int, counted *counts) error {
	b = appendInt(b, "total", total)
	if len(counted.by) > 0 {
		b = counted.append(b)
	}
	s.buf = append(b, '}')
	return s.end()
}
