package api

import (
	"cmp"
	"context"
	"io"
	"iter"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/explain"
)

// fakeAlerts keeps what is put. A batch is refused with err.
type fakeAlerts struct {
	mu     sync.Mutex
	alerts []*alert.Alert
	err    error
}

func (f *fakeAlerts) Put(_ context.Context, alerts []*alert.Alert) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err == nil {
		f.alerts = append(f.alerts, alerts...)
	}
	return f.err
}

func (f *fakeAlerts) Get(id alert.Fingerprint) (*alert.Alert, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.alerts {
		if a.Fingerprint() == id {
			return a, true
		}
	}
	return nil, false
}

func (f *fakeAlerts) Among(alert.Matchers) iter.Seq[*alert.Alert] { return slices.Values(f.alerts) }

// fakeSilences keeps what was set last and answers what it is told to.
type fakeSilences struct {
	list []Silence
	set  []Silence
	gone []string
	id   string
	err  error
}

func (f *fakeSilences) Set(_ context.Context, s Silence) (string, error) {
	f.set = append(f.set, s)
	return f.id, f.err
}

func (f *fakeSilences) Expire(_ context.Context, id string) error {
	f.gone = append(f.gone, id)
	return f.err
}

func (f *fakeSilences) Get(id string) (Silence, bool) {
	i := slices.IndexFunc(f.list, func(s Silence) bool { return s.ID == id })
	if i < 0 {
		return Silence{}, false
	}
	return f.list[i], true
}

func (f *fakeSilences) All() []Silence { return slices.Clone(f.list) }

// fakeEngine routes by the label team; alerts tell by the labels silenced and
// inhibited what keeps them quiet.
type fakeEngine struct {
	receivers []Receiver
	groups    []Group
	whole     []WholeGroup
	err       error
	config    string
	cluster   Cluster
}

func (f *fakeEngine) Receivers() []Receiver { return f.receivers }

func (f *fakeEngine) ReceiversOf(l alert.Labels) []string {
	if teams := l.Get("team"); teams != "" {
		return strings.Split(teams, ",")
	}
	return []string{"default"}
}

func (f *fakeEngine) Groups(ctx context.Context) ([]Group, error) {
	if f.err != nil {
		return nil, f.err
	}
	return slices.Clone(f.groups), ctx.Err()
}

func (f *fakeEngine) GroupsOf(ctx context.Context, ids []alert.Fingerprint) ([]Group, error) {
	all, err := f.Groups(ctx)
	var some []Group
	for _, g := range all {
		g.Alerts = slices.DeleteFunc(slices.Clone(g.Alerts), func(a *alert.Alert) bool { return !slices.Contains(ids, a.Fingerprint()) })
		if len(g.Alerts) > 0 {
			some = append(some, g)
		}
	}
	return some, err
}

func (f *fakeEngine) GroupByID(ctx context.Context, id string) (WholeGroup, bool, error) {
	i := slices.IndexFunc(f.whole, func(g WholeGroup) bool { return g.ID == id })
	if f.err != nil || i < 0 {
		return WholeGroup{}, false, cmp.Or(f.err, ctx.Err())
	}
	return f.whole[i], true, ctx.Err()
}

func listed(a *alert.Alert, label string) []string {
	if v := a.Labels.Get(label); v != "" {
		return strings.Split(v, ",")
	}
	return nil
}

func (f *fakeEngine) SilencedBy(a *alert.Alert, _ time.Time) []string { return listed(a, "silenced") }

func (f *fakeEngine) InhibitedBy(a *alert.Alert, _ time.Time) []string {
	return listed(a, "inhibited")
}

func (f *fakeEngine) ResolveTimeout() time.Duration { return 5 * time.Minute }
func (f *fakeEngine) ConfigText() string            { return f.config }
func (f *fakeEngine) Cluster() Cluster              { return f.cluster }

// fakeLifecycle answers what it is told to.
type fakeLifecycle struct {
	reload   func(ctx context.Context) error
	notReady error
	impaired error
}

func (f *fakeLifecycle) Ready() error    { return f.notReady }
func (f *fakeLifecycle) Impaired() error { return f.impaired }

func (f *fakeLifecycle) Reload(ctx context.Context) error {
	if f.reload == nil {
		return nil
	}
	return f.reload(ctx)
}

// fakeTrials answers alike whatever is tried.
type fakeTrials struct {
	asked   Trial // the last one
	results []TrialResult
	err     error
}

func (f *fakeTrials) Try(ctx context.Context, t Trial) ([]TrialResult, error) {
	f.asked = t
	return f.results, cmp.Or(f.err, ctx.Err())
}

// fakeSnapshots makes the same copy each time.
type fakeSnapshots struct {
	made int
	err  error
}

func (f *fakeSnapshots) Make(ctx context.Context) (Snapshot, error) {
	f.made++
	return Snapshot{Name: "20260501T100000Z", Bytes: 4096}, cmp.Or(f.err, ctx.Err())
}

// fakeExplainer answers alike whatever is asked.
type fakeExplainer struct {
	asked  Question // the last one
	answer *explain.Answer
	err    error
}

func (f *fakeExplainer) Explain(ctx context.Context, q Question) (*explain.Answer, error) {
	f.asked = q
	return f.answer, cmp.Or(f.err, ctx.Err())
}

// rig is the API on fakes.
type rig struct {
	alerts    *fakeAlerts
	silences  *fakeSilences
	engine    *fakeEngine
	lifecycle *fakeLifecycle
	trials    *fakeTrials
	snapshots *fakeSnapshots
	explainer *fakeExplainer
	registry  *prometheus.Registry
	handler   http.Handler
	prefix    string // of every path
}

// newRig builds the API; change may be nil.
func newRig(tb testing.TB, change func(*Options)) *rig {
	tb.Helper()
	r := &rig{
		alerts:    &fakeAlerts{},
		silences:  &fakeSilences{},
		engine:    &fakeEngine{cluster: Cluster{Status: "disabled"}},
		lifecycle: &fakeLifecycle{},
		trials:    &fakeTrials{},
		snapshots: &fakeSnapshots{},
		explainer: &fakeExplainer{answer: leastExplained()},
		registry:  prometheus.NewRegistry(),
	}
	o := Options{
		Alerts:     r.alerts,
		Silences:   r.silences,
		Engine:     r.engine,
		Lifecycle:  r.lifecycle,
		Trials:     r.trials,
		Snapshots:  r.snapshots,
		Explainer:  r.explainer,
		Gatherer:   r.registry,
		Registerer: r.registry,
		Started:    time.Date(2026, 5, 1, 8, 0, 0, 123_999_999, time.UTC),
	}
	if change != nil {
		change(&o)
	}
	var err error
	if r.handler, err = New(o); err != nil {
		tb.Fatal(err)
	}
	r.prefix = "/" + strings.Trim(o.RoutePrefix, "/")
	return r
}

// call is one request. A body makes it JSON unless header says otherwise.
type call struct {
	method string // default GET
	target string
	body   string
	header http.Header
}

func (c call) request(tb testing.TB) *http.Request {
	var body io.Reader
	if c.body != "" {
		body = strings.NewReader(c.body)
	}
	method := c.method
	if method == "" {
		method = http.MethodGet
	}
	req := httptest.NewRequestWithContext(tb.Context(), method, c.target, body)
	if c.body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	maps.Copy(req.Header, c.header)
	return req
}

// do answers a request and holds the answer against openapi.yaml.
func (r *rig) do(tb testing.TB, c call) *httptest.ResponseRecorder {
	tb.Helper()
	w := httptest.NewRecorder()
	req := c.request(tb)
	r.handler.ServeHTTP(w, req)
	r.keepContract(tb, req, w)
	return w
}

func (r *rig) get(tb testing.TB, target string) *httptest.ResponseRecorder {
	tb.Helper()
	return r.do(tb, call{target: target})
}

func (r *rig) post(tb testing.TB, target, body string) *httptest.ResponseRecorder {
	tb.Helper()
	return r.do(tb, call{method: http.MethodPost, target: target, body: body})
}

// wantAnswer fails unless status and body are as given.
func wantAnswer(tb testing.TB, w *httptest.ResponseRecorder, status int, body string) {
	tb.Helper()
	if w.Code != status || w.Body.String() != body {
		tb.Errorf("got  %d %q\nwant %d %q", w.Code, w.Body, status, body)
	}
}
