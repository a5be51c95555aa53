package e2e_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Two routes with equal matchers, which say much that has to be quoted: the log
// is kept by the text of the matchers.
const bothRoutes = `
route:
  receiver: nobody
  group_by: [alertname, zone]
  group_wait: 0s
  group_interval: 500ms
  repeat_interval: 1h
  routes:
    - {matchers: [severity="page", 'zone=~"a|b\"\\\\c"', other!="x"], receiver: pager, continue: true}
    - {matchers: [severity="page", 'zone=~"a|b\"\\\\c"', other!="x"], receiver: archive}
receivers:
  - {name: nobody}
  - {name: pager, webhook_configs: [{url: 'SINK'}]}
  - {name: archive, webhook_configs: [{url: 'SINK'}]}
`

// TestThereAndBack lets Alertmanager, tocsin, and Alertmanager again work on the
// same state. Silences hold all the time, nobody is told anything twice, and what
// was told as firing is told as resolved.
func TestThereAndBack(t *testing.T) {
	t.Parallel()
	m := newMove(t)

	m.startAlertmanager("data")
	s := m.silence("Silenced")
	m.fire("A", "B", "Silenced")
	m.told("archive +A", "archive +B", "pager +A", "pager +B")
	m.stop(t)

	before := m.files("data")
	m.startTocsin("data")
	if got := m.stderr.lines("Imported", "silences=1", "notifications=4", "left_out=0"); len(got) != 1 {
		t.Errorf("%d lines about the import, want one", len(got))
	}
	m.silenced(s)
	m.fire("A", "B", "Silenced", "C")
	m.told("archive +C", "pager +C")
	m.quiet()
	m.end("A")
	m.told("archive -A", "pager -A")
	s2 := m.silence("Later")
	m.export("data", 1, "is tocsin running?")
	m.stop(t)
	m.startTocsin("data")
	m.silenced(s, s2)
	m.fire("B", "Silenced", "C")
	m.quiet()
	m.stop(t)
	if diff := cmp.Diff(before, m.files("data")); diff != "" {
		t.Errorf("the files of Alertmanager have changed: %s", diff)
	}

	m.export("data", 0, "")
	m.export("data", 1, "--force")
	m.startAlertmanager("out")
	m.silenced(s, s2)
	m.fire("B", "Silenced", "C", "Later")
	m.quiet()
	m.end("B", "C")
	m.told("archive -B", "archive -C", "pager -B", "pager -C")
	m.stop(t)
}

// move is a host on which one program takes the place of another.
type move struct {
	t    *testing.T
	dir  string
	hook *sink
	seen int       // deliveries that were looked at
	was  time.Time // that alerts began

	// Of the program that runs.
	*process
	server
}

func newMove(t *testing.T) *move {
	m := &move{t: t, dir: t.TempDir(), hook: newSink(t), was: time.Now()}
	write(t, m.dir, "alertmanager.yml", strings.ReplaceAll(bothRoutes, "SINK", m.hook.URL))
	return m
}

func (m *move) startAlertmanager(storage string) {
	m.t.Helper()
	const name = "prometheus-alertmanager"
	m.runs(start(m.t, command{path: need(m.t, name, name), args: append(m.flags(storage), "--cluster.listen-address="), dir: m.dir}))
}

func (m *move) startTocsin(storage string) {
	m.t.Helper()
	m.runs(launch(m.t, m.dir, m.flags(storage)...))
}

func (m *move) flags(storage string) []string {
	return []string{"--config.file=alertmanager.yml", "--storage.path=" + storage, "--web.listen-address=127.0.0.1:0"}
}

func (m *move) runs(p *process) {
	m.t.Helper()
	m.process, m.server = p, server{"http://" + p.address(m.t)}
	waitFor(m.t, "ready", func() bool {
		a, err := m.do(m.t, http.MethodGet, "/-/ready", nil)
		return err == nil && a.status == http.StatusOK
	})
}

// fire reports alerts as Prometheus does, again and again since they began.
func (m *move) fire(names ...string) { m.report(nil, names) }

func (m *move) end(names ...string) { m.report(map[string]any{"endsAt": time.Now()}, names) }

func (m *move) report(more map[string]any, names []string) {
	m.t.Helper()
	var list []map[string]any
	for _, name := range names {
		zone := "a"
		if name == "B" || name == "C" {
			zone = `b"\c`
		}
		a := map[string]any{"labels": map[string]string{"alertname": name, "severity": "page", "zone": zone}, "startsAt": m.was}
		maps.Copy(a, more)
		list = append(list, a)
	}
	body, err := json.Marshal(list)
	if err != nil {
		m.t.Fatal(err)
	}
	m.post(m.t, "/api/v2/alerts", string(body))
}

// told wants just these notifications to be next.
func (m *move) told(want ...string) {
	m.t.Helper()
	m.hook.wait(m.t, m.seen+len(want))
	all := m.hook.deliveries()
	var got []string
	for _, d := range all[m.seen:] {
		for _, a := range d.body["alerts"].([]any) {
			a := a.(map[string]any)
			sign := map[any]string{"firing": "+", "resolved": "-"}[a["status"]]
			got = append(got, fmt.Sprint(d.body["receiver"], " ", sign, a["labels"].(map[string]any)["alertname"]))
		}
	}
	m.seen = len(all)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		m.t.Errorf("told (-want +got):\n%s", diff)
	}
}

// quiet wants all groups to have looked for news several times, and to have found
// none.
func (m *move) quiet() {
	m.t.Helper()
	const series = "alertmanager_nflog_queries_total"
	enough := m.metric(m.t, series) + 24
	waitFor(m.t, "ticks", func() bool { return m.metric(m.t, series) >= enough })
	for _, d := range m.hook.deliveries()[m.seen:] {
		m.t.Errorf("told %v, want nothing", d.body)
	}
	m.seen = len(m.hook.deliveries())
}

// silence silences an alert by its name.
func (m *move) silence(name string) (id string) {
	m.t.Helper()
	body, err := json.Marshal(map[string]any{
		"matchers":  []map[string]any{{"name": "alertname", "value": name, "isRegex": false, "isEqual": true}},
		"startsAt":  time.Now(),
		"endsAt":    time.Now().Add(time.Hour),
		"createdBy": "ann", "comment": "new disks",
	})
	if err != nil {
		m.t.Fatal(err)
	}
	a := m.send(m.t, http.MethodPost, "/api/v2/silences", string(body))
	var made struct{ SilenceID string }
	if err := json.Unmarshal([]byte(a.body), &made); err != nil || made.SilenceID == "" {
		m.t.Fatalf("status %d: %s", a.status, a.body)
	}
	return made.SilenceID
}

// silenced wants just these silences to be active.
func (m *move) silenced(ids ...string) {
	m.t.Helper()
	var found []struct {
		ID                 string
		CreatedBy, Comment string
		Status             struct{ State string }
	}
	m.getJSON(m.t, "/api/v2/silences", &found)
	var got []string
	for _, s := range found {
		if s.Status.State == "active" && s.CreatedBy == "ann" && s.Comment == "new disks" {
			got = append(got, s.ID)
		}
	}
	slices.Sort(ids)
	slices.Sort(got)
	if diff := cmp.Diff(ids, got); diff != "" {
		m.t.Errorf("silences (-want +got):\n%s", diff)
	}
}

// export exports to the directory out and wants an exit code and a text in what is
// said.
func (m *move) export(storage string, code int, says string) {
	m.t.Helper()
	path, err := program()
	if err != nil {
		m.t.Fatal(err)
	}
	p := start(m.t, command{path: path, args: []string{"export-alertmanager", "--storage.path=" + storage, "--output=out"}, dir: m.dir})
	if got := p.exitCode(m.t); got != code || !strings.Contains(p.stderr.String(), says) {
		m.t.Errorf("export: exit code %d, want %d: %s", got, code, &p.stderr)
	}
}

// files are those of Alertmanager.
func (m *move) files(storage string) map[string]string {
	m.t.Helper()
	found := map[string]string{}
	for _, name := range []string{"silences", "nflog"} {
		b, err := os.ReadFile(filepath.Join(m.dir, storage, name))
		if err != nil || len(b) == 0 {
			m.t.Errorf("%s: %d bytes, %v", name, len(b), err)
		}
		found[name] = string(b)
	}
	return found
}
