package daemon

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/go-kit/log"
	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/silence"
)

// Routes that repeat the matchers of others, of which Alertmanager's log says
// nothing.
const repeatedRoutes = `
route:
  receiver: root
  routes:
    - {matchers: [team="a"], receiver: ops, continue: true}
    - {matchers: [team="a"], receiver: db, continue: true}
    - {matchers: [team="a"], receiver: ops}
receivers: [{name: root}, {name: ops}, {name: db}]
`

// house is a storage directory in memory in which daemons live one after another.
type house struct {
	t      *testing.T
	fs     vfs.FS
	config string
	log    bytes.Buffer
}

func newHouse(t *testing.T, files map[string][]byte) *house {
	t.Helper()
	h := &house{t: t, fs: vfs.NewMem(), config: filepath.Join(t.TempDir(), "tocsin.yml")}
	if err := os.WriteFile(h.config, []byte(repeatedRoutes), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := h.fs.MkdirAll("data", 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		h.put(name, content)
	}
	return h
}

func (h *house) put(name string, content []byte) {
	h.t.Helper()
	f, err := h.fs.Create("data/"+name, vfs.WriteCategoryUnspecified)
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := f.Write(bytes.Clone(content)); err != nil { // which it spoils if races are looked for
		h.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		h.t.Fatal(err)
	}
}

// start lets a daemon load what there is. It is up for a moment: that is written
// down, as it is when it runs.
func (h *house) start() (*Daemon, error) {
	h.t.Helper()
	h.log.Reset()
	d, err := New(Options{ConfigFile: h.config, StoragePath: "data", StorageFS: h.fs, Retention: time.Hour, Logger: log.NewLogfmtLogger(&h.log)})
	if err != nil {
		h.t.Fatal(err)
	}
	if err := d.migrate(); err != nil {
		return nil, err
	}
	if d.storage, err = d.openStorage(nil); err != nil {
		h.t.Fatal(err)
	}
	d.remember()
	if err := d.load(); err != nil {
		h.t.Fatal(err)
	}
	d.storage.clock.Put("alive", time.Now())
	if err := d.storage.close(); err != nil {
		h.t.Fatal(err)
	}
	return d, nil
}

func (h *house) mustStart() *Daemon {
	h.t.Helper()
	d, err := h.start()
	if err != nil {
		h.t.Fatal(err)
	}
	return d
}

// holds checks how much is there.
func (h *house) holds(d *Daemon, silences, entries int) {
	h.t.Helper()
	if got := len(d.silences.All()); got != silences {
		h.t.Errorf("%d silences, want %d\n%s", got, silences, &h.log)
	}
	if got := d.log.Len(); got != entries {
		h.t.Errorf("%d entries, want %d\n%s", got, entries, &h.log)
	}
}

func (h *house) logged(n int, texts ...string) {
	h.t.Helper()
	got := 0
	for line := range strings.Lines(h.log.String()) {
		if !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(line, text) }) {
			got++
		}
	}
	if got != n {
		h.t.Errorf("%d lines with %q, want %d:\n%s", got, texts, n, &h.log)
	}
}

func someSilence(t *testing.T, id string) *silence.Silence {
	t.Helper()
	m, err := alert.NewMatcher(alert.MatchEqual, "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	return &silence.Silence{ID: id, Matchers: alert.Matchers{m}, StartsAt: now, EndsAt: now.Add(time.Hour), UpdatedAt: now, CreatedBy: "ann", Comment: "disks"}
}

func silenceRecord(t *testing.T, id string) []byte {
	s := someSilence(t, id)
	return silence.Append(nil, s, s.EndsAt.Add(time.Hour))
}

func someEntry(group, receiver string) *notify.Entry {
	now := time.Now().UTC()
	return &notify.Entry{
		Key:       notify.LogKey{Group: group, Receiver: receiver, Integration: "webhook"},
		Timestamp: now, ExpiresAt: now.Add(time.Hour), Firing: []uint64{7},
	}
}

func entryRecord(group, receiver string) []byte {
	return notify.AppendEntry(nil, someEntry(group, receiver))
}

func TestImport(t *testing.T) {
	files := map[string][]byte{
		silencesFile: concat([][]byte{silenceRecord(t, "one"), silenceRecord(t, "two")}),
		logFile: concat([][]byte{
			entryRecord(`{}:{}`, "root"),
			entryRecord(`{}/{team="a"}:{x="y"}`, "ops"),
			entryRecord(`{}/{team="a"}:{x="y"}`, "db"),
			entryRecord(`{}/{team="gone"}:{}`, "root"),
		}),
	}
	h := newHouse(t, files)
	d := h.mustStart()
	h.holds(d, 2, 5)
	h.logged(1, "level=info", "Imported", "silences=2", "notifications=5", "left_out=0")
	for _, key := range []notify.LogKey{
		{Group: `{}:{}`, Receiver: "root", Integration: "webhook"},
		{Group: `{}/{team="a"}:{x="y"}`, Receiver: "ops", Integration: "webhook"},
		{Group: `{}/{team="a"}#1:{x="y"}`, Receiver: "db", Integration: "webhook"},
		{Group: `{}/{team="a"}#2:{x="y"}`, Receiver: "ops", Integration: "webhook"},
		{Group: `{}/{team="gone"}:{}`, Receiver: "root", Integration: "webhook"},
	} {
		if e := d.log.Get(key); e == nil || !slices.Equal(e.Firing, []uint64{7}) || e.Key != key {
			t.Errorf("%s: got %+v", key, e)
		}
	}
	if diff := cmp.Diff(someSilence(t, "one").Matchers.String(), mustSilence(t, d, "one").Matchers.String()); diff != "" {
		t.Error(diff)
	}
	for name, content := range files {
		if got := h.content(name); !bytes.Equal(got, content) {
			t.Errorf("%s has changed", name)
		}
	}

	// Once, whatever stands in the files later.
	h.put(silencesFile, concat([][]byte{silenceRecord(t, "three")}))
	h.holds(h.mustStart(), 2, 5)
	h.logged(0, "Imported")
}

func mustSilence(t *testing.T, d *Daemon, id string) *silence.Silence {
	t.Helper()
	s, found := d.silences.Get(id)
	if !found {
		t.Fatalf("no silence %s", id)
	}
	return s
}

func (h *house) content(name string) []byte {
	h.t.Helper()
	f, err := h.fs.Open("data/" + name)
	if err != nil {
		h.t.Fatal(err)
	}
	defer f.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(f); err != nil {
		h.t.Fatal(err)
	}
	return b.Bytes()
}

// Files that come after tocsin are not its own past.
func TestNoImportIntoAnOldDirectory(t *testing.T) {
	h := newHouse(t, nil)
	h.holds(h.mustStart(), 0, 0)
	h.put(silencesFile, concat([][]byte{silenceRecord(t, "one")}))
	h.holds(h.mustStart(), 0, 0)
	h.logged(0, "Imported")
}

func TestNewerFilesAreWarnedOf(t *testing.T) {
	h := newHouse(t, map[string][]byte{silencesFile: nil})
	h.mustStart()
	h.logged(0, "level=warn", "newer")
	d, err := New(Options{ConfigFile: h.config, StoragePath: "data", StorageFS: h.fs})
	if err != nil {
		t.Fatal(err)
	}
	if d.storage, err = d.openStorage(nil); err != nil {
		t.Fatal(err)
	}
	stored, err := d.storage.clock.All()
	if err != nil {
		t.Fatal(err)
	}
	for key := range stored {
		d.storage.clock.Put(key, time.Now().Add(-time.Minute))
	}
	if err := d.storage.close(); err != nil {
		t.Fatal(err)
	}
	h.mustStart()
	h.logged(1, "level=warn", "newer")
}

func TestImportOfDamagedFiles(t *testing.T) {
	good := appendDelimited(nil, silenceRecord(t, "one"))
	bad := appendDelimited(nil, []byte{0x0a, 0x7f})
	for _, c := range []struct {
		name     string
		file     []byte
		silences int    // that are there then
		leftOut  int    // of records
		refused  string // what the error says; "": it starts
	}{
		{"empty", nil, 0, 0, ""},
		{"one bad record", slices.Concat(good, bad, appendDelimited(nil, silenceRecord(t, "two"))), 2, 1, ""},
		{"it breaks off", slices.Concat(good, good[:20]), 1, 1, ""},
		{"many bad records", slices.Concat(good, bytes.Repeat(bad, 50)), 1, 50, ""},
		{"not supported", appendDelimited(nil, severalSets()), 0, 1, ""},
		{"text", []byte("this is no file of Alertmanager"), 0, 0, "cannot be read"},
		{"zeros", make([]byte, 512), 0, 0, "cannot be read"},
		{"nothing but bad records", bad, 0, 0, "cannot be read"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHouse(t, map[string][]byte{silencesFile: c.file})
			d, err := h.start()
			if c.refused != "" {
				if err == nil || !strings.Contains(err.Error(), c.refused) || !strings.Contains(err.Error(), "data/silences") || !strings.Contains(err.Error(), "move it away") {
					t.Errorf("error %v, want one with the file and what to do", err)
				}
				// It does not help to start again, but to move the file away.
				if _, err := h.start(); err == nil {
					t.Error("it starts the second time")
				}
				if err := h.fs.Rename("data/silences", "data/silences.bad"); err != nil {
					t.Fatal(err)
				}
				h.mustStart()
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			h.holds(d, c.silences, 0)
			h.logged(min(c.leftOut, maxShown), "level=error", "Left out", "file=data/silences")
			h.logged(1, "Imported", fmt.Sprintf("left_out=%d", c.leftOut))
		})
	}
}

// severalSets is a silence of which tocsin cannot do what it says.
func severalSets() []byte {
	text := func(number byte, s string) []byte { return append([]byte{number<<3 | 2, byte(len(s))}, s...) }
	set := text(11, string(text(1, string(slices.Concat(text(2, "a"), text(3, "b"))))))
	return text(1, string(slices.Concat(text(1, "sets"), set, set)))
}

// A disk that cannot be read is no reason to forget what is on it.
func TestImportFromABrokenDisk(t *testing.T) {
	h := newHouse(t, map[string][]byte{logFile: concat([][]byte{entryRecord("{}:{}", "root")})})
	inner := h.fs
	h.fs = errorfs.Wrap(inner, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if strings.HasSuffix(op.Path, logFile) && op.Kind == errorfs.OpFileRead {
			return errors.New("broken disk")
		}
		return nil
	}))
	if _, err := h.start(); err == nil || !strings.Contains(err.Error(), "broken disk") {
		t.Errorf("error %v", err)
	}
	h.fs = inner
	h.holds(h.mustStart(), 0, 1)
}
