package daemon

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/notify"
)

// stored makes a storage directory and returns it. The log has the entries, and
// there is one silence.
func stored(t *testing.T, entries ...*notify.Entry) string {
	t.Helper()
	dir := t.TempDir()
	d := &Daemon{o: Options{StoragePath: dir, Retention: time.Hour}}
	s, err := d.openStorage(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.silences.Put("one", someSilence(t, "one"))
	for _, e := range entries {
		s.log.Put(e.Key.String(), e)
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func exportTo(t *testing.T, e Export) Exported {
	t.Helper()
	written, err := e.Run()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range list(t, e.Output) {
		if name != silencesFile && name != logFile && name != databaseDir && name != databaseDir+".lock" {
			t.Errorf("%s is left in %s", name, e.Output)
		}
	}
	return written
}

func list(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestExportIsImported(t *testing.T) {
	dir := stored(t, someEntry(`{}/{team="a"}#1:{x="y"}`, "db"), someEntry(`{}:{}`, "root"))
	out := filepath.Join(t.TempDir(), "new", "data")
	if diff := cmp.Diff(Exported{Silences: 1, Notifications: 2}, exportTo(t, Export{StoragePath: dir, Output: out})); diff != "" {
		t.Error(diff)
	}
	h := newHouse(t, map[string][]byte{silencesFile: mustRead(t, out, silencesFile), logFile: mustRead(t, out, logFile)})
	d := h.mustStart()
	h.holds(d, 1, 2)
	for _, group := range []string{`{}/{team="a"}#1:{x="y"}`, `{}:{}`} {
		receiver := map[bool]string{true: "root", false: "db"}[group == `{}:{}`]
		if e := d.log.Get(notify.LogKey{Group: group, Receiver: receiver, Integration: "webhook"}); e == nil {
			t.Errorf("nothing of %s", group)
		}
	}
	same := cmp.Options{cmp.Comparer(func(a, b *alert.Matcher) bool { return a.Same(b) }), cmp.Comparer(func(a, b time.Time) bool { return a.Sub(b).Abs() < time.Minute })}
	if diff := cmp.Diff(someSilence(t, "one"), mustSilence(t, d, "one"), same); diff != "" {
		t.Error(diff)
	}
}

func mustRead(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestForeignLog(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	entry := func(group string, age time.Duration, firing, owed []uint64) *notify.Entry {
		return &notify.Entry{
			Key:       notify.LogKey{Group: group, Receiver: "ops", Integration: "webhook"},
			Timestamp: at.Add(-age), ExpiresAt: at.Add(time.Hour), Firing: firing, Resolved: []uint64{9}, Owed: owed,
		}
	}
	for name, c := range map[string]struct {
		stored []*notify.Entry
		want   []*notify.Entry
	}{
		"owed is firing": {
			[]*notify.Entry{entry("{}:{}", 0, []uint64{2, 5}, []uint64{1, 5, 7})},
			[]*notify.Entry{entry("{}:{}", 0, []uint64{1, 2, 5, 7}, nil)},
		},
		"one key, the youngest": {
			[]*notify.Entry{entry("{}#1:{}", 0, []uint64{1}, nil), entry("{}:{}", time.Hour, []uint64{2}, nil), entry("{}#2:{}", time.Minute, []uint64{3}, nil)},
			[]*notify.Entry{entry("{}:{}", 0, []uint64{1}, nil)},
		},
		"sorted": {
			[]*notify.Entry{entry(`{}/{b="1"}#1:{}`, 0, []uint64{1}, nil), entry("{}/{a=\"1\"}:{}", 0, []uint64{2}, nil)},
			[]*notify.Entry{entry("{}/{a=\"1\"}:{}", 0, []uint64{2}, nil), entry(`{}/{b="1"}:{}`, 0, []uint64{1}, nil)},
		},
	} {
		byKey := map[string]*notify.Entry{}
		for _, e := range c.stored {
			byKey[e.Key.String()] = e
		}
		var got []*notify.Entry
		for _, record := range foreignLog(byKey) {
			e, err := notify.ParseEntry(record)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, e)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestExportOverwritesOnlyWhenAsked(t *testing.T) {
	dir := stored(t)
	old := []byte("what Alertmanager had")
	for _, name := range []string{silencesFile, logFile} {
		out := t.TempDir()
		if err := os.WriteFile(filepath.Join(out, name), old, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Export{StoragePath: dir, Output: out}.Run()
		if err == nil || !strings.Contains(err.Error(), filepath.Join(out, name)) || !strings.Contains(err.Error(), "--force") {
			t.Errorf("error %v", err)
		}
		if got := list(t, out); !slices.Equal(got, []string{name}) || string(mustRead(t, out, name)) != string(old) {
			t.Errorf("%q, want only %s, as it was", got, name)
		}
		exportTo(t, Export{StoragePath: dir, Output: out, Force: true})
		if string(mustRead(t, out, name)) == string(old) {
			t.Errorf("%s is as it was", name)
		}
	}
}

func TestExportInPlace(t *testing.T) {
	dir := stored(t, someEntry(`{}:{}`, "root"))
	exportTo(t, Export{StoragePath: dir, Output: dir})
	if diff := cmp.Diff([]string{databaseDir, databaseDir + ".lock", logFile, silencesFile}, list(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestExportOfNothing(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	if _, err := (Export{StoragePath: dir, Output: out}).Run(); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("error %v", err)
	}
	if got := slices.Concat(list(t, dir), list(t, out)); len(got) > 0 {
		t.Errorf("%q, want nothing", got)
	}
}
