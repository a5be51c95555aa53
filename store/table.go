package store

import (
	"context"
	"iter"
)

// A Table keeps records of one kind beyond the life of the process. It is the
// seam between what a part remembers and where that survives.
type Table[T any] interface {
	// Put stores a record under its key, in place of an earlier one. It
	// returns nil only when the record is durable and may block until then;
	// calls may come from many goroutines and share the cost of a sync. After
	// an error the record may or may not be stored. The table does not keep
	// value.
	Put(ctx context.Context, key string, value T) error
	// Delete forgets records; unknown keys are no error. It need not be
	// durable when it returns: a record that comes back is old, not wrong.
	Delete(ctx context.Context, keys ...string) error
	// All yields what was stored before, in no promised order. It is called
	// once, before the first Put.
	All() iter.Seq2[string, T]
}

// Nowhere is the Table that keeps nothing.
type Nowhere[T any] struct{}

// Put forgets the record at once.
func (Nowhere[T]) Put(context.Context, string, T) error { return nil }

// Delete does nothing.
func (Nowhere[T]) Delete(context.Context, ...string) error { return nil }

// All yields nothing.
func (Nowhere[T]) All() iter.Seq2[string, T] { return func(func(string, T) bool) {} }
