package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/jsontext"
)

// groupFields are the keys of a group in the order in which they are shown.
func groupFields() []string {
	return []string{"alerts", "labels", "receiver", "routeLabels", "id", "groupKey", "route", "size"}
}

// groupMark is the place of a group in the list, as it stands in a cursor.
type groupMark struct {
	Labels   []byte `json:"l"`
	Receiver string `json:"r"`
	ID       string `json:"g"`
}

// listGroups shows a page of the groups, sorted by labels and receiver, and counts
// them all.
func (s *server) listGroups(w http.ResponseWriter, r *http.Request) error {
	p := s.params(r)
	// Its cursors are others than those of alerts.
	after, err := parseGroupMark(p.last("cursor"))
	if err != nil {
		return badRequest(err)
	}
	delete(p.Values, "cursor")
	l, err := p.list(kind{fields: groupFields(), countable: []string{"receiver"}})
	if err != nil {
		return err
	}
	now := time.Now()
	groups, err := s.groupsWith(r.Context(), &l.selection, now)
	if err != nil {
		return err
	}
	page, counted, err := s.pageOfGroups(r.Context(), l, groups, after)
	if err != nil {
		return err
	}
	shown, more := page.shown()
	out := s.streams.open(w)
	defer s.streams.recycle(out)
	out.buf = append(out.buf, `{"groups":[`...)
	for _, g := range shown {
		if err := s.streamListed(r.Context(), out, g, l); err != nil {
			return err
		}
	}
	b := append(out.buf, ']')
	if more {
		b = appendField(b, "next", shown[len(shown)-1].mark(), jsontext.Verbatim)
	}
	return out.endList(b, page.total, counted)
}

// pageOfGroups picks the groups that have alerts that are asked for.
func (s *server) pageOfGroups(ctx context.Context, l *list, groups []Group, after *Group) (*page[*groupView], *counts, error) {
	page := &page[*groupView]{limit: l.limit, compare: func(a, b *groupView) int { return compareGroups(&a.Group, &b.Group) }}
	counted := newCounts(l.counts)
	now := time.Now()
	for i := range groups {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		g := &groupView{Group: groups[i]}
		if !l.told([]string{g.Receiver}) {
			continue
		}
		g.Alerts = s.asked(g, l, now)
		if len(g.Alerts) == 0 {
			continue
		}
		counted.add(g.Labels, "", []string{g.Receiver})
		page.add(g, after == nil || compareGroups(&g.Group, after) > 0)
	}
	return page, counted, nil
}

// asked returns the alerts of a group that are asked for, in any order.
func (s *server) asked(g *groupView, l *list, now time.Time) []*alert.Alert {
	var list []*alert.Alert
	for _, a := range g.Alerts {
		if !current(a, now) || !matches(l.filter, a.Labels) {
			continue
		}
		v := view{Alert: a, mutedBy: g.MutedBy}
		if l.state != "" {
			s.lookAt(&v, now)
		}
		if v.in(l.state) {
			list = append(list, a)
		}
	}
	return list
}

// compareGroups orders groups by labels and receiver. Those of several routes may
// be equal in both.
func compareGroups(a, b *Group) int {
	if c := cmp.Or(a.Labels.Compare(b.Labels), cmp.Compare(a.Receiver, b.Receiver)); c != 0 {
		return c
	}
	return cmp.Compare(a.Names().ID, b.Names().ID)
}

// mark is the cursor for what comes after the group.
func (g *groupView) mark() string {
	return sealed(groupMark{Labels: g.Labels.AppendPacked(nil), Receiver: g.Receiver, ID: g.Names().ID})
}

// parseGroupMark reads a cursor as a group at its place; it is nil if the text is
// empty.
func parseGroupMark(text string) (*Group, error) {
	if text == "" {
		return nil, nil
	}
	var m groupMark
	if !opened(text, &m) {
		return nil, errCursor
	}
	labels, err := alert.ParsePacked(m.Labels)
	if err != nil {
		return nil, errCursor
	}
	return &Group{Labels: labels, Receiver: m.Receiver, Names: func() GroupNames { return GroupNames{ID: m.ID} }}, nil
}

// streamListed writes a group with the fields that are asked for.
func (s *server) streamListed(ctx context.Context, out *stream, g *groupView, l *list) error {
	out.buf = append(appendComma(out.buf), '{')
	if l.fields.has("alerts") {
		if err := s.streamMembers(ctx, out, g); err != nil {
			return err
		}
	}
	b := out.buf
	if l.fields.has("labels") {
		b = appendLabels(b, "labels", g.Labels, jsontext.Verbatim)
	}
	if l.fields.has("receiver") {
		b = appendReceiverName(appendKey(b, "receiver"), g.Receiver, jsontext.Verbatim)
	}
	if l.fields.has("routeLabels") {
		b = appendMap(b, "routeLabels", g.RouteLabels)
	}
	b = g.appendNames(b, l.fields)
	if l.fields.has("size") {
		b = strconv.AppendInt(appendKey(b, "size"), int64(len(g.Alerts)), 10)
	}
	out.buf = append(b, '}')
	return out.spill(ctx)
}

func (g *groupView) appendNames(b []byte, f fields) []byte {
	names := g.Names()
	for _, n := range []struct{ key, value string }{{"id", names.ID}, {"groupKey", names.Key}, {"route", names.Route}} {
		if f.has(n.key) {
			b = appendField(b, n.key, n.value, jsontext.Verbatim)
		}
	}
	return b
}

// streamMembers writes the alerts of a group, sorted as in notifications.
func (s *server) streamMembers(ctx context.Context, out *stream, g *groupView) error {
	now := time.Now()
	alerts := slices.Clone(g.Alerts)
	alert.Sort(alerts)
	out.buf = append(appendKey(out.buf, "alerts"), '[')
	for _, a := range alerts {
		if err := out.spill(ctx); err != nil {
			return err
		}
		v := s.lookFor(nil, a, now)
		v.mutedBy = g.MutedBy
		out.buf = v.append(appendComma(out.buf))
	}
	out.buf = append(out.buf, ']')
	return nil
}
