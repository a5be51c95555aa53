package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-kit/log/level"
)

// change is one record of a table or log.
type change struct {
	key   []byte
	value []byte // nil: deleted
	seq   uint64 // of two changes of a key the one with the higher number is the newer
}

// finds is the newest change of each key that was found.
type finds map[string]change

func (f finds) add(c change) {
	if old, known := f[string(c.key)]; !known || old.seq < c.seq {
		f[string(c.key)] = c
	}
}

// losses is what could not be read.
type losses struct {
	unreadable []string // files
	blocks     int      // parts of tables
	gaps       int      // parts of logs
	missing    int      // tables that the manifest names
}

// search reads tables and logs without Pebble's help.
func (s *survey) search(tables, logs []uint64) (finds, losses, error) {
	found := make(finds)
	var lost losses
	for _, n := range tables {
		name, here := s.tables[n]
		if !here {
			lost.missing++
			continue
		}
		data, err := s.read(name)
		if err != nil {
			return nil, lost, fmt.Errorf("read %s: %w", name, err)
		}
		blocks, damaged := tableRecords(data, found.add)
		lost.count(name, blocks, damaged)
	}
	for _, n := range logs {
		name := s.logs[n]
		data, err := s.read(name)
		if err != nil {
			return nil, lost, fmt.Errorf("read %s: %w", name, err)
		}
		scan := scanLog(data, n)
		for _, r := range scan.records {
			if err := batchRecords(r.data, found.add); err != nil {
				lost.gaps++
			}
		}
		lost.gaps += scan.gaps
	}
	return found, lost, nil
}

func (l *losses) count(name string, blocks, damaged int) {
	if blocks == 0 && damaged > 0 {
		l.unreadable = append(l.unreadable, name)
		return
	}
	l.blocks += damaged
}

// errNoLog: a log is not removed before the next is there.
var errNoLog = errors.New("there is no log")

// misses says why Pebble would not read something that is there, or nil. It takes
// damage in the list of files or in a log for the end of it.
func (s *survey) misses() error {
	tables, logs := s.sources()
	if len(s.logs) == 0 {
		return errNoLog
	}
	for _, n := range logs {
		data, err := s.read(s.logs[n])
		if err != nil {
			return err
		}
		if scanLog(data, n).broken {
			return fmt.Errorf("%s is damaged", s.logs[n])
		}
	}
	strays := s.strays()
	if len(strays) == 0 {
		return nil
	}
	without, _, err := s.search(tables, logs)
	if err != nil {
		return err
	}
	with, _, err := s.search(append(tables, strays...), logs)
	if err != nil {
		return err
	}
	if !maps.EqualFunc(without.content(), with.content(), slices.Equal[[]byte]) {
		return fmt.Errorf("%w to its end", errManifest)
	}
	return nil
}

// content leaves out what is deleted.
func (f finds) content() map[string][]byte {
	content := make(map[string][]byte, len(f))
	for key, c := range f {
		if c.value != nil {
			content[key] = c.value
		}
	}
	return content
}

// salvage puts a new database in the place of a damaged one, with everything in it
// that can still be read. The damaged one is kept beside it, as it is. Until the
// new one is complete nothing has changed.
func (o *opener) salvage(s *survey, why error) error {
	tables, logs := s.sources()
	if s.manifest != nil {
		tables = append(tables, s.strays()...)
	}
	found, lost, err := s.search(tables, logs)
	if err != nil {
		return err
	}
	content := found.content()
	if version, known := content[string(formatKey())]; known {
		if err := knownFormat(version); errors.Is(err, ErrNewer) {
			return err
		}
	}
	content[string(salvageKey())] = time.Now().UTC().AppendFormat(nil, time.RFC3339)
	if err := o.rebuild(content); err != nil {
		return fmt.Errorf("make a new database of what can be read: %w", err)
	}
	aside, err := o.exchange()
	if err != nil {
		return err
	}
	o.replaced()
	_ = level.Error(o.logger).Log("msg", "Storage was damaged; a new one holds what could be read of it, and the damaged one is kept", "err", why,
		"path", o.dir, "kept_in", aside, "records", o.counts(content), "unreadable_files", strings.Join(lost.unreadable, " "),
		"damaged_blocks", lost.blocks, "damaged_log_parts", lost.gaps, "missing_files", lost.missing)
	return nil
}

// counts says how many records each table has.
func (o *opener) counts(content map[string][]byte) string {
	counts := make(map[string]int)
	for key := range content {
		if key == "" || key[0] == metaPrefix {
			continue
		}
		name := o.tables[key[0]]
		switch {
		case key[0] == alertPrefix:
			name = "alerts"
		case key[0] == extensionPrefix:
			name = "extensions"
		case name == "":
			name = fmt.Sprintf("%q", key[0])
		}
		counts[name]++
	}
	var text []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		text = append(text, fmt.Sprintf("%s=%d", name, counts[name]))
	}
	return strings.Join(text, " ")
}

// The directories beside that of the database. One that is being rebuilt is of no
// use, one that is rebuilt is only waiting to be renamed.
func (o *opener) rebuilding() string { return o.dir + ".rebuilding" }
func (o *opener) rebuilt() string    { return o.dir + ".rebuilt" }

// asideMark follows the name of a database in that of one that was set aside.
const asideMark = ".damaged-"

// rebuild writes a complete database beside the damaged one.
func (o *opener) rebuild(content map[string][]byte) error {
	work := o.rebuilding()
	if err := o.fs.RemoveAll(work); err != nil {
		return err
	}
	if err := makeDir(o.fs, work); err != nil {
		return err
	}
	if err := o.fill(work, content); err != nil {
		return errors.Join(err, o.fs.RemoveAll(work))
	}
	return o.move(work, o.rebuilt())
}

// fill writes records into a new database and closes it.
func (o *opener) fill(dir string, content map[string][]byte) error {
	e, err := openEngine(o.engine(dir))
	if err != nil {
		return err
	}
	changes := backlog(content)
	for part := range changes.parts(maxIdle) {
		if err := e.apply(part, false); err != nil {
			e.abandon()
			return err
		}
	}
	if err := e.writeFormat(); err != nil { // and with it all before it
		e.abandon()
		return err
	}
	return e.close()
}

// exchange puts the rebuilt database in the place of the damaged one, and returns
// where that is now.
func (o *opener) exchange() (aside string, err error) {
	base := o.dir + asideMark + time.Now().UTC().Format("20060102T150405Z")
	aside = base
	for i := 2; ; i++ {
		_, err := o.fs.Stat(aside)
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil {
			return "", err
		}
		aside = fmt.Sprintf("%s-%d", base, i)
	}
	if err := o.move(o.dir, aside); err != nil {
		return "", fmt.Errorf("set the damaged database aside: %w", err)
	}
	o.countAside()
	return aside, o.move(o.rebuilt(), o.dir)
}

// manyAside is how many damaged databases may lie about before somebody is asked to
// remove some. They are never removed without asking.
const manyAside = 5

func (o *opener) countAside() {
	kept, err := o.asides()
	if err == nil && len(kept) > manyAside { // it is only about a hint
		_ = level.Warn(o.logger).Log("msg", "There are many damaged databases; look after the disk, and remove those that nobody needs", "path", o.dir+asideMark+"*", "count", len(kept))
	}
}

// asides returns the names of the damaged databases that were kept, by age.
func (o *opener) asides() ([]string, error) {
	names, err := o.fs.List(o.fs.PathDir(o.dir))
	prefix := o.fs.PathBase(o.dir) + asideMark
	kept := slices.DeleteFunc(names, func(name string) bool { return !strings.HasPrefix(name, prefix) })
	slices.Sort(kept)
	return kept, err
}

// salvageKey is where a database says that it has taken the place of a damaged one.
func salvageKey() []byte { return []byte{metaPrefix, 's'} }

// wasSalvaged reports whether a database has taken the place of a damaged one, or
// a damaged one lies beside it.
func (o *opener) wasSalvaged(e *engine) (bool, error) {
	kept, err := o.asides()
	if err != nil || len(kept) > 0 {
		return true, err
	}
	_, known, err := e.get(salvageKey())
	return known, err
}

// Salvaged reports whether the database has taken the place of a damaged one, at this
// start or at an earlier one: what is not in it may have been lost.
func (db *DB) Salvaged() bool { return db.salvaged }

// move renames a directory for good.
func (o *opener) move(from, to string) error {
	if err := o.fs.Rename(from, to); err != nil {
		return err
	}
	return syncDir(o.fs, o.fs.PathDir(to))
}
