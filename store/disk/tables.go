package disk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/cockroachdb/pebble/v2"
	"github.com/go-kit/log/level"
)

// format is the version of what is in the database as a whole. A later version of
// tocsin that writes what this one cannot read counts it up.
const format = 1

// Each kind of record has keys that begin with a byte of its own.
const (
	metaPrefix      = 'm'
	alertPrefix     = 'a'
	extensionPrefix = 'e'
)

// ErrNewer is wrapped by the error about a directory of a later version.
var ErrNewer = errors.New("the directory was written by a newer version of tocsin")

// errNoFormat: a database is not in its place before the record of its version is
// in it, and durable.
var errNoFormat = errors.New("its first record is missing")

// formatKey is where the version stands.
func formatKey() []byte { return []byte{metaPrefix, 'f'} }

// writeFormat says in the database what version it is of.
func (e *engine) writeFormat() error {
	var o ops
	o.put(formatKey(), func(b []byte) []byte { return strconv.AppendInt(b, format, 10) })
	return e.apply(&o, true)
}

// checkFormat makes sure that the database can be read by this version.
func (e *engine) checkFormat() error {
	value, known, err := e.get(formatKey())
	if err == nil && !known {
		err = errNoFormat
	}
	if err != nil {
		return err
	}
	return knownFormat(value)
}

// get reads one record.
func (e *engine) get(key []byte) (value []byte, known bool, err error) {
	var found []byte // nobody else has it unless err is nil
	err = e.guarded(func() error {
		value, closer, err := e.db.Get(key)
		if err != nil {
			return err
		}
		found = slices.Clone(value)
		return closer.Close()
	}, nil)
	switch {
	case errors.Is(err, pebble.ErrNotFound):
		return nil, false, nil
	case err != nil:
		return nil, false, err
	}
	return found, true, nil
}

// knownFormat checks the record of the version.
func knownFormat(value []byte) error {
	found, err := strconv.Atoi(string(value))
	switch {
	case err != nil:
		return fmt.Errorf("the version of the format is damaged: %w", err)
	case found > format:
		return newer(found, format)
	}
	return nil
}

func newer(found, known int) error {
	return fmt.Errorf("%w: its format is %d, and this version knows up to %d; start the newer version, or choose another directory", ErrNewer, found, known)
}

// scan shows what is stored under keys that begin with a prefix, keys without it,
// until visit returns false. Both slices are good until that returns. After an error
// not everything was shown.
func (db *DB) scan(prefix byte, visit func(key, value []byte) bool) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("read database in %s: %w", db.o.Dir, err)
		}
	}()
	it, err := db.engine.db.NewIter(&pebble.IterOptions{LowerBound: []byte{prefix}, UpperBound: []byte{prefix + 1}})
	if err != nil {
		return err
	}
	for ok := it.First(); ok; ok = it.Next() {
		value, err := it.ValueAndErr()
		if err != nil || !visit(it.Key()[1:], value) {
			break
		}
	}
	return it.Close() // with what went wrong before
}

// Codec turns records into bytes and back.
type Codec[T any] struct {
	// Append appends the record to b. The first byte should be a version.
	Append func(b []byte, value T) []byte
	// Decode reads a record. It must not keep b.
	Decode func(b []byte) (T, error)
}

// Table is a store.Table in the database.
type Table[T any] struct {
	db     *DB
	prefix byte
	codec  Codec[T]
}

// NewTable returns the table whose keys begin with a prefix, a byte that no other
// table of the database has.
func NewTable[T any](db *DB, prefix byte, codec Codec[T]) *Table[T] {
	return &Table[T]{db: db, prefix: prefix, codec: codec}
}

func (t *Table[T]) key(key string) []byte {
	return append([]byte{t.prefix}, key...)
}

// Put enters a record.
func (t *Table[T]) Put(key string, value T) {
	t.db.enter(func(g *group) {
		g.put(t.key(key), func(b []byte) []byte { return t.codec.Append(b, value) })
	})
}

// Delete enters that records are forgotten.
func (t *Table[T]) Delete(keys ...string) {
	t.db.enter(func(g *group) {
		for _, key := range keys {
			g.delete(t.key(key))
		}
	})
}

// Sync waits until all that was entered is durable.
func (t *Table[T]) Sync(ctx context.Context) error { return t.db.Sync(ctx) }

// All returns what is stored. A record that cannot be decoded is left out and
// logged; it stays in the database.
func (t *Table[T]) All() (map[string]T, error) {
	all := make(map[string]T)
	err := t.db.scan(t.prefix, func(key, value []byte) bool {
		record, err := t.codec.Decode(value)
		if err != nil {
			_ = level.Error(t.db.o.Logger).Log("msg", "Record left out, it cannot be read", "table", string(t.prefix), "key", fmt.Sprintf("%q", key), "err", err)
			return true
		}
		all[string(key)] = record
		return true
	})
	return all, err
}
