package daemon

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/go-kit/log"

	"github.com/tocsin-alerting/tocsin/dispatch"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/silence"
	"github.com/tocsin-alerting/tocsin/store/disk"
)

// Export says what to write in the form of Alertmanager.
type Export struct {
	StoragePath string // of a tocsin that does not run, or a copy of it
	Output      string // directory for the files; made if it is not there
	Force       bool   // replace files that are there
	Logger      log.Logger
}

// Exported counts what was written.
type Exported struct{ Silences, Notifications int }

// Run writes silences and what was told so that Alertmanager can take over: both
// files, or an error and none that Alertmanager would read. What is stored stays
// as it is. Alerts are left out, since Alertmanager has no file for them.
func (e Export) Run() (Exported, error) {
	if err := e.check(); err != nil {
		return Exported{}, err
	}
	silences, entries, err := e.read()
	if err != nil {
		return Exported{}, err
	}
	if err := os.MkdirAll(e.Output, 0o777); err != nil {
		return Exported{}, fmt.Errorf("directory for the files of Alertmanager: %w", err)
	}
	err = replaceFiles(e.Output, map[string][]byte{silencesFile: concat(silences), logFile: concat(entries)})
	return Exported{Silences: len(silences), Notifications: len(entries)}, err
}

// check refuses to make a database of a wrong path, and to overwrite.
func (e Export) check() error {
	if _, err := os.Stat(filepath.Join(e.StoragePath, databaseDir)); err != nil {
		return fmt.Errorf("there is no storage directory of tocsin: %w", err)
	}
	if e.Force {
		return nil
	}
	for _, name := range []string{silencesFile, logFile} {
		path := filepath.Join(e.Output, name)
		_, err := os.Lstat(path)
		switch {
		case err == nil:
			return fmt.Errorf("%s is there already; write to another directory, or replace it with --force", path)
		case !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	return nil
}

// read returns what is stored as records of Alertmanager.
func (e Export) read() (silences, entries [][]byte, err error) {
	db, err := disk.Open(disk.Options{Dir: filepath.Join(e.StoragePath, databaseDir), Logger: e.Logger})
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EACCES) {
		return nil, nil, fmt.Errorf("%w; is tocsin running? Stop it, or export from a copy of the directory", err)
	}
	if err != nil {
		return nil, nil, err
	}
	muted, err := disk.NewTable(db, silenceTable, disk.Codec[[]byte]{Decode: foreignSilence}).All()
	told, err2 := disk.NewTable(db, logTable, disk.Codec[*notify.Entry]{Decode: notify.ParseEntry}).All()
	for _, id := range slices.Sorted(maps.Keys(muted)) {
		silences = append(silences, muted[id])
	}
	closed, cancel := context.WithCancel(context.Background())
	cancel()
	return silences, foreignLog(told), errors.Join(err, err2, db.Run(closed))
}

// foreignSilence turns what is stored into what Alertmanager reads.
func foreignSilence(stored []byte) ([]byte, error) {
	sil, expiresAt, err := silence.Parse(stored)
	if err != nil {
		return nil, err
	}
	return silence.Append(nil, sil, expiresAt), nil
}

// foreignLog turns entries into what Alertmanager reads. It knows groups by the
// keys that users see; of several entries under the same key the youngest counts.
func foreignLog(stored map[string]*notify.Entry) [][]byte {
	byKey := make(map[string]*notify.Entry, len(stored))
	for _, e := range stored {
		f := foreignEntry(e)
		key := f.Key.String()
		if other := byKey[key]; other == nil || other.Timestamp.Before(f.Timestamp) {
			byKey[key] = f
		}
	}
	records := make([][]byte, 0, len(byKey))
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		records = append(records, notify.AppendEntry(nil, byKey[key]))
	}
	return records
}

// foreignEntry is an entry as Alertmanager would have it. What is owed counts as
// firing there: the receiver believes so, is not to be told again when it is muted
// no more, and has yet to hear of its end.
func foreignEntry(e *notify.Entry) *notify.Entry {
	f := *e
	f.Key.Group = dispatch.GroupKey(e.Key.Group)
	f.Firing = slices.Concat(e.Firing, e.Owed)
	slices.Sort(f.Firing)
	f.Firing = slices.Compact(f.Firing)
	f.Owed = nil
	return &f
}

func concat(records [][]byte) []byte {
	var b []byte
	for _, record := range records {
		b = appendDelimited(b, record)
	}
	return b
}
