package e2e_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestBackup makes a snapshot of a tocsin that runs, lets Alertmanager's files be
// written from it meanwhile, loses everything else, and puts the snapshot back.
// Nobody hears anything twice.
func TestBackup(t *testing.T) {
	t.Parallel()
	hook := newSink(t)
	dir := t.TempDir()
	write(t, dir, "tocsin.yml", hook.route("group_wait: 0s, group_interval: 500ms, repeat_interval: 1h"))
	run := func() (*process, server) {
		p := launch(t, dir, "--web.listen-address=127.0.0.1:0", "--web.enable-admin-api")
		of := server{"http://" + p.address(t)}
		waitFor(t, "ready", func() bool { return ready(t, of) })
		return p, of
	}
	p, of := run()
	of.post(t, "/api/v2/alerts", alertNow("Told"))
	hook.wait(t, 1)
	// That it was told is written down after it was told.
	waitFor(t, "the record", func() bool { return of.metric(t, "tocsin_oldest_undelivered_seconds") == 0 })
	silenceOther(t, of)

	var made struct {
		Name  string
		Bytes int64
	}
	a := of.send(t, http.MethodPost, "/api/tocsin/v1/admin/snapshot", "")
	if err := json.Unmarshal([]byte(a.body), &made); err != nil || a.status != http.StatusOK || made.Bytes == 0 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	snapshot := filepath.Join(dir, "data", "snapshots", made.Name)
	of.post(t, "/api/v2/alerts", alertNow("Later"))
	hook.wait(t, 2)
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	export := start(t, command{path: path, args: []string{"export-alertmanager", "--storage.path=" + snapshot, "--output=out"}, dir: dir})
	if code := export.exitCode(t); code != 0 || !strings.Contains(export.stdout.String(), "silences 1, notifications 1") {
		t.Errorf("export: exit code %d: %s", code, &export.stdout)
	}
	p.stop(t)

	if err := os.Rename(snapshot, filepath.Join(dir, "restored")); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, "data")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "restored"), filepath.Join(dir, "data")); err != nil {
		t.Fatal(err)
	}
	p, of = run()
	if names := of.alertNames(t); !slices.Equal(names, []string{"Told"}) {
		t.Errorf("the snapshot has %q", names)
	}
	if lines := p.stderr.lines("State loaded", "alerts=1", "silences=1", "notifications=1"); len(lines) != 1 {
		t.Errorf("%d lines say what was loaded, want one", len(lines))
	}
	of.post(t, "/api/v2/alerts", alertNow("Told"))
	of.post(t, "/api/v2/alerts", alertNow("New"))
	hook.wait(t, 3)
	p.stop(t)
	if diff := cmp.Diff([]string{"Told", "Later", "New"}, groupsTold(hook)); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}
