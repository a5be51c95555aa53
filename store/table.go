package store

import "context"

// A Table keeps records of one kind beyond the life of the process. It is the
// seam between what a part remembers and where that survives. Put and Delete
// enter what is to be written and neither block nor fail; their order is the
// order of the calls. All methods but All are called from many goroutines at
// once.
type Table[T any] interface {
	// Put enters a record under its key, in place of an earlier one. The table
	// does not keep value.
	Put(key string, value T)
	// Delete enters that records are forgotten; unknown keys are no error. They
	// may come back after a crash: a record that does is old, not wrong.
	Delete(keys ...string)
	// Sync returns nil once everything that was Put before the call is durable.
	// After an error it may or may not be; the table goes on trying to write it,
	// and until that has worked every Sync fails. Callers that wait at the same
	// time share the cost.
	Sync(ctx context.Context) error
	// All returns what was stored before. It is called once, before the first
	// Put. After an error something is missing; a record that makes no sense is
	// left out and no error, since it would make none the next time either. The
	// caller owns the map.
	All() (map[string]T, error)
}

// Nowhere is the Table that keeps nothing.
type Nowhere[T any] struct{}

// Put does nothing.
func (Nowhere[T]) Put(string, T) {}

// Delete does nothing.
func (Nowhere[T]) Delete(...string) {}

// Sync returns nil.
func (Nowhere[T]) Sync(context.Context) error { return nil }

// All returns nothing.
func (Nowhere[T]) All() (map[string]T, error) { return nil, nil }
