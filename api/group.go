package api

import (
	"net/http"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/jsontext"
)

// routeGroup routes what is shown of a single group. Links to it stand in
// notifications that were too long.
func (s *server) routeGroup(mux *http.ServeMux) {
	const path = "/api/tocsin/v1/groups/{id}"
	e := endpoints{http.MethodGet: s.getGroup}
	mux.Handle(s.prefix+path, s.metrics.timed(path, s.traced(path, caught(s.v2(e), s.logger))))
}

// getGroup shows all there is of one group, resolved alerts too.
func (s *server) getGroup(w http.ResponseWriter, r *http.Request) error {
	g, found, err := s.engine.GroupByID(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if !found {
		return textProblem(http.StatusNotFound, "no such group: all its alerts are over and its receivers know, or there never was one")
	}
	out := s.streams.open(w)
	defer s.streams.recycle(out)
	out.buf = append(out.buf, '{')
	shown := s.wholeGroup(g)
	if err := shown.streamFields(r.Context(), out, s.receiversOf(g.Alerts)); err != nil {
		return err
	}
	b := appendField(out.buf, "id", g.ID, jsontext.Verbatim)
	b = appendField(b, "groupKey", g.Key, jsontext.Verbatim)
	b = appendField(b, "route", g.Route, jsontext.Verbatim)
	out.buf = append(b, '}')
	return out.end()
}

func (s *server) wholeGroup(g WholeGroup) groupView {
	now := time.Now()
	whole := groupView{Group: g.Group}
	for _, a := range sorted(g.Alerts) {
		v := s.look(a, now)
		v.mutedBy = g.MutedBy
		whole.views = append(whole.views, v)
	}
	return whole
}

// receiversOf returns for each alert who is told of it, in whatever group.
func (s *server) receiversOf(alerts []*alert.Alert) map[alert.Fingerprint][]string {
	receivers := make(map[alert.Fingerprint][]string, len(alerts))
	for _, a := range alerts {
		receivers[a.Fingerprint()] = s.engine.ReceiversOf(a.Labels)
	}
	return receivers
}
