package api

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/getkin/kin-openapi/routers"
	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/explain"
)

// What is odd happens whenever a handler needs something of the daemon.
type (
	oddAlerts struct {
		*fakeAlerts
		odd func()
	}
	oddSilences struct {
		*fakeSilences
		odd func()
	}
	oddTrials struct {
		*fakeTrials
		odd func()
	}
	oddSnapshots struct {
		*fakeSnapshots
		odd func()
	}
	oddExplainer struct {
		*fakeExplainer
		odd func()
	}
	oddEngine struct {
		*fakeEngine
		odd func()
	}
)

func (o oddAlerts) Among(ms alert.Matchers) iter.Seq[*alert.Alert] {
	o.odd()
	return o.fakeAlerts.Among(ms)
}

func (o oddAlerts) Put(ctx context.Context, alerts []*alert.Alert) error {
	o.odd()
	return o.fakeAlerts.Put(ctx, alerts)
}

func (o oddSilences) All() []Silence                { o.odd(); return o.fakeSilences.All() }
func (o oddSilences) Get(id string) (Silence, bool) { o.odd(); return o.fakeSilences.Get(id) }
func (o oddEngine) Receivers() []Receiver           { o.odd(); return o.fakeEngine.Receivers() }
func (o oddEngine) Cluster() Cluster                { o.odd(); return o.fakeEngine.Cluster() }

func (o oddSilences) Set(ctx context.Context, s Silence) (string, error) {
	o.odd()
	return o.fakeSilences.Set(ctx, s)
}

func (o oddSilences) Expire(ctx context.Context, id string) error {
	o.odd()
	return o.fakeSilences.Expire(ctx, id)
}

func (o oddTrials) Try(ctx context.Context, t Trial) ([]TrialResult, error) {
	o.odd()
	return o.fakeTrials.Try(ctx, t)
}

func (o oddSnapshots) Make(ctx context.Context) (Snapshot, error) {
	o.odd()
	return o.fakeSnapshots.Make(ctx)
}

func (o oddExplainer) Explain(ctx context.Context, q Question) (*explain.Answer, error) {
	o.odd()
	return o.fakeExplainer.Explain(ctx, q)
}

func (o oddEngine) GroupByID(ctx context.Context, id string) (WholeGroup, bool, error) {
	o.odd()
	return o.fakeEngine.GroupByID(ctx, id)
}

func (o oddEngine) Groups(ctx context.Context) ([]Group, error) {
	o.odd()
	return o.fakeEngine.Groups(ctx)
}

// odd changes options so that the oddity happens.
func odd(o *Options, happens func()) {
	o.Alerts = oddAlerts{o.Alerts.(*fakeAlerts), happens}
	o.Silences = oddSilences{o.Silences.(*fakeSilences), happens}
	o.Engine = oddEngine{o.Engine.(*fakeEngine), happens}
	o.Trials = oddTrials{o.Trials.(*fakeTrials), happens}
	o.Snapshots = oddSnapshots{o.Snapshots.(*fakeSnapshots), happens}
	o.Explainer = oddExplainer{o.Explainer.(*fakeExplainer), happens}
}

func panics(o *Options) { odd(o, func() { panic("boom") }) }

func takesLong(o *Options) {
	o.Timeout = time.Second
	odd(o, func() { time.Sleep(time.Hour) })
}

func smallBodies(o *Options) { o.MaxBodyBytes = 1 }

// fill gives a rig one of everything.
func fill(r *rig) {
	busy := lasting("alertname", "A", "team", "a,b", "silenced", someID, "inhibited", "00000000000000ff")
	busy.GeneratorURL, busy.Annotations = "http://p/<&>", alert.LabelsOf("text", "<&>")
	r.alerts.alerts = []*alert.Alert{lasting("alertname", "B"), busy}
	m, err := alert.NewMatcher(alert.MatchRegexp, "a", "x|y")
	if err != nil {
		panic(err)
	}
	now := time.Now()
	r.silences.id = someID
	r.silences.list = []Silence{
		{ID: someID, Matchers: alert.Matchers{m}, StartsAt: now.Add(-time.Hour), EndsAt: now.Add(time.Hour), UpdatedAt: now, CreatedBy: "ann", Annotations: alert.LabelsOf("a", "b")},
		{ID: "expired", Matchers: alert.Matchers{m}, StartsAt: now.Add(-time.Hour), EndsAt: now, UpdatedAt: now, Comment: "<&>"},
		{ID: "pending", Matchers: alert.Matchers{m}, StartsAt: now.Add(time.Hour), EndsAt: now.Add(2 * time.Hour), UpdatedAt: now},
	}
	r.engine.receivers = []Receiver{{Name: "a", Labels: map[string]string{"tier": "gold"}}, {Name: "b"}}
	r.engine.groups = []Group{
		{Labels: alert.LabelsOf("alertname", "A"), Receiver: "a", RouteLabels: map[string]string{"x": "y"}, Alerts: r.alerts.alerts, MutedBy: []string{"nights"}, Names: named("1")},
		{Receiver: "b", Alerts: r.alerts.alerts[:1], Names: named("2")},
	}
	r.engine.whole = []WholeGroup{{Group: r.engine.groups[0], GroupNames: GroupNames{ID: someID, Key: `{}:{alertname="A"}`, Route: "{}"}}}
	r.trials.results = oneOfEach()
	r.explainer.answer = mostExplained()
	r.engine.config = "route:\n  receiver: a\n"
	r.engine.cluster = Cluster{Name: "n", Status: "ready", Peers: []Peer{{Name: "n", Address: "127.0.0.1:1"}, {Name: "m", Address: "127.0.0.1:2"}}, Replicas: []Replica{
		{Name: "n", Address: "127.0.0.1:1", Version: "1", Self: true, Health: "alive", Equal: true},
		{Name: "m", Address: "127.0.0.1:2", Health: "suspect", LastContact: time.Now(), Lag: .1, QueuedBytes: 1, ComparedAt: time.Now(), Unequal: []string{"nfl"}},
	}}
}

// contractCase is a request that gets one of the answers that are described.
type contractCase struct {
	status  int
	change  func(*Options)
	prepare func(*rig)
	query   string
	body    string
	header  http.Header
	id      string // in the path; default someID
}

const (
	goodAlerts   = `[{"labels":{"a":"b"}}]`
	goodTrial    = `{"mode":"send"}`
	badJSON      = `{"matchers":1`
	otherID      = "00000000-0000-0000-0000-000000000000"
	laterSilence = `{"matchers":[{"name":"a","value":"b","isRegex":false}],"startsAt":"2126-05-01T10:00:00Z","endsAt":"2126-05-01T12:00:00Z","createdBy":"a","comment":"c"}`
)

// contractCases returns at least one request for each answer of each operation.
func contractCases() map[string][]contractCase {
	typed := http.Header{"Content-Type": {"text/plain"}}
	fails := func(r *rig) {
		r.alerts.err, r.silences.err, r.engine.err = errors.New("disk full"), errors.New("disk full"), errors.New("not known")
		r.trials.err, r.snapshots.err = errors.New("no templates"), errors.New("odd")
		r.explainer.err = errors.New("odd")
	}
	noCluster := func(r *rig) { fill(r); r.engine.cluster = Cluster{Status: "disabled"} }
	return map[string][]contractCase{
		"GET /status":    {{status: 200, prepare: fill}, {status: 200, prepare: noCluster}, {status: 500, change: panics}},
		"GET /receivers": {{status: 200, prepare: fill}, {status: 200}, {status: 400, query: "receiver_matchers=x"}, {status: 500, change: panics}},
		"GET /alerts": {
			{status: 200, prepare: fill},
			{status: 200},
			{status: 200, prepare: fill, query: "filter=alertname%3DA&receiver=a&receiver_matchers=name%3Da&active=false"},
			{status: 400, query: "filter=x"},
			{status: 400, query: "receiver=("},
			{status: 500, change: panics},
		},
		"POST /alerts": {
			{status: 200, body: goodAlerts},
			{status: 200, body: "[]"},
			{status: 400, body: badJSON},
			{status: 400, body: `[{"labels":{}}]`},
			{status: 413, body: goodAlerts, change: smallBodies},
			{status: 415, body: goodAlerts, header: typed},
			{status: 422},
			{status: 422, body: `[{}]`},
			{status: 500, body: goodAlerts, prepare: fails},
			{status: 500, body: goodAlerts, change: panics},
		},
		"GET /alerts/groups": {
			{status: 200, prepare: fill},
			{status: 200},
			{status: 200, prepare: fill, query: "muted=no&receiver=b"},
			{status: 400, query: "filter=x"},
			{status: 500, prepare: fails},
		},
		"GET /v1/alerts": {
			{status: 200, prepare: fill, query: "count=state&count=receiver&count=labels.alertname"},
			{status: 200},
			{status: 200, prepare: fill, query: "limit=1&sort=-labels.alertname&fields=labels,status&state=active"},
			{status: 400, query: "filters=x"},
			{status: 500, change: panics},
		},
		"GET /v1/groups": {
			{status: 200, prepare: fill, query: "count=receiver&count=labels.a"},
			{status: 200},
			{status: 200, prepare: fill, query: "limit=1&fields=id,labels,size&filter=alertname%3DB"},
			{status: 400, query: "state=x"},
			{status: 500, prepare: fails},
			{status: 500, change: panics},
		},
		"GET /groups/{id}": {
			{status: 200, prepare: fill},
			{status: 404, prepare: fill, id: otherID},
			{status: 500, prepare: fails},
			{status: 500, change: panics},
		},
		"POST /receivers/{name}/test": {
			{status: 200, body: goodTrial, prepare: fill},
			{status: 200, body: goodTrial},
			{status: 400, body: badJSON},
			{status: 400, body: `{"mode":"guess"}`},
			{status: 404, body: goodTrial, prepare: func(r *rig) { r.trials.err = ErrNoReceiver }},
			{status: 409, body: goodTrial, prepare: func(r *rig) { r.trials.err = ErrTrialRuns }},
			{status: 413, body: goodTrial, change: smallBodies},
			{status: 415},
			{status: 415, body: goodTrial, header: typed},
			{status: 422, body: "{}"},
			{status: 500, body: goodTrial, prepare: fails},
			{status: 500, body: goodTrial, change: panics},
		},
		"POST /admin/snapshot": {
			{status: 200},
			{status: 403, change: func(o *Options) { o.Snapshots = nil }},
			{status: 403, header: http.Header{"Origin": {"https://elsewhere.example"}}},
			{status: 500, prepare: fails},
			{status: 500, change: panics},
			{status: 503, prepare: func(r *rig) { r.snapshots.err = fmt.Errorf("%w: disk full", ErrUnavailable) }},
		},
		"GET /cluster": {
			{status: 200, prepare: fill},
			{status: 200, prepare: noCluster},
			{status: 500, change: panics},
		},
		"GET /explain": {
			{status: 200, prepare: fill, query: "label=alertname%3DA"},
			{status: 200, query: "fingerprint=00000000000000ff&at=2026-05-01T10:00:00Z"},
			{status: 400},
			{status: 404, query: "fingerprint=00000000000000ff", prepare: func(r *rig) { r.explainer.err = ErrNoAlert }},
			{status: 500, query: "label=a%3Db", prepare: fails},
			{status: 500, query: "label=a%3Db", change: panics},
		},
		"GET /silences": {
			{status: 200, prepare: fill},
			{status: 200},
			{status: 200, prepare: fill, query: "filter=a%3D~%22x%7Cy%22&expired=false"},
			{status: 400, query: "filter=x"},
			{status: 500, change: panics},
		},
		"POST /silences": {
			{status: 200, body: laterSilence, prepare: fill},
			{status: 400, body: badJSON},
			{status: 400, body: strings.Replace(laterSilence, "2126-05-01T12", "2126-05-01T09", 1)},
			{status: 404, body: laterSilence, prepare: func(r *rig) { r.silences.err = ErrNotFound }},
			{status: 413, body: laterSilence, change: smallBodies},
			{status: 415, body: laterSilence, header: typed},
			{status: 422, body: "{}"},
			{status: 422},
			{status: 500, body: laterSilence, prepare: fails},
		},
		"GET /silence/{silenceID}": {
			{status: 200, prepare: fill}, {status: 404, id: otherID}, {status: 422, id: "x"}, {status: 500, change: panics},
		},
		"DELETE /silence/{silenceID}": {
			{status: 200, prepare: fill},
			{status: 404, id: otherID, prepare: func(r *rig) { r.silences.err = ErrNotFound }},
			{status: 422, id: "x"},
			{status: 500, prepare: fails},
		},
	}
}

// TestContract wants every answer that is described to be given to somebody.
// That answers are as described is looked at by rig.do.
func TestContract(t *testing.T) {
	var want, got []string
	for path, item := range description(t).Paths.Map() {
		for method, op := range item.Operations() {
			for status := range op.Responses.Map() {
				want = append(want, method+" "+path+" "+status)
			}
		}
	}
	for operation, cases := range contractCases() {
		method, path, _ := strings.Cut(operation, " ")
		good := cases[0] // the first of each succeeds
		late, fussy := good, good
		late.status, late.change = http.StatusServiceUnavailable, takesLong
		fussy.status, fussy.header = http.StatusNotAcceptable, http.Header{"Accept": {"text/html"}}
		for _, c := range append(cases, late, fussy) {
			synctest.Test(t, func(t *testing.T) {
				c.try(t, method, path)
				time.Sleep(2 * time.Hour) // what takes long ends too
			})
			status := strconv.Itoa(c.status)
			if c.status == http.StatusNotAcceptable {
				status = "default"
			}
			got = append(got, operation+" "+status)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, slices.Compact(got)); diff != "" {
		t.Errorf("answers (-described +tried):\n%s", diff)
	}
}

// try sends the request.
func (c contractCase) try(t *testing.T, method, path string) {
	r := newRig(t, c.change)
	if c.prepare != nil {
		c.prepare(r)
	}
	id := c.id
	if id == "" {
		id = someID
	}
	target := baseOf(description(t).Paths.Value(path)) + filled(path, id)
	if c.query != "" {
		target += "?" + c.query
	}
	if w := r.do(t, call{method: method, target: target, body: c.body, header: c.header}); w.Code != c.status {
		t.Errorf("%s %s: %d, want %d: %s", method, target, w.Code, c.status, w.Body)
	}
}

// TestContractIsHeld wants the check itself to find what is wrong.
func TestContractIsHeld(t *testing.T) {
	doc := description(t)
	groups, status := operation(doc, "/alerts/groups", "GET"), operation(doc, "/status", "GET")
	for name, tc := range map[string]struct {
		route       *routers.Route
		code        int
		contentType string
		body        string
		ok          bool
	}{
		"good":                  {groups, 200, mediaJSON, "[]", true},
		"no list":               {groups, 200, mediaJSON, "{}", false},
		"no content type":       {groups, 200, "", "[]", false},
		"another content type":  {groups, 200, "text/plain", "[]", false},
		"not JSON":              {groups, 200, mediaJSON, "[", false},
		"a key is missing":      {groups, 200, mediaJSON, `[{"alerts":[],"labels":{},"receiver":{"name":"a"}}]`, false},
		"body where is none":    {groups, 500, mediaJSON, `"x"`, false},
		"type where is none":    {groups, 500, mediaJSON, "", false},
		"nothing where is none": {groups, 500, "", "", true},
		"text for an object":    {groups, 406, mediaJSON, `"x"`, false},
		"object for a text":     {status, 500, mediaJSON, `{"code":1,"message":"x"}`, false},
		"status of its own":     {status, 418, mediaJSON, `"x"`, false},
	} {
		w := httptest.NewRecorder()
		w.Code = tc.code
		w.Body.WriteString(tc.body)
		if tc.contentType != "" {
			w.Header().Set("Content-Type", tc.contentType)
		}
		if err := answersAs(call{target: "/"}.request(t), w, tc.route); (err == nil) != tc.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
