package api

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/jsontext"
)

// groupView is one group as it is shown.
type groupView struct {
	Group
	views []view
}

// getGroups lists the groups with the alerts that are asked for.
func (s *server) getGroups(w http.ResponseWriter, r *http.Request) error {
	p := s.params(r)
	sel, err := p.selection(s.engine.Receivers)
	if err != nil {
		return err
	}
	now := time.Now()
	groups, err := s.groupsWith(r.Context(), sel, now)
	if err != nil {
		return emptyProblem(http.StatusInternalServerError, err.Error())
	}
	shown := s.chooseGroups(groups, sel, p.on("muted"), now)
	receivers := receiversByAlert(shown)
	out := s.streams.open(w)
	defer s.streams.recycle(out)
	out.buf = append(out.buf, '[')
	for _, g := range shown {
		if err := g.stream(r.Context(), out, receivers); err != nil {
			return err
		}
	}
	out.buf = append(out.buf, ']')
	return out.end()
}

// groupsWith returns the groups with the alerts that may pass the filter, and maybe
// others. Without a filter it is cheaper to look at the groups alone.
func (s *server) groupsWith(ctx context.Context, sel *selection, now time.Time) ([]Group, error) {
	if len(sel.filter) == 0 {
		return s.engine.Groups(ctx)
	}
	var ids []alert.Fingerprint
	for a := range s.alerts.Among(sel.filter) {
		if matches(sel.filter, a.Labels) && current(a, now) {
			ids = append(ids, a.Fingerprint())
		}
	}
	return s.engine.GroupsOf(ctx, ids)
}

// chooseGroups returns what is asked for, sorted by labels and receiver. A
// group that is left without alerts is left out.
func (s *server) chooseGroups(groups []Group, sel *selection, muted bool, now time.Time) []groupView {
	slices.SortStableFunc(groups, func(a, b Group) int {
		return cmp.Or(a.Labels.Compare(b.Labels), cmp.Compare(a.Receiver, b.Receiver))
	})
	var shown []groupView
	for _, g := range groups {
		if len(g.MutedBy) > 0 && !muted || !sel.told([]string{g.Receiver}) {
			continue
		}
		if views := s.chooseViews(&g, sel, now); len(views) > 0 {
			shown = append(shown, groupView{Group: g, views: views})
		}
	}
	return shown
}

func (s *server) chooseViews(g *Group, sel *selection, now time.Time) []view {
	asked := slices.DeleteFunc(slices.Clone(g.Alerts), func(a *alert.Alert) bool {
		return !current(a, now) || !matches(sel.filter, a.Labels)
	})
	alert.Sort(asked)
	views := make([]view, 0, len(asked))
	for _, a := range asked {
		if v := s.look(a, now); sel.shows(&v) {
			v.mutedBy = g.MutedBy
			views = append(views, v)
		}
	}
	return views
}

func sorted(alerts []*alert.Alert) []*alert.Alert {
	own := slices.Clone(alerts)
	alert.Sort(own)
	return own
}

// receiversByAlert returns for each alert the sorted receivers of the groups
// that show it.
func receiversByAlert(shown []groupView) map[alert.Fingerprint][]string {
	receivers := make(map[alert.Fingerprint][]string)
	for _, g := range shown {
		for _, v := range g.views {
			receivers[v.Fingerprint()] = append(receivers[v.Fingerprint()], g.Receiver)
		}
	}
	for _, names := range receivers {
		slices.Sort(names)
	}
	return receivers
}

func (g *groupView) stream(ctx context.Context, out *stream, receivers map[alert.Fingerprint][]string) error {
	out.buf = append(appendComma(out.buf), '{')
	if err := g.streamFields(ctx, out, receivers); err != nil {
		return err
	}
	out.buf = append(out.buf, '}')
	return nil
}

// streamFields writes what stands between the braces.
func (g *groupView) streamFields(ctx context.Context, out *stream, receivers map[alert.Fingerprint][]string) error {
	out.buf = append(appendKey(out.buf, "alerts"), '[')
	for i := range g.views {
		if err := out.spill(ctx); err != nil {
			return err
		}
		v := &g.views[i]
		v.receivers = receivers[v.Fingerprint()]
		out.buf = v.append(appendComma(out.buf))
	}
	b := append(out.buf, ']')
	b = appendLabels(b, "labels", g.Labels, jsontext.Verbatim)
	b = appendReceiverName(appendKey(b, "receiver"), g.Receiver, jsontext.Verbatim)
	out.buf = appendMap(b, "routeLabels", g.RouteLabels)
	return nil
}

func appendMap(b []byte, key string, m map[string]string) []byte {
	b = append(appendKey(b, key), '{')
	for _, name := range slices.Sorted(maps.Keys(m)) {
		b = append(jsontext.AppendString(appendComma(b), name, jsontext.Verbatim), ':')
		b = jsontext.AppendString(b, m[name], jsontext.Verbatim)
	}
	return append(b, '}')
}
