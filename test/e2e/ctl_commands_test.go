package e2e_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// ctlRun is how a command is run, and what it has to print for people.
type ctlRun struct {
	// args make the arguments, anew for each format: a silence ends only once.
	args func(t *testing.T) []string
	// want matches what is printed with the first two formats.
	want string
	// script says that the command prints a script, whatever the format.
	script bool
}

// always are arguments that can be given again.
func always(args ...string) func(*testing.T) []string {
	return func(*testing.T) []string { return args }
}

// ctlRuns are runs of every command against a daemon.
func ctlRuns(t *testing.T, ours client, daemon *tocsin) map[string]ctlRun {
	t.Helper()
	url := "--alertmanager.url=" + daemon.url
	silence := func(t *testing.T) string {
		t.Helper()
		return strings.TrimSpace(ours.must(t, url, "silence", "add", "Nothing", "--author=ann", "--comment=for a test"))
	}
	file := write(t, t.TempDir(), "routing.yml", routingConfig)
	cases := write(t, t.TempDir(), "cases.yml", "tests: [{labels: {severity: page, team: db}, receivers: [on-call, storage]}]\n")
	backup := write(t, t.TempDir(), "silences.json", ours.must(t, url, "silence", "query", "-o", "json"))
	const id = `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n`
	return map[string]ctlRun{
		"help":            {args: always("help", "alert"), want: `alert add `, script: true},
		"completion":      {args: always("completion", "fish"), want: `complete -c tocsinctl`, script: true},
		"alert query":     {args: always("alert", "query", "DiskFull"), want: `DiskFull`},
		"alert add":       {args: always("alert", "add", "Added", "--annotation=a=b"), want: `^$`},
		"silence query":   {args: always("silence", "query"), want: `a longer comment`},
		"silence add":     {args: always("silence", "add", "Nothing", "--comment=none"), want: id + `$`},
		"silence update":  {args: func(t *testing.T) []string { return []string{"silence", "update", silence(t), "--comment=changed"} }, want: `changed`},
		"silence expire":  {args: func(t *testing.T) []string { return []string{"silence", "expire", silence(t)} }, want: `^$`},
		"silence import":  {args: always("silence", "import", backup), want: id},
		"silence preview": {args: always("silence", "preview", "DiskFull", `node="b 1"`), want: `\n2 alerts, of which 1 is quiet already\n$`},
		"check-config":    {args: always("check-config", "--diff="+daemon.url, file), want: `would change nothing`},
		"cluster show":    {args: always("cluster", "show"), want: `Cluster Status:  disabled`},
		"cluster peers":   {args: always("cluster", "peers", "--check"), want: `^clustering is off\n$`},
		"config show":     {args: always("config", "show"), want: `receiver: storage`},
		"config routes show": {
			args: always("config", "routes", "show"), want: `└── {team=~"db\|storage"}  receiver: storage\n`,
		},
		"config routes test": {args: always("config", "routes", "test", "severity=page", "team=db"), want: `^on-call,storage\n$`},
		"template render": {
			args: always("template", "render", "--live", "--template.glob=x", "--template.text={{ .Receiver }} {{ .GroupLabels.alertname }}", "DiskFull", "severity=page"),
			want: `^on-call DiskFull$`,
		},
		"routes show":    {args: always("routes", "show"), want: `├── {severity="page"}  continue: true  receiver: on-call  1 alert in 1 group\n`},
		"routes test":    {args: always("routes", "test", "--tests="+cases), want: `1 test, passed`},
		"receivers test": {args: always("receivers", "test", "on-call"), want: `^on-call has no integrations`},
		"explain":        {args: always("explain", "DiskFull", "severity=page"), want: `on-call`},
		"snapshot":       {args: always("snapshot"), want: `^\d{8}T\d{6}`},
		"top":            {args: always("top", "--interval=500ms"), want: `in \d+ groups; per second \d+\.\d\d alerts received`},
	}
}

// commandsOf lists the commands of a program, from its page of the manual.
func commandsOf(t *testing.T, c client) []string {
	t.Helper()
	var names []string
	for _, found := range regexp.MustCompile(`(?m)^\.SS\n\\fB([a-z][a-z -]*[a-z])`).FindAllStringSubmatch(c.must(t, "--help-man"), -1) {
		names = append(names, found[1])
	}
	if len(names) < 20 {
		t.Fatalf("only %d commands were found: %q", len(names), names)
	}
	slices.Sort(names)
	return names
}

// TestCtlEveryCommand runs every command in every format against a daemon.
func TestCtlEveryCommand(t *testing.T) {
	t.Parallel()
	ours := newCtl(t, "tocsinctl")
	daemon := startTocsin(t, routingConfig, "--web.enable-admin-api")
	fillWorld(t, ours, daemon.url)
	runs := ctlRuns(t, ours, daemon)
	if diff := cmp.Diff(commandsOf(t, ours), slices.Sorted(maps.Keys(runs))); diff != "" {
		t.Errorf("each command needs a run here (-commands +runs):\n%s", diff)
	}
	for name, r := range runs {
		for _, format := range []string{"simple", "extended", "json"} {
			args := append([]string{"--alertmanager.url=" + daemon.url, "-o", format}, r.args(t)...)
			got := ours.must(t, args...)
			switch {
			case format != "json" || r.script:
				if !regexp.MustCompile(r.want).MatchString(got) {
					t.Errorf("%s -o %s: no %s in\n%s", name, format, r.want, got)
				}
			case strings.Count(got, "\n") != 1 || !json.Valid([]byte(got)):
				t.Errorf("%s -o json: not JSON on one line:\n%s", name, got)
			}
			if strings.Contains(got, "\x1b") {
				t.Errorf("%s -o %s: colours without a terminal:\n%q", name, format, got)
			}
		}
	}
}

// TestCtlOnAlertmanager wants tocsinctl, called amtool, to print of Debian's Alertmanager
// what amtool prints of it, in every format.
func TestCtlOnAlertmanager(t *testing.T) {
	t.Parallel()
	theirs := client{need(t, "amtool", "prometheus-alertmanager"), t.TempDir()}
	ours := newCtl(t, "amtool")
	dir := t.TempDir()
	daemon := start(t, command{path: need(t, "prometheus-alertmanager", "prometheus-alertmanager"), dir: dir, args: []string{
		"--config.file=" + write(t, dir, "am.yml", routingConfig), "--storage.path=" + dir,
		"--cluster.listen-address=", "--web.listen-address=127.0.0.1:0",
	}})
	url := "http://" + daemon.address(t)
	silences := fillWorld(t, ours, url)
	for _, args := range sameRuns(t, silences) {
		for _, format := range []string{"simple", "extended", "json"} {
			if slices.Contains(args, "-o") {
				break
			}
			if format == "extended" && args[0] == "config" {
				continue // amtool prints addresses of memory
			}
			args := append([]string{"--alertmanager.url=" + url, "--no-version-check", "-o", format}, args...)
			want, got := theirs.run(t, args...), ours.run(t, args...)
			want.Out, got.Out = withoutUpdates(want.Out), withoutUpdates(got.Out)
			if want.Code != got.Code || want.Code != 0 || want.Out != got.Out {
				t.Errorf("%q: exit codes %d and %d (-amtool +tocsinctl):\n%s\n%s", args, want.Code, got.Code, cmp.Diff(want.Out, got.Out), got.Errors)
			}
		}
	}
}

// withoutUpdates leaves out when something was changed, which a command does anew.
func withoutUpdates(text string) string {
	return regexp.MustCompile(`"updatedAt":"[^"]+"`).ReplaceAllString(text, "")
}

// TestCtlExamples runs what the page about routes shows.
func TestCtlExamples(t *testing.T) {
	t.Parallel()
	ours := newCtl(t, "tocsinctl")
	text, err := os.ReadFile("../../examples/routes/tocsin.yml")
	if err != nil {
		t.Fatal(err)
	}
	daemon := startTocsin(t, string(text))
	path, err := filepath.Abs("../../examples/routes")
	if err != nil {
		t.Fatal(err)
	}
	ours.must(t, "check-config", "--strict", "--diff="+daemon.url, filepath.Join(path, "tocsin.yml"))
	cases, err := os.ReadFile(filepath.Join(path, "routes-test.yml"))
	if err != nil {
		t.Fatal(err)
	}
	// Against a daemon the tests are the same, without the file that they name.
	live := write(t, t.TempDir(), "live.yml", strings.Replace(string(cases), "config: tocsin.yml", "", 1))
	if got := ours.must(t, "--alertmanager.url="+daemon.url, "routes", "test", "--tests="+live); !strings.Contains(got, "3 tests, passed") {
		t.Errorf("routes test with the daemon: %s", got)
	}
}
