package disk

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/go-kit/log"
	"github.com/google/go-cmp/cmp"
)

// past is what has been in a table.
type past struct {
	fs    *vfs.MemFS
	now   map[string]string
	every map[string][]string // all values of a key, ever
}

func texts() Codec[string] {
	return Codec[string]{
		Append: func(b []byte, s string) []byte { return append(b, s...) },
		Decode: func(b []byte) (string, error) { return string(b), nil },
	}
}

// mustOpen opens the database of a file system and its table t.
func mustOpen(t testing.TB, fs vfs.FS) (*DB, *Table[string]) {
	t.Helper()
	db, err := Open(Options{Dir: "data/db", FS: fs, Logger: log.NewNopLogger(), Tables: map[byte]string{'t': "texts"}})
	if err != nil {
		t.Fatal(err)
	}
	return db, NewTable(db, 't', texts())
}

// everything is what a table holds.
func everything(t testing.TB, table *Table[string]) map[string]string {
	t.Helper()
	all, err := table.All()
	if err != nil {
		t.Error(err)
	}
	return all
}

// during runs a database while f works with it.
func during(t testing.TB, db *DB, f func()) {
	t.Helper()
	stop := start(t, db)
	f()
	if err := stop(); err != nil {
		t.Fatal(err)
	}
}

// populate makes a database that has been stopped and started a few times, so
// that it has tables on several levels and a log.
func populate(t testing.TB, r *rand.Rand) past {
	p := past{fs: vfs.NewMem(), now: make(map[string]string), every: make(map[string][]string)}
	lives := 1 + r.IntN(9)
	for life := range lives {
		db, table := mustOpen(t, p.fs)
		work := func() {
			for step := range 1 + r.IntN(40) {
				p.change(table, r, fmt.Sprintf("%d.%d", life, step))
				if err := table.Sync(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
		}
		during(t, db, work)
	}
	return p
}

// change puts and deletes a few keys.
func (p past) change(table *Table[string], r *rand.Rand, step string) {
	for range 1 + r.IntN(10) {
		key := fmt.Sprintf("key-%03d", r.IntN(300))
		if r.IntN(5) == 0 {
			table.Delete(key)
			delete(p.now, key)
			continue
		}
		value := key + " in " + step + strings.Repeat(" "+strconv.Itoa(r.IntN(1e6)), r.IntN(100))
		if r.IntN(200) == 0 {
			value = strings.Repeat(value, 100)
		}
		table.Put(key, value)
		p.now[key] = value
		p.every[key] = append(p.every[key], value)
	}
}

// clone copies a file system.
func (p past) clone(t testing.TB) *vfs.MemFS {
	fs := vfs.NewMem()
	if ok, err := vfs.Clone(p.fs, fs, "data", "data"); err != nil || !ok {
		t.Fatal(ok, err)
	}
	return fs
}

func files(t testing.TB, fs vfs.FS, dir string) map[string][]byte {
	t.Helper()
	names, err := fs.List(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := survey{fs: fs, dir: dir}
	all := make(map[string][]byte)
	for _, name := range names {
		if all[name], err = s.read(name); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func overwrite(t testing.TB, fs vfs.FS, name string, data []byte) {
	t.Helper()
	f, err := fs.Create("data/db/"+name, vfs.WriteCategoryUnspecified)
	if err == nil {
		_, err = f.Write(data)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// seeds is how many random cases are tried; TOCSIN_SEEDS asks for more.
func seeds(t *testing.T, few int) uint64 {
	if text := os.Getenv("TOCSIN_SEEDS"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return uint64(few)
}

// What is read without Pebble is what Pebble reads.
func TestTheSearchFindsWhatPebbleFinds(t *testing.T) {
	t.Parallel()
	levels := 0
	for seed := range seeds(t, 15) {
		p := populate(t, rand.New(rand.NewPCG(seed, 1)))
		s, err := lookAt(p.fs, "data/db")
		if err != nil {
			t.Fatal(err)
		}
		if s.unlisted != nil {
			t.Fatalf("seed %d: %v", seed, s.unlisted)
		}
		if len(s.strays()) > 0 {
			t.Errorf("seed %d: strays %v", seed, s.strays())
		}
		tables, logs := s.sources()
		levels += len(tables)
		found, lost, err := s.search(tables, logs)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(losses{}, lost, cmp.AllowUnexported(losses{})); diff != "" {
			t.Errorf("seed %d: losses in a whole database: %s", seed, diff)
		}
		if diff := cmp.Diff(p.now, textsIn(found)); diff != "" {
			t.Errorf("seed %d: (-put +found)\n%s", seed, diff)
		}
		checkManifest(t, p.fs, s)
	}
	if levels == 0 {
		t.Error("no table was written")
	}
}

func textsIn(f finds) map[string]string {
	found := make(map[string]string)
	for key, value := range f.content() {
		if text, ok := strings.CutPrefix(key, "t"); ok {
			found[text] = string(value)
		}
	}
	return found
}

// checkManifest compares what is read of a manifest with what Pebble says.
func checkManifest(t *testing.T, fs vfs.FS, s *survey) {
	t.Helper()
	e, err := openEngine(engineOptions{dir: "data/db", fs: fs, logger: log.NewNopLogger(), readOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer e.discard()
	levels, err := e.db.SSTables()
	if err != nil {
		t.Fatal(err)
	}
	live := make(map[uint64]bool)
	for _, level := range levels {
		for _, table := range level {
			live[uint64(table.FileNum)] = true
		}
	}
	if diff := cmp.Diff(live, s.manifest.live); diff != "" {
		t.Errorf("tables (-Pebble +read): %s", diff)
	}
}

// harm is what was done to a file, and which keys may have lost something by it.
type harm struct {
	text  string
	file  string
	touch map[string]bool // keys; nil: none
	end   bool            // of a log, which looks as if it had never been written
}

// damage breaks one file.
func damage(t *testing.T, fs vfs.FS, r *rand.Rand) harm {
	all := files(t, fs, "data/db")
	names := slices.Sorted(maps.Keys(all))
	names = slices.DeleteFunc(names, func(n string) bool { return len(all[n]) == 0 && !strings.HasPrefix(n, "marker.") })
	name := names[r.IntN(len(names))]
	data := bytes.Clone(all[name])
	h := harm{file: name}
	kind := r.IntN(10)
	switch {
	case kind == 0 || len(data) == 0:
		h.text = "removed"
		if err := fs.Remove("data/db/" + name); err != nil {
			t.Fatal(err)
		}
		h.touch = touched(name, data, 0, len(data))
		return h
	case kind == 1:
		at := r.IntN(len(data))
		h.text = fmt.Sprintf("cut to %d of %d", at, len(data))
		h.touch = touched(name, data, at, len(data))
		h.end = strings.HasSuffix(name, ".log")
		data = data[:at]
	case kind == 2:
		from := r.IntN(len(data))
		to := min(len(data), from+1+r.IntN(5000))
		h.text = fmt.Sprintf("random from %d to %d of %d", from, to, len(data))
		h.touch = touched(name, data, from, to)
		h.end = strings.HasSuffix(name, ".log") && to > len(data)-50
		for i := from; i < to; i++ {
			data[i] = byte(r.Uint32())
		}
	default:
		at := r.IntN(len(data))
		h.text = fmt.Sprintf("a bit of byte %d of %d", at, len(data))
		h.touch = touched(name, data, at, at+1)
		data[at] ^= 1 << r.IntN(8)
	}
	overwrite(t, fs, name, data)
	return h
}

// touched returns the keys that have something between two places of a file.
func touched(name string, data []byte, from, to int) map[string]bool {
	keys := make(map[string]bool)
	if number, ok := numbered(name, ".log"); ok {
		// Records of which a part is left out are not whole.
		left := bytes.Clone(data)
		for i := from; i < to; i++ {
			left[i] ^= 0xff
		}
		after := scanLog(left, number).records
		for _, record := range scanLog(data, number).records {
			if !slices.ContainsFunc(after, func(r logRecord) bool { return bytes.Equal(r.data, record.data) }) {
				_ = batchRecords(record.data, func(c change) { keys[string(c.key)] = true })
			}
		}
	}
	if _, ok := numbered(name, ".sst"); !ok {
		return keys
	}
	handles, _ := blockHandles(data)
	last := handles[len(handles)-1]
	broad := to > int(last.Offset+last.Length)+5 // what says where blocks are is damaged, too
	for _, h := range handles {
		if int(h.Offset) < to && int(h.Offset+h.Length)+5 > from || broad && int(h.Offset) >= from {
			_ = blockRecords(data, h, func(c change) { keys[string(c.key)] = true })
		}
	}
	return keys
}

// A log that is not needed any more goes when the next one is there, and not before: if
// the newest is lost, none must be left that could be taken for it.
func TestOneLogIsLeft(t *testing.T) {
	t.Parallel()
	for seed := range uint64(20) {
		p := populate(t, rand.New(rand.NewPCG(seed, 1)))
		s, err := lookAt(p.fs, "data/db")
		if err != nil {
			t.Fatal(err)
		}
		if len(s.logs) != 1 {
			t.Errorf("seed %d: logs %v, want one", seed, slices.Sorted(maps.Values(s.logs)))
		}
	}
}

// A damaged database is opened all the same, has everything that is not in what
// was damaged, nothing that was never put, and is kept as it was.
func TestDamage(t *testing.T) {
	t.Parallel()
	salvages := 0
	var p past
	for seed := range seeds(t, 40) {
		if seed%10 == 0 {
			p = populate(t, rand.New(rand.NewPCG(seed, 1)))
		}
		fs := p.clone(t)
		h := damage(t, fs, rand.New(rand.NewPCG(seed, 2)))
		before := files(t, fs, "data/db")
		name := fmt.Sprintf("seed %d: %s %s", seed, h.file, h.text)
		db, table := mustOpen(t, fs)
		found := everything(t, table)
		during(t, db, func() {
			table.Put("new", "value")
			if err := table.Sync(t.Context()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
		p.compare(t, name, h, found)
		if salvaged := checkAside(t, name, fs, before); salvaged {
			salvages++
		} else if !h.end && !maps.Equal(found, p.now) {
			t.Errorf("%s: something is lost, and nobody has said so", name)
		}
		db, table = mustOpen(t, fs)
		again := everything(t, table)
		during(t, db, func() {})
		found["new"] = "value"
		if diff := cmp.Diff(found, again); diff != "" {
			t.Errorf("%s: the next time (-first +second)\n%s", name, diff)
		}
	}
	if salvages == 0 {
		t.Error("no damage was noticed")
	}
	t.Logf("%d salvages", salvages)
}

func (p past) compare(t *testing.T, name string, h harm, found map[string]string) {
	t.Helper()
	for key, value := range found {
		if !slices.Contains(p.every[key], value) {
			t.Errorf("%s: %s is %.40q, which it never was", name, key, value)
		}
	}
	for key := range p.every {
		if !h.touch["t"+key] && p.now[key] != found[key] {
			t.Errorf("%s: %s is %.40q, want %.40q", name, key, found[key], p.now[key])
			return // it may be a hundred
		}
	}
}

// checkAside wants the damaged database to be as it was, if it was set aside.
func checkAside(t *testing.T, name string, fs vfs.FS, before map[string][]byte) bool {
	t.Helper()
	beside, err := fs.List("data")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range beside {
		if !strings.HasPrefix(dir, "db.damaged-") {
			continue
		}
		if diff := cmp.Diff(before, files(t, fs, "data/"+dir)); diff != "" {
			t.Errorf("%s: it was changed before it was set aside:\n%.2000s", name, diff)
		}
		return true
	}
	return false
}
