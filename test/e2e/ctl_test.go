package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/bcrypt"
)

// ctlProgram builds tocsinctl, once for all tests, and returns the path. It has the
// version of the daemon.
var ctlProgram = sync.OnceValues(func() (string, error) {
	if err := touchSources(); err != nil {
		return "", err
	}
	path := filepath.Join(buildDir(), "tocsinctl")
	args := slices.Concat([]string{"build", "-buildvcs=false"}, buildFlags(), []string{
		"-ldflags", "-X github.com/prometheus/common/version.Version=" + builtVersion, "-o", path, "../../cmd/tocsinctl",
	})
	//nolint:noctx // the program is for all tests, so no test's context should end the build
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return path, nil
})

// client is a command line client and the home directory that it has.
type client struct{ path, dir string }

// newCtl is tocsinctl under a name.
func newCtl(t *testing.T, name string) client {
	t.Helper()
	built, err := ctlProgram()
	if err != nil {
		t.Fatal(err)
	}
	c := client{filepath.Join(t.TempDir(), name), t.TempDir()}
	if err := os.Symlink(built, c.path); err != nil {
		t.Fatal(err)
	}
	return c
}

// ended is a command that has ended.
type ended struct {
	Code        int
	Out, Errors string
}

func (c client) run(t *testing.T, args ...string) ended {
	t.Helper()
	p := start(t, command{path: c.path, dir: c.dir, args: args})
	code := p.exitCode(t)
	return ended{code, p.stdout.String(), p.stderr.String()}
}

// must runs a command that has to succeed and to complain of nothing.
func (c client) must(t *testing.T, args ...string) string {
	t.Helper()
	e := c.run(t, args...)
	if e.Code != 0 || e.Errors != "" {
		t.Fatalf("%s %q: exit code %d\n%s%s", c.path, args, e.Code, e.Out, e.Errors)
	}
	return e.Out
}

// ctlWorld is a daemon with alerts and silences in every state.
func ctlWorld(t *testing.T, own client) (daemon *tocsin, silences []string) {
	t.Helper()
	daemon = startTocsin(t, routingConfig)
	return daemon, fillWorld(t, own, daemon.url)
}

// fillWorld gives a daemon alerts and silences in every state.
func fillWorld(t *testing.T, own client, address string) (silences []string) {
	t.Helper()
	url := "--alertmanager.url=" + address
	add := func(args ...string) {
		silences = append(silences, strings.TrimSpace(own.must(t, slices.Concat([]string{url, "--no-version-check", "silence", "add"}, args)...)))
	}
	own.must(t, url, "--no-version-check", "alert", "add", "DiskFull", "severity=page", `node="b 1"`, "--annotation=summary=disk is full", "--annotation=x=ä", "--generator-url=http://p/x")
	own.must(t, url, "--no-version-check", "alert", "add", "DiskFull", "severity=warning", `node="b 1"`, "--start=2026-01-01T01:02:03+02:00")
	own.must(t, url, "--no-version-check", "alert", "add", "Late", "team=db", "--start=2026-01-01T00:00:00Z", "--end=2036-01-01T00:00:00Z")
	own.must(t, url, "--no-version-check", "alert", "add", "job=no name", "team=web")
	add("Late", "--author=ann", "--comment=known", "--duration=2h")
	add("team=~w.*", "job!=x", "y!~z+", "--author=bob", "--comment=a longer comment", "--duration=30m")
	add(`node="b 1"`, "--author=ann", "--comment=later", "--start=2036-01-01T00:00:00Z")
	add("Over", "--author=ann", "--comment=over", "--duration=1d")
	own.must(t, url, "--no-version-check", "silence", "expire", silences[3])
	return silences
}

// TestCtlAsAmtool wants tocsinctl, called amtool, to print what Debian's amtool prints,
// byte for byte.
func TestCtlAsAmtool(t *testing.T) {
	t.Parallel()
	theirs := client{need(t, "amtool", "prometheus-alertmanager"), t.TempDir()}
	ours := newCtl(t, "amtool")
	daemon, silences := ctlWorld(t, ours)
	for _, args := range sameRuns(t, silences) {
		args = append([]string{"--alertmanager.url=" + daemon.url}, args...)
		want, got := theirs.run(t, args...), ours.run(t, args...)
		// Since 0.31 alerts say which time intervals mute them.
		got.Out = strings.ReplaceAll(got.Out, `"mutedBy":[],`, "")
		if want.Code != got.Code || want.Code != 0 || want.Out != got.Out {
			t.Errorf("%q: exit codes %d and %d (-amtool +tocsinctl):\n%s\n%s", args, want.Code, got.Code, cmp.Diff(want.Out, got.Out), got.Errors)
		}
	}
}

// sameRuns are runs of which amtool and tocsinctl print the same.
func sameRuns(t *testing.T, silences []string) [][]string {
	t.Helper()
	file := write(t, t.TempDir(), "routing.yml", routingConfig)
	templates := write(t, t.TempDir(), "own.tmpl", `{{ define "own" }}{{ .Status }} <{{ .CommonLabels.alertname }}>{{ end }}`)
	data := write(t, t.TempDir(), "data.json", `{"status":"firing","commonLabels":{"alertname":"Disk & more"}}`)
	return [][]string{
		{"alert"},
		{"alert", "-o", "extended"},
		{"alert", "-o", "json"},
		{"alert", "query", "DiskFull"},
		{"alert", "query", "DiskFull", "severity!=page", "-o", "extended"},
		{"alert", "severity=~p.*|warning", "--date.format=02 Jan 15:04"},
		{"alert", "--silenced"},
		{"alert", "--inhibited"},
		{"alert", "-a", "-s", "-i", "-u", "-o", "json"},
		{"alert", "--receiver=on-.*", "-s", "-a"},
		{"alert", "Absent"},
		{"alert", "Absent", "-o", "json"},
		{"silence"},
		{"silence", "-o", "extended"},
		{"silence", "-o", "json"},
		{"silence", "-q"},
		{"silence", "query", "Late"},
		{"silence", "query", "team=~w.*", "-q"},
		{"silence", "query", "team=web", "-q"},
		{"silence", "--expired"},
		{"silence", "--expired", "-o", "json"},
		{"silence", "--expired", "--within=1h", "-q"},
		{"silence", "--within=1h", "-q"},
		{"silence", "--created-by=ann", "-q"},
		{"cluster"},
		{"cluster", "show", "-o", "extended"},
		{"cluster", "show", "-o", "json"},
		{"config"},
		{"config", "show", "-o", "json"},
		{"config", "routes", "--config.file=" + file},
		{"config", "routes", "test", "--config.file=" + file, "severity=page", "team=db"},
		{"config", "routes", "test", "--config.file=" + file, "severity=page", "team=db", "--tree"},
		{"config", "routes", "test", "--config.file=" + file, "--verify.receivers=on-call,storage", "severity=page", "team=db"},
		{"check-config", file},
		{"template", "render", "--template.glob=" + templates, "--template.data=" + data, `--template.text={{ template "own" . }} {{ .Status | toUpper }}`},
		{"template", "render", "--template.glob=" + templates, "--template.data=" + data, "--template.type=html", "--template.text=<b>{{ .CommonLabels.alertname }}</b>"},
		{"silence", "update", silences[0], "--comment=as it was", "--end=2036-01-01T00:00:00Z"},
	}
}

// TestCtlFails wants exit code 1 and one line where amtool has exit code 1.
func TestCtlFails(t *testing.T) {
	t.Parallel()
	theirs := client{need(t, "amtool", "prometheus-alertmanager"), t.TempDir()}
	ours := newCtl(t, "tocsinctl")
	daemon := startTocsin(t, routingConfig)
	file := write(t, t.TempDir(), "routing.yml", routingConfig)
	for _, args := range [][]string{
		{"nonsense"},
		{"alert", "--nonsense"},
		{"--output=yaml", "alert"},
		{"alert", "a", "b c"},
		{"alert", "--receiver=("},
		{"alert", "add"},
		{"alert", "add", "a", "b=~c"},
		{"alert", "add", "a", "--start=tomorrow"},
		{"silence", "add", "a"},
		{"silence", "add", "--comment=c"},
		{"silence", "add", "a", "--comment=c", "--duration=0s"},
		{"silence", "add", "a", "b=~(", "--comment=c"},
		{"silence", "add", "a", "--comment=c", "--start=2036-01-02T00:00:00Z", "--end=2036-01-01T00:00:00Z"},
		{"silence", "add", "a", "--comment=c", "--end=2001-01-01T00:00:00Z", "--start=2000-01-01T00:00:00Z"},
		{"silence", "add", "a=~.*", "--comment=c"},
		{"silence", "expire"},
		{"silence", "expire", "3f2a0000-0000-4000-8000-000000000000"},
		{"silence", "expire", "nonsense"},
		{"silence", "update"},
		{"silence", "update", "3f2a0000-0000-4000-8000-000000000000", "--comment=c"},
		{"silence", "import", "absent.json"},
		{"silence", "import", file},
		{"check-config", "absent.yml"},
		{"config", "routes", "--config.file=absent.yml"},
		{"config", "routes", "test", "--config.file=" + file, "name"},
		{"template", "render", "--template.text=a"},
		{"template", "render", "--template.glob=x", "--template.text={{ nonsense }}"},
		// What amtool has not, which it says as well.
		{"template", "render", "--template.glob=x", "--template.text=a", "--live", "Absent"},
		{"silence", "preview", "a", "b=~("},
		{"silence", "preview", "--id=3f2a0000-0000-4000-8000-000000000000"},
		{"receivers", "test"},
		{"receivers", "test", "nobody"},
		{"receivers", "test", "on-call", "--integration=slack[7]"},
		{"routes", "test", "--tests=absent.yml"},
		{"snapshot"}, // it is switched off
		{"top", "--interval=1ms"},
		{"check-config", "--diff=http://127.0.0.1:1", file},
		{"check-config", "--diff=" + daemon.url, file, file},
		{"--alertmanager.url=http://127.0.0.1:1", "alert"},
		{"--alertmanager.url=" + daemon.url + "/absent", "alert"},
	} {
		if !strings.HasPrefix(args[0], "--alertmanager.url") && !strings.HasPrefix(args[len(args)-1], "--config.file") {
			args = append([]string{"--alertmanager.url=" + daemon.url}, args...)
		}
		if e := theirs.run(t, args...); e.Code != 1 {
			t.Errorf("amtool %q: exit code %d, want 1", args, e.Code)
		}
		e := ours.run(t, args...)
		if e.Code != 1 || !regexp.MustCompile(`^tocsinctl: error: [^\n]+\n$`).MatchString(e.Errors) {
			t.Errorf("tocsinctl %q: exit code %d, errors %q; want 1 and one line", args, e.Code, e.Errors)
		}
		for _, dump := range []string{"panic", "goroutine ", "DATA RACE", "%!", "0xc0"} {
			if strings.Contains(e.Errors+e.Out, dump) {
				t.Errorf("tocsinctl %q: not meant for people: %s%s", args, e.Out, e.Errors)
			}
		}
	}
}

// TestCtlMismatch wants a wrong expectation of receivers to fail as with amtool, whose
// scripts read the receivers from the first line.
func TestCtlMismatch(t *testing.T) {
	t.Parallel()
	theirs := client{need(t, "amtool", "prometheus-alertmanager"), t.TempDir()}
	ours := newCtl(t, "tocsinctl")
	file := write(t, t.TempDir(), "routing.yml", routingConfig)
	for _, c := range []client{theirs, ours} {
		e := c.run(t, "config", "routes", "test", "--config.file="+file, "--verify.receivers=storage", "severity=page", "team=db")
		if e.Code != 1 || c == ours && e.Errors != "" || !strings.HasPrefix(e.Out, "on-call,storage\nWARNING: ") {
			t.Errorf("%s: %+v", c.path, e)
		}
	}
}

// TestCtlBackup moves silences between the clients in both directions.
func TestCtlBackup(t *testing.T) {
	t.Parallel()
	theirs := client{need(t, "amtool", "prometheus-alertmanager"), t.TempDir()}
	ours := newCtl(t, "tocsinctl")
	from, silences := ctlWorld(t, ours)
	for _, direction := range []struct{ save, load client }{{theirs, ours}, {ours, theirs}, {ours, ours}} {
		saved := direction.save.run(t, "--alertmanager.url="+from.url, "silence", "query", "-o", "json")
		file := write(t, t.TempDir(), "silences.json", saved.Out)
		to := startTocsin(t, routingConfig)
		loaded := direction.load.run(t, "--alertmanager.url="+to.url, "silence", "import", file)
		if ids := strings.Fields(loaded.Out); loaded.Code != 0 || len(ids) != 3 || slices.Contains(ids, silences[0]) {
			t.Errorf("import with %s: %+v, want three new ids", direction.load.path, loaded)
		}
		if want, got := comments(t, ours, from), comments(t, ours, to); !slices.Equal(want, got) {
			t.Errorf("silences %q after import with %s, want %q", got, direction.load.path, want)
		}
		again := direction.load.run(t, "--alertmanager.url="+from.url, "silence", "import", file)
		if ids := strings.Fields(again.Out); again.Code != 0 || !slices.Contains(ids, silences[0]) {
			t.Errorf("import where they came from with %s: %+v, want the same ids", direction.load.path, again)
		}
	}
}

// TestCtlImportPartly wants those silences to be set that can be, and the others to be
// named.
func TestCtlImportPartly(t *testing.T) {
	t.Parallel()
	ours := newCtl(t, "tocsinctl")
	daemon := startTocsin(t, routingConfig)
	const silence = `{"matchers":[{"name":"a","value":"b","isRegex":false}],"createdBy":"ann","comment":"c","startsAt":"2026-01-01T00:00:00Z","endsAt":%q,"id":%q}`
	file := write(t, t.TempDir(), "silences.json", "["+
		fmt.Sprintf(silence, "2036-01-01T00:00:00Z", "3f2a0000-0000-4000-8000-000000000001")+","+
		fmt.Sprintf(silence, "2025-01-01T00:00:00Z", "3f2a0000-0000-4000-8000-000000000002")+"]")
	e := ours.run(t, "--alertmanager.url="+daemon.url, "silence", "import", file)
	refused := regexp.MustCompile(`^silence "3f2a0000-0000-4000-8000-000000000002": POST [^\n]+ status 400 [^\n]+\ntocsinctl: error: 1 of 2 silences could not be imported\n$`)
	if e.Code != 1 || len(strings.Fields(e.Out)) != 1 || !refused.MatchString(e.Errors) {
		t.Errorf("%+v", e)
	}
	if got := comments(t, ours, daemon); len(got) != 1 {
		t.Errorf("silences %q, want one", got)
	}
}

// comments are what the silences that are not over say, with their matchers.
func comments(t *testing.T, c client, daemon *tocsin) []string {
	t.Helper()
	var found []shownSilence
	if err := json.Unmarshal([]byte(c.must(t, "--alertmanager.url="+daemon.url, "silence", "-o", "json")), &found); err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, s := range found {
		texts = append(texts, fmt.Sprint(s.Comment, s.CreatedBy, s.Matchers, s.Status))
	}
	slices.Sort(texts)
	return texts
}

// TestCtlOnDaemon does what only tocsinctl can.
func TestCtlOnDaemon(t *testing.T) {
	t.Parallel()
	ours := newCtl(t, "tocsinctl")
	daemon, silences := ctlWorld(t, ours)
	url := "--alertmanager.url=" + daemon.url
	if want, got := "├── {severity=\"page\"}  continue: true  receiver: on-call\n", ours.must(t, url, "config", "routes"); !strings.Contains(got, want) {
		t.Errorf("config routes of the daemon: %s", got)
	}
	if got := ours.must(t, url, "config", "routes", "test", "severity=page", "team=db"); got != "on-call,storage\n" {
		t.Errorf("config routes test with the daemon: %s", got)
	}
	if got := ours.must(t, url, "silence", "update", "-q", silences[0], "-d", "3h"); got != silences[0]+"\n" {
		t.Errorf("silence update -q: %q, want %s", got, silences[0])
	}
	if got := ours.must(t, url, "config", "show", "-o", "extended"); !strings.Contains(got, "\nversion "+builtVersion+"\n") {
		t.Errorf("config show -o extended: %s", got)
	}
	if got := ours.must(t, url, "silence", "-q", "--id="+silences[1]); got != silences[1]+"\n" {
		t.Errorf("silence --id: %q", got)
	}
	var exported struct{ Expired []string }
	if err := json.Unmarshal([]byte(ours.must(t, url, "-o", "json", "silence", "expire", silences[1])), &exported); err != nil || !slices.Equal(exported.Expired, silences[1:2]) {
		t.Errorf("silence expire -o json: %+v, %v", exported, err)
	}
	// Every configuration that is shown is a valid one.
	shown := write(t, t.TempDir(), "shown.yml", ours.must(t, url, "config"))
	ours.must(t, "check-config", shown)
	ours.must(t, "config", "routes", "--config.file="+shown)
}

// TestCtlCredentials wants a daemon behind a password to be reached by those who know it.
func TestCtlCredentials(t *testing.T) {
	t.Parallel()
	ours := newCtl(t, "tocsinctl")
	hash, err := bcrypt.GenerateFromPassword([]byte("s3cret"), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	web := write(t, t.TempDir(), "web.yml", "basic_auth_users: {ann: '"+string(hash)+"'}\n")
	daemon := startTocsin(t, routingConfig, "--web.config.file="+web)
	host := strings.TrimPrefix(daemon.url, "http://")
	settings := write(t, t.TempDir(), "http.yml", "basic_auth: {username: ann, password: s3cret}\n")
	ours.must(t, "--alertmanager.url=http://ann:s3cret@"+host, "alert")
	ours.must(t, "--alertmanager.url="+host, "--http.config.file="+settings, "alert")
	for _, address := range []string{host, "http://ann:guess@" + host} {
		if e := ours.run(t, "--alertmanager.url="+address, "alert"); e.Code != 1 || !strings.Contains(e.Errors, "status 401") || strings.Contains(e.Errors, "guess") {
			t.Errorf("%s: %+v", address, e)
		}
	}
}

// TestCtlFeatures wants the client to know the features of the daemon.
func TestCtlFeatures(t *testing.T) {
	t.Parallel()
	ours := newCtl(t, "tocsinctl")
	list := regexp.MustCompile(`there are ([a-z0-9-]+(, [a-z0-9-]+)+?)(, try --help)?\n`)
	names := func(text string) []string {
		found := list.FindStringSubmatch(text)
		if found == nil {
			t.Fatalf("no list of features in %q", text)
		}
		return slices.Sorted(slices.Values(strings.Split(found[1], ", ")))
	}
	p := launch(t, t.TempDir(), "--enable-feature=nonsense")
	p.exitCode(t)
	daemon, client := names(p.stderr.String()), names(ours.run(t, "--enable-feature=nonsense", "completion", "bash").Errors)
	if diff := cmp.Diff(daemon, client); diff != "" {
		t.Errorf("features (-tocsin +tocsinctl):\n%s", diff)
	}
}
