package disk

import (
	"context"
	"errors"
	"fmt"
	"iter"
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

// formatKey is where the version stands.
func formatKey() []byte { return []byte{metaPrefix, 'f'} }

// writeFormat says in the database what version it is of.
func (e *engine) writeFormat() error {
	return e.guarded(func() error {
		return e.db.Set(formatKey(), strconv.AppendInt(nil, format, 10), pebble.Sync)
	}, nil)
}

// checkFormat makes sure that the database can be read by this version.
func (e *engine) checkFormat() error {
	return e.guarded(func() error {
		value, closer, err := e.db.Get(formatKey())
		if errors.Is(err, pebble.ErrNotFound) {
			return nil // a power cut came before the first record
		}
		if err != nil {
			return err
		}
		defer closer.Close()
		return knownFormat(value)
	}, nil)
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

// records yields what is stored under keys that begin with a prefix, keys without
// it. Both slices are good until the next step. What cannot be read ends it, and
// is what ReadErr says from then on.
func (db *DB) records(prefix byte) iter.Seq2[[]byte, []byte] {
	return func(yield func(key, value []byte) bool) {
		it, err := db.engine.db.NewIter(&pebble.IterOptions{LowerBound: []byte{prefix}, UpperBound: []byte{prefix + 1}})
		if err != nil {
			db.cannotRead(err)
			return
		}
		defer it.Close()
		for ok := it.First(); ok; ok = it.Next() {
			if !yield(it.Key()[1:], it.Value()) {
				return
			}
		}
		if err := it.Error(); err != nil {
			db.cannotRead(err)
		}
	}
}

func (db *DB) cannotRead(err error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.readErr == nil {
		db.readErr = fmt.Errorf("read database in %s: %w", db.o.Dir, err)
	}
}

// ReadErr says why not everything that is stored has been yielded; nil if it has.
// A record that was left out because it makes no sense does not count.
func (db *DB) ReadErr() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.readErr
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

// All yields what is stored. A record that cannot be decoded is left out and
// logged; it stays in the database. After it DB.ReadErr says whether that was all.
func (t *Table[T]) All() iter.Seq2[string, T] {
	return func(yield func(string, T) bool) {
		for key, value := range t.db.records(t.prefix) {
			record, err := t.codec.Decode(value)
			if err != nil {
				_ = level.Error(t.db.o.Logger).Log("msg", "Record left out, it cannot be read", "table", string(t.prefix), "key", fmt.Sprintf("%q", key), "err", err)
				continue
			}
			if !yield(string(key), record) {
				return
			}
		}
	}
}
