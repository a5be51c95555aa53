package daemon

import (
	"slices"
	"strings"
	"testing"
)

// What is left of a damaged storage, even if that is nothing, is no first start:
// the files that tocsin has imported once are older than what was lost.
func TestNoImportAfterDamage(t *testing.T) {
	for _, c := range []struct {
		name  string
		after func(h *house) // what happens once nothing is left
	}{
		{"at once", func(*house) {}},
		{"the damaged one was removed", func(h *house) { h.removeAside() }},
		{"the new one was removed", func(h *house) { h.remove("data/db") }},
	} {
		for _, spoil := range []func(content []byte) []byte{
			func([]byte) []byte { return nil },
			func(content []byte) []byte { return make([]byte, len(content)) },
			func([]byte) []byte { return []byte("not what it was") },
		} {
			h := newHouse(t, map[string][]byte{silencesFile: concat([][]byte{silenceRecord(t, "one")})})
			h.import1()
			h.spoil(spoil)
			h.rest()
			c.after(h)
			h.holds(h.mustStart(), 0, 0)
			h.logged(0, "Imported")
			h.logged(1, "level=warn", "not imported again")
			h.holds(h.mustStart(), 0, 0)
			h.logged(0, "Imported")
		}
	}
}

// import1 starts for the first time and is ended before it is known to be up.
func (h *house) import1() {
	h.t.Helper()
	d, err := New(Options{ConfigFile: h.config, StoragePath: "data", StorageFS: h.fs})
	if err != nil {
		h.t.Fatal(err)
	}
	if err := d.migrate(); err != nil {
		h.t.Fatal(err)
	}
}

// rest opens the storage and closes it, as an export does.
func (h *house) rest() {
	h.t.Helper()
	d, err := New(Options{ConfigFile: h.config, StoragePath: "data", StorageFS: h.fs})
	if err != nil {
		h.t.Fatal(err)
	}
	s, err := d.openStorage(nil)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := s.close(); err != nil {
		h.t.Fatal(err)
	}
}

// spoil changes what is in every file of the database.
func (h *house) spoil(change func([]byte) []byte) {
	h.t.Helper()
	names, err := h.fs.List("data/db")
	if err != nil {
		h.t.Fatal(err)
	}
	for _, name := range names {
		h.put("db/"+name, change(h.content("db/"+name)))
	}
}

func (h *house) removeAside() {
	h.t.Helper()
	names, err := h.fs.List("data")
	if err != nil {
		h.t.Fatal(err)
	}
	names = slices.DeleteFunc(names, func(n string) bool { return !strings.Contains(n, ".damaged-") })
	if len(names) == 0 {
		h.t.Fatal("nothing was set aside")
	}
	for _, name := range names {
		h.remove("data/" + name)
	}
}

func (h *house) remove(dir string) {
	h.t.Helper()
	if err := h.fs.RemoveAll(dir); err != nil {
		h.t.Fatal(err)
	}
}
