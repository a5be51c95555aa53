package disk

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/atomicfs"
)

// survey is what lies in the directory of a database, as seen without Pebble.
type survey struct {
	fs       vfs.FS
	dir      string
	tables   map[uint64]string // names by number
	logs     map[uint64]string
	manifest *manifest
	unlisted error // why there is no manifest
}

// lookAt makes a survey. A directory of a later version is an error, as is what
// may be readable the next time.
func lookAt(fsys vfs.FS, dir string) (*survey, error) {
	names, err := fsys.List(dir)
	if err != nil {
		return nil, err
	}
	s := &survey{fs: fsys, dir: dir, tables: make(map[uint64]string), logs: make(map[uint64]string)}
	for _, name := range names {
		if n, ok := numbered(name, ".sst"); ok {
			s.tables[n] = name
		}
		if n, ok := numbered(name, ".log"); ok {
			s.logs[n] = name
		}
	}
	if err := s.checkVersion(); err != nil {
		return nil, err
	}
	s.manifest, s.unlisted = s.readManifest()
	if s.unlisted != nil && !isDamage(s.unlisted) {
		return nil, s.unlisted
	}
	return s, nil
}

// numbered reads names like 000012.sst.
func numbered(name, suffix string) (uint64, bool) {
	digits, ok := strings.CutSuffix(name, suffix)
	n, err := strconv.ParseUint(digits, 10, 64)
	return n, ok && err == nil
}

// checkVersion refuses what a later Pebble has written.
func (s *survey) checkVersion() error {
	text, err := atomicfs.ReadMarker(s.fs, s.dir, "format-version")
	if err != nil {
		return nil //nolint:nilerr // a damaged marker is for Pebble to complain about
	}
	if found, err := strconv.Atoi(text); err == nil && found > int(pebble.FormatNewest) {
		return newer(found, int(pebble.FormatNewest))
	}
	return nil
}

func (s *survey) readManifest() (*manifest, error) {
	name, err := atomicfs.ReadMarker(s.fs, s.dir, "manifest")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errManifest, err)
	}
	if name == "" {
		return nil, fmt.Errorf("%w: there is none", errManifest)
	}
	data, err := s.read(name)
	if err != nil {
		return nil, err
	}
	return readManifest(bytes.NewReader(data))
}

func (s *survey) read(name string) ([]byte, error) {
	f, err := s.fs.Open(s.fs.PathJoin(s.dir, name))
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(f)
	return data, errors.Join(err, f.Close())
}

// strays returns the tables that the manifest does not know. They were being
// written when the process ended, or they are all that is left of what a damaged
// manifest said.
func (s *survey) strays() []uint64 {
	var found []uint64
	for n := range s.tables {
		if s.manifest == nil || !s.manifest.named[n] {
			found = append(found, n)
		}
	}
	return found
}

// sources returns the tables and logs that make up the database. If nothing says
// which they are, it is all there are.
func (s *survey) sources() (tables, logs []uint64) {
	logs = slices.Sorted(maps.Keys(s.logs))
	if s.manifest == nil {
		return slices.Sorted(maps.Keys(s.tables)), logs
	}
	logs = slices.DeleteFunc(logs, func(n uint64) bool { return n < s.manifest.oldest })
	return slices.Sorted(maps.Keys(s.manifest.live)), logs
}

// isDamage reports whether an error says that what is stored cannot be read, and
// never will be. What the system refuses at the moment is no damage.
func isDamage(err error) bool {
	var refused syscall.Errno
	switch {
	case err == nil, errors.Is(err, ErrNewer), errors.Is(err, ErrUnavailable), errors.Is(err, errStuck), errors.Is(err, fs.ErrPermission):
		return false
	case errors.Is(err, fs.ErrNotExist):
		return true // a file that another one names
	}
	return !errors.As(err, &refused)
}
