package api

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/jsontext"
)

func named(id string) func() GroupNames {
	return func() GroupNames { return GroupNames{ID: id, Key: "key " + id, Route: "route"} }
}

// listAnswer is an answer of one of the lists, whose elements are told by their label n.
type listAnswer struct {
	Alerts []struct{ Labels map[string]string }
	Groups []struct {
		ID     string
		Labels map[string]string
	}
	Next  string
	Total int
}

func (l listAnswer) names() []string {
	var names []string
	for _, a := range l.Alerts {
		names = append(names, a.Labels["n"])
	}
	for _, g := range l.Groups {
		names = append(names, g.ID)
	}
	return names
}

func (r *rig) list(tb testing.TB, path string, query url.Values) listAnswer {
	tb.Helper()
	w := r.get(tb, "/api/tocsin/v1/"+path+"?"+query.Encode())
	if w.Code != http.StatusOK {
		tb.Fatalf("%s: %d %s", query.Encode(), w.Code, w.Body)
	}
	var l listAnswer
	if err := json.Unmarshal(w.Body.Bytes(), &l); err != nil {
		tb.Fatal(err)
	}
	return l
}

// world has alerts in every state, and their groups.
func world(tb testing.TB) *rig {
	r := newRig(tb, nil)
	at := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	add := func(started, updated int, labels ...string) *alert.Alert {
		a := lasting(labels...)
		a.StartsAt, a.UpdatedAt = at.Add(time.Duration(started)*time.Minute), at.Add(time.Duration(updated)*time.Nanosecond)
		r.alerts.alerts = append(r.alerts.alerts, a)
		return a
	}
	one := add(3, 1, "n", "1", "severity", "critical", "team", "ops,dev,ops")
	two := add(1, 3, "n", "2", "severity", "warning", "silenced", "s", "team", "dev")
	three := add(2, 2, "n", "3", "severity", "warning", "inhibited", "i")
	over := add(1, 1, "n", "over", "severity", "warning")
	over.EndsAt = time.Now().Add(-time.Minute)
	r.engine.groups = []Group{
		{Labels: alert.LabelsOf("severity", "warning"), Receiver: "dev", Alerts: []*alert.Alert{two, three, over}, Names: named("w")},
		{Labels: alert.LabelsOf("severity", "critical"), Receiver: "ops", Alerts: []*alert.Alert{one}, Names: named("d"), MutedBy: []string{"night"}},
		{Labels: alert.LabelsOf("severity", "critical"), Receiver: "ops", Alerts: []*alert.Alert{one}, Names: named("c")},
		{Labels: alert.LabelsOf("severity", "none"), Receiver: "dev", Alerts: []*alert.Alert{over}, Names: named("o")},
	}
	return r
}

func TestLists(t *testing.T) {
	tests := []struct {
		path, query string
		want        []string
		total       int
	}{
		{"alerts", "sort=labels.n", []string{"1", "2", "3"}, 3},
		{"alerts", "sort=-labels.n", []string{"3", "2", "1"}, 3},
		{"alerts", "sort=startsAt", []string{"2", "3", "1"}, 3},
		{"alerts", "sort=-startsAt", []string{"1", "3", "2"}, 3},
		{"alerts", "sort=updatedAt", []string{"1", "3", "2"}, 3},
		{"alerts", "sort=labels.n&limit=2", []string{"1", "2"}, 3},
		{"alerts", "limit=0", nil, 3},
		{"alerts", "sort=labels.n&filter=severity=warning", []string{"2", "3"}, 2},
		{"alerts", "sort=labels.n&filter=severity=warning&filter=silenced=", []string{"3"}, 1},
		{"alerts", "sort=labels.n&state=active", []string{"1"}, 1},
		{"alerts", "sort=labels.n&state=suppressed", []string{"2", "3"}, 2},
		{"alerts", "sort=labels.n&state=silenced", []string{"2"}, 1},
		{"alerts", "sort=labels.n&state=inhibited", []string{"3"}, 1},
		{"alerts", "sort=labels.n&receiver=dev|x", []string{"1", "2"}, 2},
		{"alerts", "sort=labels.n&receiver=de", nil, 0},
		{"groups", "", []string{"c", "d", "w"}, 3},
		{"groups", "limit=1", []string{"c"}, 3},
		{"groups", "receiver=dev", []string{"w"}, 1},
		{"groups", "filter=n=1", []string{"c", "d"}, 2},
		{"groups", "state=suppressed", []string{"d", "w"}, 2},
		{"groups", "state=active", []string{"c"}, 1},
		{"groups", "state=inhibited", []string{"w"}, 1},
	}
	r := world(t)
	for _, tt := range tests {
		query, err := url.ParseQuery(tt.query)
		if err != nil {
			t.Fatal(err)
		}
		got := r.list(t, tt.path, query)
		if diff := cmp.Diff(tt.want, got.names()); diff != "" || got.Total != tt.total {
			t.Errorf("%s?%s: total %d, want %d (-want +got):\n%s", tt.path, tt.query, got.Total, tt.total, diff)
		}
		if more := len(tt.want) > 0 && len(tt.want) < tt.total; more != (got.Next != "") {
			t.Errorf("%s?%s: next is %q", tt.path, tt.query, got.Next)
		}
	}
}

func TestListFields(t *testing.T) {
	r := world(t)
	for target, want := range map[string]string{
		"alerts?filter=n=2&fields=labels,status&fields=startsAt": `{"alerts":[{"startsAt":"2026-05-01T10:01:00.000Z","status":{"inhibitedBy":[],"mutedBy":[],"silencedBy":["s"],"state":"suppressed"},` +
			`"labels":{"n":"2","severity":"warning","silenced":"s","team":"dev"}}],"total":1}`,
		"alerts?filter=n=1&fields=receivers":                                                       `{"alerts":[{"receivers":[{"name":"ops"},{"name":"dev"},{"name":"ops"}]}],"total":1}`,
		"alerts?limit=0&count=state&count=receiver":                                                `{"alerts":[],"total":3,"counts":{"receiver":{"values":[{"value":"dev","count":2},{"value":"default","count":1},{"value":"ops","count":1}],"others":0},"state":{"values":[{"value":"suppressed","count":2},{"value":"active","count":1}],"others":0}}}`,
		"alerts?limit=0&count=labels.severity&count=labels.nobody":                                 `{"alerts":[],"total":3,"counts":{"labels.nobody":{"values":[{"value":"","count":3}],"others":0},"labels.severity":{"values":[{"value":"warning","count":2},{"value":"critical","count":1}],"others":0}}}`,
		"groups?fields=id,size,route,groupKey,labels,receiver,routeLabels&filter=severity=warning": `{"groups":[{"labels":{"severity":"warning"},"receiver":{"name":"dev"},"routeLabels":{},"id":"w","groupKey":"key w","route":"route","size":2}],"total":1}`,
		"groups?limit=0&count=receiver&count=labels.severity":                                      `{"groups":[],"total":3,"counts":{"labels.severity":{"values":[{"value":"critical","count":2},{"value":"warning","count":1}],"others":0},"receiver":{"values":[{"value":"ops","count":2},{"value":"dev","count":1}],"others":0}}}`,
	} {
		wantAnswer(t, r.get(t, "/api/tocsin/v1/"+target), http.StatusOK, want+"\n")
	}
	whole := r.get(t, "/api/tocsin/v1/groups?receiver=ops&limit=1").Body.String()
	if !strings.Contains(whole, `"fingerprint"`) || !strings.Contains(whole, `"mutedBy":[]`) {
		t.Error("there are no alerts in", whole)
	}
}

func TestListRefuses(t *testing.T) {
	cursor := order{name: "startsAt"}.cursor(position{})
	for target, want := range map[string]string{
		"alerts?filters=a":          "filters: there is no such parameter, only count, cursor, fields, filter, limit, receiver, sort, state",
		"groups?sort=startsAt":      "sort: there is no such parameter, only count, cursor, fields, filter, limit, receiver, state",
		"alerts?state=muted":        `state: "muted" is not one of active, inhibited, silenced, suppressed`,
		"alerts?limit=10001":        `limit: "10001" is not a number from 0 to 10000`,
		"groups?limit=-1":           `limit: "-1" is not a number from 0 to 10000`,
		"alerts?sort=-updatedAt":    `sort: "-updatedAt" is not one of fingerprint, startsAt, -startsAt, updatedAt, labels.NAME, -labels.NAME`,
		"alerts?sort=labels.":       `sort: "labels." is not one of fingerprint, startsAt, -startsAt, updatedAt, labels.NAME, -labels.NAME`,
		"alerts?sort=-fingerprint":  `sort: "-fingerprint" is not one of fingerprint, startsAt, -startsAt, updatedAt, labels.NAME, -labels.NAME`,
		"alerts?fields=labels,name": `fields: "name" is not one of annotations, endsAt, fingerprint, receivers, startsAt, status, updatedAt, generatorURL, labels`,
		"groups?fields=status":      `fields: "status" is not one of alerts, labels, receiver, routeLabels, id, groupKey, route, size`,
		"groups?count=state":        `count: "state" is not one of receiver, labels.NAME`,
		"alerts?count=severity":     `count: "severity" is not one of receiver, state, labels.NAME`,
		"alerts?count=labels.a&count=labels.b&count=labels.c&count=labels.d&count=labels.e&count=state": "count: there are 6, and 5 are the most",
		"alerts?cursor=x":                        errCursor.Error(),
		"groups?cursor=x":                        errCursor.Error(),
		"groups?cursor=" + cursor:                errCursor.Error(),
		"alerts?sort=updatedAt&cursor=" + cursor: "cursor: it is of a list with sort=startsAt",
		"alerts?receiver=(":                      "failed to parse receiver param: error parsing regexp: missing closing ): `^(?:()$`",
	} {
		wantAnswer(t, world(t).get(t, "/api/tocsin/v1/"+target), http.StatusBadRequest, string(jsontext.AppendString(nil, want, jsontext.Verbatim))+"\n")
	}
}

// Pages follow each other while alerts and groups come and go, and those that stay
// are on one page each.
func TestListCursorsAreStable(t *testing.T) {
	for seed, path := range []string{"alerts?", "alerts?sort=startsAt", "alerts?sort=-startsAt", "alerts?sort=labels.k", "alerts?sort=-labels.k", "alerts?sort=updatedAt", "groups?"} {
		t.Run(path, func(t *testing.T) {
			r, random := newRig(t, nil), rand.New(rand.NewPCG(uint64(seed), 0))
			at := time.Date(2026, 5, 1, 10, 0, 0, 0, time.FixedZone("", 3600))
			n := 0
			come := func() {
				n++
				a := lasting("n", fmt.Sprint(n), "k", fmt.Sprint(random.IntN(5)))
				a.StartsAt, a.UpdatedAt = at.Add(time.Duration(random.IntN(5))), at.Add(time.Duration(random.IntN(5)))
				r.alerts.alerts = append(r.alerts.alerts, a)
				r.engine.groups = append(r.engine.groups, Group{
					Labels: alert.LabelsOf("k", a.Labels.Get("k")), Receiver: fmt.Sprint(random.IntN(2)), Alerts: []*alert.Alert{a}, Names: named(fmt.Sprint(n)),
				})
			}
			for range 100 {
				come()
			}
			stay, seen := 60, map[string]int{}
			name, query, _ := strings.Cut(path, "?")
			values, err := url.ParseQuery(query)
			if err != nil {
				t.Fatal(err)
			}
			for pages := 0; ; pages++ {
				values.Set("limit", fmt.Sprint(1+random.IntN(7)))
				l := r.list(t, name, values)
				for _, n := range l.names() {
					seen[n]++
				}
				if l.Next == "" || pages > 200 {
					break
				}
				values.Set("cursor", l.Next)
				come()
				gone := stay + random.IntN(len(r.alerts.alerts)-stay)
				r.alerts.alerts = slices.Delete(r.alerts.alerts, gone, gone+1)
				r.engine.groups = slices.Delete(r.engine.groups, gone, gone+1)
			}
			for n := range stay {
				if times := seen[fmt.Sprint(n+1)]; times != 1 {
					t.Errorf("%d is there %d times", n+1, times)
				}
			}
		})
	}
}

// However long the list, what is held of it is little more than a page.
func TestPageHoldsLittle(t *testing.T) {
	p := &page[int]{limit: 10, compare: func(a, b int) int { return a - b }}
	most := 0
	for i := range 100_000 {
		p.add((i*7919)%100_000, true)
		most = max(most, cap(p.items))
	}
	items, more := p.shown()
	if want := []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}; !slices.Equal(items, want) || !more || p.total != 100_000 {
		t.Errorf("%v, more: %v, total %d", items, more, p.total)
	}
	if most > 2048 {
		t.Errorf("up to %d elements were held", most)
	}
}

func TestCountsAreBounded(t *testing.T) {
	c := newCounts([]string{"labels.n"})
	for i := range maxValues + 50 {
		c.add(alert.LabelsOf("n", fmt.Sprint(i)), "", nil)
	}
	c.add(alert.LabelsOf("n", "7"), "", nil)
	var got struct {
		Counts map[string]struct {
			Values []struct {
				Value string
				Count int
			}
			Others int
		}
	}
	if err := json.Unmarshal(append(c.append([]byte("{")), '}'), &got); err != nil {
		t.Fatal(err)
	}
	by := got.Counts["labels.n"]
	if len(by.Values) != maxValues || by.Others != 50 || by.Values[0].Value != "7" || by.Values[0].Count != 2 {
		t.Errorf("%d values, %d others, the first is %+v", len(by.Values), by.Others, by.Values[0])
	}
}

func FuzzCursor(f *testing.F) {
	f.Add("", order{}.cursor(position{id: 1}))
	f.Add("startsAt", order{name: "startsAt"}.cursor(position{time: time.Unix(-62135596800, 1), id: 1}))
	f.Add("labels.a", order{name: "labels.a"}.cursor(position{text: "\xff", id: 1<<64 - 1}))
	f.Add("groups", (&groupView{Group: Group{Labels: alert.LabelsOf("a", "b"), Receiver: "r", Names: named("1")}}).mark())
	f.Fuzz(func(t *testing.T, sort, text string) {
		if g, err := parseGroupMark(text); err == nil && g != nil {
			again, err := parseGroupMark((&groupView{Group: *g}).mark())
			if err != nil || compareGroups(g, again) != 0 {
				t.Errorf("%q comes back as %+v, %v", text, again, err)
			}
		}
		o, err := orderOf(sort)
		if err != nil {
			return
		}
		p, err := parsePosition(text, o)
		if err != nil || p == nil {
			return
		}
		again, err := parsePosition(o.cursor(*p), o)
		if err != nil || o.compare(*p, *again) != 0 {
			t.Errorf("%q comes back as %+v, %v", text, again, err)
		}
	})
}
