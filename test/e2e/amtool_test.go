package e2e_test

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// amtool is Debian's command line client and the server that it talks to.
type amtool struct {
	path, dir string
	of        *tocsin
}

// run runs amtool, which has to succeed, and returns what it printed.
func (a amtool) run(t *testing.T, args ...string) string {
	t.Helper()
	p := start(t, command{path: a.path, dir: a.dir, args: append([]string{"--alertmanager.url=" + a.of.url}, args...)})
	if code := p.exitCode(t); code != 0 {
		t.Fatalf("amtool %q: exit code %d\n%s%s", args, code, &p.stdout, &p.stderr)
	}
	return p.stdout.String()
}

// runJSON decodes what amtool prints with -o json.
func (a amtool) runJSON(t *testing.T, v any, args ...string) {
	t.Helper()
	text := a.run(t, append(slices.Clone(args), "-o", "json")...)
	if err := json.Unmarshal([]byte(text), v); err != nil {
		t.Fatalf("amtool %q: %v\n%s", args, err, text)
	}
}

// shownAlert is what matters of an alert that amtool prints as JSON.
type shownAlert struct {
	Labels, Annotations map[string]string
	Receivers           []struct{ Name string }
	Status              struct {
		State       string
		SilencedBy  []string
		InhibitedBy []string
	}
}

func (a amtool) alerts(t *testing.T, args ...string) []shownAlert {
	t.Helper()
	var found []shownAlert
	a.runJSON(t, &found, append([]string{"alert", "query"}, args...)...)
	return found
}

// TestAmtool works with alerts and silences as an operator does. Notifications
// repeat every second, so that it shows when a silence does not hold.
func TestAmtool(t *testing.T) {
	t.Parallel()
	path := need(t, "amtool", "prometheus-alertmanager")
	hook := newSink(t)
	daemon := startTocsin(t, hook.route("group_wait: 100ms, group_interval: 500ms, repeat_interval: 500ms"))
	a := amtool{path: path, dir: t.TempDir(), of: daemon}

	a.run(t, "alert", "add", "alertname=DiskFull", "severity=page", "--annotation=summary=disk is full")
	hook.wait(t, 2) // the first and a repetition
	checkListed(t, a)

	id := strings.TrimSpace(a.run(t, "silence", "add", "alertname=DiskFull", "severity=~p.*", "--author=ann", "--comment=new disks come", "--duration=2h"))
	checkSilenced(t, a, id)
	checkHolds(t, daemon, hook)
	checkSilences(t, a, id)

	before := len(hook.deliveries())
	a.run(t, "silence", "expire", id)
	hook.wait(t, before+1)
	checkExpired(t, a, id)
}

// checkListed wants the alert in the lists, by label and by receiver.
func checkListed(t *testing.T, a amtool) {
	t.Helper()
	var want shownAlert
	want.Labels = map[string]string{"alertname": "DiskFull", "severity": "page"}
	want.Annotations = map[string]string{"summary": "disk is full"}
	want.Receivers = []struct{ Name string }{{"team"}}
	want.Status.State, want.Status.SilencedBy, want.Status.InhibitedBy = "active", []string{}, []string{}
	for _, args := range [][]string{nil, {"DiskFull"}, {"severity=~pa.e"}, {"--receiver=te.*"}} {
		if diff := cmp.Diff([]shownAlert{want}, a.alerts(t, args...)); diff != "" {
			t.Errorf("amtool alert query %q (-want +got):\n%s", args, diff)
		}
	}
	for _, args := range [][]string{{"severity!=page"}, {"--receiver=other"}, {"--silenced"}, {"--inhibited"}} {
		if found := a.alerts(t, args...); len(found) != 0 {
			t.Errorf("amtool alert query %q: %v, want none", args, found)
		}
	}
	row := regexp.MustCompile(`(?m)^DiskFull +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC +disk is full +active *$`)
	if text := a.run(t, "alert"); !row.MatchString(text) {
		t.Errorf("amtool alert: no row like %s in\n%s", row, text)
	}
	if text := a.run(t, "alert", "-o", "extended"); !strings.Contains(text, `alertname="DiskFull" severity="page"`) {
		t.Errorf("amtool alert -o extended: labels are missing in\n%s", text)
	}
}

// checkSilenced wants the alert to be shown as suppressed by the silence.
func checkSilenced(t *testing.T, a amtool, id string) {
	t.Helper()
	found := a.alerts(t, "--silenced")
	if len(found) != 1 {
		t.Fatalf("%d silenced alerts, want 1", len(found))
	}
	if s := found[0].Status; s.State != "suppressed" || !slices.Equal(s.SilencedBy, []string{id}) {
		t.Errorf("the alert is %s by silences %q, want suppressed by %s", s.State, s.SilencedBy, id)
	}
	if found := a.alerts(t); len(found) != 0 {
		t.Errorf("silenced alert among the active ones: %v", found)
	}
}

// checkHolds wants no notification while the group is due several times.
func checkHolds(t *testing.T, daemon *tocsin, hook *sink) {
	t.Helper()
	const suppressed = `alertmanager_notifications_suppressed_total{reason="silence"}`
	// What was on its way when the silence came has arrived when the next flush
	// was suppressed.
	waitFor(t, "a suppressed notification", func() bool { return daemon.metric(t, suppressed) >= 1 })
	count, before := daemon.metric(t, suppressed), len(hook.deliveries())
	waitFor(t, "three more", func() bool { return daemon.metric(t, suppressed) >= count+3 })
	if got := len(hook.deliveries()); got != before {
		t.Errorf("%d notifications while the alert was silenced", got-before)
	}
	if got := daemon.metric(t, `alertmanager_alerts{state="suppressed"}`); got != 1 {
		t.Errorf("%v suppressed alerts on /metrics, want 1", got)
	}
}

// shownSilence is what matters of a silence that amtool prints as JSON.
type shownSilence struct {
	ID, CreatedBy, Comment string
	Status                 struct{ State string }
	Matchers               []struct {
		Name, Value      string
		IsRegex, IsEqual bool
	}
}

// checkSilences wants the silence in the lists and changes its comment.
func checkSilences(t *testing.T, a amtool, id string) {
	t.Helper()
	var found []shownSilence
	a.runJSON(t, &found, "silence", "query")
	want := []shownSilence{{ID: id, CreatedBy: "ann", Comment: "new disks come"}}
	want[0].Status.State = "active"
	want[0].Matchers = []struct {
		Name, Value      string
		IsRegex, IsEqual bool
	}{{"alertname", "DiskFull", false, true}, {"severity", "p.*", true, true}}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("amtool silence query (-want +got):\n%s", diff)
	}
	if ids := a.run(t, "silence", "query", "--quiet", "alertname=DiskFull"); strings.TrimSpace(ids) != id {
		t.Errorf("amtool silence query alertname=DiskFull: %q, want %s", ids, id)
	}
	if ids := a.run(t, "silence", "query", "--quiet", "alertname=Other"); ids != "" {
		t.Errorf("amtool silence query alertname=Other: %q, want none", ids)
	}
	text := a.run(t, "silence", "update", id, "--comment=disks are late")
	if !containsAll(text, []string{id, "ann", "disks are late"}) {
		t.Errorf("amtool silence update printed\n%s", text)
	}
}

// checkExpired wants the silence only among the expired ones, and that it can be
// brought back from a backup.
func checkExpired(t *testing.T, a amtool, id string) {
	t.Helper()
	if ids := a.run(t, "silence", "query", "--quiet"); ids != "" {
		t.Errorf("silences after the only one has expired: %q", ids)
	}
	if ids := a.run(t, "silence", "query", "--quiet", "--expired"); strings.TrimSpace(ids) != id {
		t.Errorf("expired silences: %q, want %s", ids, id)
	}
	fresh := strings.TrimSpace(a.run(t, "silence", "add", "alertname=Backup", "--author=ann", "--comment=to be saved"))
	file := write(t, a.dir, "silences.json", a.run(t, "silence", "query", "-o", "json"))
	a.run(t, "silence", "expire", fresh)
	imported := strings.TrimSpace(a.run(t, "silence", "import", "--force", file))
	if imported == fresh || imported == "" {
		t.Errorf("imported as %q, want a new identifier", imported)
	}
	if ids := a.run(t, "silence", "query", "--quiet"); strings.TrimSpace(ids) != imported {
		t.Errorf("silences after the import: %q, want %s", ids, imported)
	}
}

// routingConfig names no webhooks: amtool 0.25 does not know all of their keys.
const routingConfig = `
route:
  receiver: everybody
  group_by: [alertname, cluster]
  routes:
    - matchers: ['severity = page']
      receiver: on-call
      continue: true
    - matchers: ['team =~ "db|storage"']
      receiver: storage
receivers:
  - name: everybody
  - name: on-call
  - name: storage
inhibit_rules:
  - source_matchers: ['severity = page']
    target_matchers: ['severity = warning']
    equal: [alertname]
time_intervals:
  - name: weekend
    time_intervals: [{weekdays: ['saturday', 'sunday']}]
`

// TestAmtoolConfig wants amtool and tocsin to understand a configuration in the
// same way.
func TestAmtoolConfig(t *testing.T) {
	t.Parallel()
	path := need(t, "amtool", "prometheus-alertmanager")
	daemon := startTocsin(t, routingConfig)
	a := amtool{path: path, dir: t.TempDir(), of: daemon}

	// What is shown has the global keys of 0.34, which amtool 0.25 refuses, as
	// it does when Alertmanager 0.34 shows them. It knows those of older versions.
	newer := regexp.MustCompile(`(?m)^  (smtp_tls_config|slack_app_url|rocketchat_api_url|telegram_api_url|webex_api_url|jira_api_url):.*\n(    .*\n)*`)
	file := write(t, a.dir, "written.yml", routingConfig)
	shown := write(t, a.dir, "shown.yml", newer.ReplaceAllString(a.run(t, "config", "show"), ""))
	for _, name := range []string{file, shown} {
		if text := a.run(t, "check-config", name); !containsAll(text, []string{"SUCCESS", "3 receivers", "1 inhibit rules"}) {
			t.Errorf("amtool check-config %s:\n%s", name, text)
		}
	}
	smallest, err := filepath.Abs("../../examples/minimal.yml")
	if err != nil {
		t.Fatal(err)
	}
	a.run(t, "check-config", smallest)
	a.run(t, "config", "routes", "test", "--config.file="+file, "--verify.receivers=on-call,storage", "severity=page", "team=db")
	a.run(t, "config", "routes", "test", "--config.file="+file, "--verify.receivers=everybody", "team=web")
	tree := a.run(t, "config", "routes", "--config.file="+file)
	if !containsAll(tree, []string{"default-route", "receiver: on-call", "receiver: storage", `{severity="page"}`}) {
		t.Errorf("amtool config routes:\n%s", tree)
	}
	if text := a.run(t, "cluster", "show"); !strings.Contains(text, "disabled") {
		t.Errorf("amtool cluster show:\n%s", text)
	}
}
