package daemon

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/config"
	"github.com/tocsin-alerting/tocsin/internal/wire"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/silence"
)

// The files in which Alertmanager keeps its state.
const (
	silencesFile = "silences"
	logFile      = "nflog"
)

// migrate imports what Alertmanager has left in the storage directory, if nothing
// has been stored there yet. It happens once, and all at once. The files stay as
// they are.
func (d *Daemon) migrate() error {
	if d.o.StoragePath == "" {
		return nil
	}
	changed, err := d.lastChange()
	if err != nil || changed.IsZero() {
		return err
	}
	s, err := d.openStorage(nil)
	if err != nil {
		return err
	}
	// It is written here, in one piece, and is durable when this returns.
	return errors.Join(d.importOnce(s, changed), s.close())
}

// importOnce imports files that were changed at a time, unless something is stored,
// or was until it was damaged.
func (d *Daemon) importOnce(s storage, changed time.Time) error {
	empty, err := s.empty()
	switch {
	case err != nil:
		return err
	case empty && s.db.Salvaged():
		_ = level.Warn(d.logger).Log("msg", "Nothing is left of a damaged storage; the files of Alertmanager are older than that and are not imported again", "path", d.o.StoragePath)
		return nil
	case empty:
		return d.importInto(s)
	}
	lastUp, err := s.lastUp()
	if err == nil && changed.After(lastUp.Add(heartbeat)) {
		_ = level.Warn(d.logger).Log("msg", "Files of Alertmanager are newer than what tocsin has stored; they are not imported again", "path", d.o.StoragePath)
	}
	return err
}

// storageFS is the file system of the storage directory.
func (d *Daemon) storageFS() vfs.FS {
	if d.o.StorageFS == nil {
		return vfs.Default
	}
	return d.o.StorageFS
}

// lastChange is when the files of Alertmanager were changed, the zero time if there
// are none.
func (d *Daemon) lastChange() (last time.Time, err error) {
	for _, name := range []string{silencesFile, logFile} {
		info, err := d.storageFS().Stat(filepath.Join(d.o.StoragePath, name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return last, fmt.Errorf("look for files of Alertmanager: %w", err)
		case info.ModTime().After(last):
			last = info.ModTime()
		}
	}
	return last, nil
}

// empty reports whether nothing is stored.
func (s storage) empty() (bool, error) {
	clock, err := s.clock.All()
	silences, err2 := s.silences.All()
	entries, err3 := s.log.All()
	return len(clock)+len(silences)+len(entries) == 0, errors.Join(err, err2, err3)
}

// lastUp is when tocsin was last known to be up, or to import.
func (s storage) lastUp() (last time.Time, err error) {
	stored, err := s.clock.All()
	for _, t := range stored {
		if t.After(last) {
			last = t
		}
	}
	return last, err
}

// importInto enters all that can be read, or returns an error and enters nothing.
func (d *Daemon) importInto(s storage) error {
	c, err := d.readConfig()
	if err != nil {
		return err
	}
	im := importer{d: d, routes: c}
	for _, file := range []struct {
		name string
		take func(record []byte) error
	}{{silencesFile, im.takeSilence}, {logFile, im.takeEntry}} {
		if err := im.read(file.name, file.take); err != nil {
			return err
		}
	}
	for _, sil := range im.silences {
		s.silences.Put(sil.ID, sil)
	}
	for _, e := range im.entries {
		s.log.Put(e.Key.String(), e)
	}
	// From now on there is something, even if the files were empty.
	s.clock.Put("imported", time.Now())
	logger := level.Info(d.logger)
	if im.problems > 0 {
		logger = level.Error(d.logger)
	}
	_ = logger.Log("msg", "Imported what Alertmanager has left, once; its files are not needed any more", "path", d.o.StoragePath,
		"silences", len(im.silences), "notifications", len(im.entries), "left_out", im.problems)
	return nil
}

// importer reads the files of Alertmanager.
type importer struct {
	d        *Daemon
	routes   *config.Config
	silences []*silence.Silence
	entries  []*notify.Entry
	problems int // of all files
}

// maxShown is how many problems of a file are logged one by one.
const maxShown = 20

// read takes the records of a file. It goes on after one that cannot be read, and
// fails if none can.
func (im *importer) read(name string, take func(record []byte) error) error {
	path := filepath.Join(im.d.o.StoragePath, name)
	file, err := im.d.storageFS().Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return unreadable(path, err)
	}
	defer file.Close()
	var first error
	good, bad := 0, 0
	for record, err := range delimited(file) {
		if err != nil && !errors.Is(err, wire.ErrMalformed) {
			return unreadable(path, err)
		}
		if err == nil {
			err = take(record)
		} else {
			err = fmt.Errorf("nothing is read from here on: %w", err)
		}
		if err == nil {
			good++
			continue
		}
		bad++
		if first == nil && errors.Is(err, wire.ErrMalformed) {
			first = err
		}
		if bad <= maxShown {
			_ = level.Error(im.d.logger).Log("msg", "Left out a record of Alertmanager", "file", path, "record", good+bad, "err", err)
		}
	}
	if good == 0 && first != nil {
		return unreadable(path, first)
	}
	im.problems += bad
	return nil
}

// unreadable is the error about a file of which nothing can be imported.
func unreadable(path string, err error) error {
	return fmt.Errorf("%s, which Alertmanager seems to have left, cannot be read; to start without what is in it, move it away: %w", path, err)
}

func (im *importer) takeSilence(record []byte) error {
	sil, _, err := silence.Parse(record)
	if err != nil {
		return err
	}
	im.silences = append(im.silences, sil)
	return nil
}

// takeEntry takes an entry for each group that it is about: Alertmanager keeps one
// for all routes that have equal matchers and the same receiver. One that no route
// asks for is kept until it expires.
func (im *importer) takeEntry(record []byte) error {
	e, err := notify.ParseEntry(record)
	if err != nil {
		return err
	}
	ids := im.routes.Tree.GroupIDs(e.Key.Group, e.Key.Receiver)
	if len(ids) == 0 {
		ids = []string{e.Key.Group}
	}
	for _, id := range ids {
		of := *e
		of.Key.Group = id
		im.entries = append(im.entries, &of)
	}
	return nil
}
