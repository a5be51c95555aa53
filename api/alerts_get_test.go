package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
)

// lasting returns an alert that has not ended.
func lasting(namesAndValues ...string) *alert.Alert {
	a := alert.New(alert.LabelsOf(namesAndValues...))
	a.EndsAt = time.Now().Add(time.Hour)
	return a
}

func TestGetAlertsFormat(t *testing.T) {
	zone := time.FixedZone("", 5*3600)
	full := alert.New(alert.LabelsOf("alertname", "T3"))
	full.Annotations = alert.LabelsOf("text", "<a>&\u2028\x01\"", "empty", "")
	full.StartsAt = time.Date(2026, 5, 1, 10, 0, 0, 999_999_999, zone)
	full.EndsAt = time.Date(2926, 5, 1, 10, 0, 0, 0, time.UTC)
	full.UpdatedAt = time.Date(2026, 5, 1, 10, 0, 1, 5_000_000, time.UTC)
	full.GeneratorURL = "http://p/g?a&b"
	quiet := alert.New(alert.LabelsOf("alertname", "<", "silenced", "s1,s2", "inhibited", "f1", "team", "a,b,a"))
	quiet.StartsAt, quiet.UpdatedAt, quiet.EndsAt = full.UpdatedAt, full.UpdatedAt, full.EndsAt
	r := newRig(t, nil)
	r.alerts.alerts = []*alert.Alert{quiet, full}
	w := r.get(t, "/api/v2/alerts")
	wantAnswer(t, w, http.StatusOK, `[{"annotations":{},"endsAt":"2926-05-01T10:00:00.000Z","fingerprint":"`+quiet.Fingerprint().String()+`",`+
		`"receivers":[{"name":"a"},{"name":"b"},{"name":"a"}],"startsAt":"2026-05-01T10:00:01.005Z",`+
		`"status":{"inhibitedBy":["f1"],"mutedBy":[],"silencedBy":["s1","s2"],"state":"suppressed"},"updatedAt":"2026-05-01T10:00:01.005Z",`+
		`"labels":{"alertname":"\u003c","inhibited":"f1","silenced":"s1,s2","team":"a,b,a"}},`+
		`{"annotations":{"empty":"","text":"\u003ca\u003e\u0026\u2028\u0001\""},"endsAt":"2926-05-01T10:00:00.000Z","fingerprint":"603d3642e6daabf3",`+
		`"receivers":[{"name":"default"}],"startsAt":"2026-05-01T10:00:00.999+05:00",`+
		`"status":{"inhibitedBy":[],"mutedBy":[],"silencedBy":[],"state":"active"},"updatedAt":"2026-05-01T10:00:01.005Z",`+
		`"generatorURL":"http://p/g?a\u0026b","labels":{"alertname":"T3"}}]`+"\n")
	if typ := w.Header().Get("Content-Type"); typ != "application/json" {
		t.Errorf("Content-Type %q", typ)
	}
}

func TestGetAlertsEmpty(t *testing.T) {
	wantAnswer(t, newRig(t, nil).get(t, "/api/v2/alerts"), http.StatusOK, "[]\n")
}

// namesIn returns the label n of every alert in an answer, in its order.
func namesIn(t *testing.T, body string) string {
	t.Helper()
	var names []string
	for _, m := range regexp.MustCompile(`"labels":{[^}]*"n":"([^"]*)"`).FindAllStringSubmatch(body, -1) {
		names = append(names, m[1])
	}
	return strings.Join(names, " ")
}

func TestGetAlertsSelection(t *testing.T) {
	r := newRig(t, nil)
	r.engine.receivers = []Receiver{
		{Name: "ops", Labels: map[string]string{"tier": "gold"}},
		{Name: "dev"},
		{Name: "default"},
	}
	r.alerts.alerts = []*alert.Alert{
		lasting("n", "plain"),
		lasting("n", "sil", "silenced", "s1"),
		lasting("n", "inh", "inhibited", "f1", "team", "ops"),
		lasting("n", "both", "silenced", "s1", "inhibited", "f1", "team", "dev,ops"),
	}
	const all = "both inh plain sil"
	tests := map[string]string{
		"":                                          all,
		"?unprocessed=false":                        all,
		"?unknown=x":                                all,
		"?active=false":                             "both inh sil",
		"?silenced=false":                           "inh plain",
		"?inhibited=false":                          "plain sil",
		"?silenced=false&inhibited=false":           "plain",
		"?active=no&silenced=no&inhibited=no":       "",
		"?active=":                                  all,
		"?active=YES":                               all,
		"?active=Checked":                           all,
		"?active=nonsense":                          "both inh sil",
		"?active=true&active=false":                 "both inh sil",
		"?active=false&active=1":                    all,
		"?filter=n=plain":                           "plain",
		"?filter=n%3D~%22p.*|sil%22":                "plain sil",
		"?filter=n!=plain&filter=silenced=s1":       "both sil",
		"?filter=n%3D~lai":                          "",
		`?filter=silenced=""`:                       "inh plain",
		`?filter=silenced!=""`:                      "both sil",
		`?filter=silenced=~""`:                      "inh plain",
		`?filter=silenced!~""`:                      "both sil",
		`?filter=silenced=~"s1|"`:                   all,
		`?filter=n=a=b,c=d`:                         "",
		"?receiver=ops":                             "both inh",
		"?receiver=op":                              "",
		"?receiver=dev|default":                     "both plain sil",
		"?receiver=dev&receiver=":                   all,
		"?receiver=dev&receiver=ops":                "both inh",
		"?receiver_matchers=tier=gold":              "both inh",
		"?receiver_matchers=name=dev":               "both",
		`?receiver_matchers=tier=""`:                "both plain sil",
		"?receiver_matchers=tier=gold&receiver=dev": "both",
		"?receiver_matchers=tier=gold&receiver_matchers=name=dev": "",
	}
	for query, want := range tests {
		t.Run(query, func(t *testing.T) {
			w := r.get(t, "/api/v2/alerts"+strings.NewReplacer(`"`, "%22", "~", "%7E").Replace(query))
			got := strings.Fields(namesIn(t, w.Body.String()))
			if w.Code != http.StatusOK || !json.Valid(w.Body.Bytes()) {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			if diff := cmp.Diff(strings.Fields(want), sortedStrings(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestGetAlertsRefuses(t *testing.T) {
	tests := map[string]string{
		"filter=":                        `"parse matchers `,
		"filter={a=b}":                   `"parse matchers `,
		"filter=a=b}":                    `"parse matchers `,
		"filter=a%3D~(":                  `"`,
		"receiver=(":                     `"failed to parse receiver param: `,
		"receiver_matchers=(":            `"failed to parse receiver_matchers param: `,
		"receiver_matchers=(&receiver=(": `"failed to parse receiver param: `,
		"receiver=(&filter=":             `"parse matchers `,
	}
	for _, path := range []string{"/api/v2/alerts", "/api/v2/alerts/groups"} {
		for query, want := range tests {
			w := newRig(t, nil).get(t, path+"?"+query)
			if body := w.Body.String(); w.Code != http.StatusBadRequest || !strings.HasPrefix(body, want) || !strings.HasSuffix(body, "\"\n") {
				t.Errorf("%s?%s: %d %s, want 400 %s…", path, query, w.Code, body, want)
			}
		}
	}
}

func TestGetAlertsHidesEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		r := newRig(t, nil)
		for name, end := range map[string]time.Time{"past": now.Add(-1), "now": now, "future": now.Add(1), "never": {}} {
			a := alert.New(alert.LabelsOf("n", name))
			a.EndsAt = end
			r.alerts.alerts = append(r.alerts.alerts, a)
		}
		got := sortedStrings(strings.Fields(namesIn(t, r.get(t, "/api/v2/alerts").Body.String())))
		if diff := cmp.Diff([]string{"future", "never", "now"}, got); diff != "" {
			t.Error(diff)
		}
	})
}

// A long answer goes out in pieces, sorted, and is one JSON array.
func TestGetAlertsLong(t *testing.T) {
	const n = 1000
	r := newRig(t, nil)
	for i := range n {
		r.alerts.alerts = append(r.alerts.alerts, lasting("n", strconv.Itoa(i)))
	}
	w := &countingWriter{header: http.Header{}}
	r.handler.ServeHTTP(w, call{target: "/api/v2/alerts"}.request(t))
	var got []struct{ Fingerprint string }
	if err := json.Unmarshal([]byte(w.body.String()), &got); err != nil {
		t.Fatal(err)
	}
	if len(got) != n || w.writes < 3 || w.largest > 2*chunk {
		t.Errorf("%d alerts in %d writes of at most %d bytes", len(got), w.writes, w.largest)
	}
	for i := 1; i < len(got); i++ {
		if got[i-1].Fingerprint >= got[i].Fingerprint {
			t.Fatalf("%s before %s", got[i-1].Fingerprint, got[i].Fingerprint)
		}
	}
}

// countingWriter counts writes, and does something before the second.
type countingWriter struct {
	header          http.Header
	body            strings.Builder
	writes, largest int
	after           func()
}

func (w *countingWriter) Header() http.Header { return w.header }
func (w *countingWriter) WriteHeader(int)     {}

func (w *countingWriter) Write(b []byte) (int, error) {
	w.writes++
	w.largest = max(w.largest, len(b))
	if w.after != nil {
		w.after()
	}
	return w.body.Write(b)
}

func TestGetAlertsAborted(t *testing.T) {
	r := newRig(t, nil)
	for i := range 1000 {
		r.alerts.alerts = append(r.alerts.alerts, lasting("n", strconv.Itoa(i)))
	}
	ctx, cancel := context.WithCancel(t.Context())
	w := &countingWriter{header: http.Header{}, after: cancel}
	func() {
		defer func() {
			if reason, _ := recover().(error); !errors.Is(reason, http.ErrAbortHandler) {
				t.Errorf("half an answer ended as if it were whole: %v", reason)
			}
		}()
		r.handler.ServeHTTP(w, call{target: "/api/v2/alerts"}.request(t).WithContext(ctx))
	}()
	if w.writes != 1 {
		t.Errorf("%d writes after the client went away", w.writes-1)
	}
	w2 := r.do(t, call{target: "/api/v2/alerts"})
	if w2.Code != http.StatusOK {
		t.Errorf("next request: %d", w2.Code)
	}
}

func TestGetAlertsCancelledBefore(t *testing.T) {
	r := newRig(t, nil)
	r.alerts.alerts = []*alert.Alert{lasting("n", "1")}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w := httptest.NewRecorder()
	r.handler.ServeHTTP(w, call{target: "/api/v2/alerts"}.request(t).WithContext(ctx))
	wantAnswer(t, w, http.StatusInternalServerError, `"context canceled"`+"\n")
}

func TestQueryBooleans(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, "true": true, "TRUE": true, "1": true, "yes": true, "ok": true, "y": true, "on": true,
		"selected": true, "checked": true, "t": true, "enabled": true,
		"false": false, "0": false, "no": false, "2": false, "off": false, " true": false,
	} {
		if got := (params{Values: url.Values{"x": {text}}}).on("x"); got != want {
			t.Errorf("%q is %v, want %v", text, got, want)
		}
	}
}
