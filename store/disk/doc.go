// Package disk keeps what tocsin remembers in one embedded database, Pebble: a
// tree of sorted files behind a log of changes, with a checksum on every block.
//
// There is one way to write. Whoever changes something enters it, without
// waiting, into the group that comes next; whoever has to answer for it waits
// with Sync until the group is durable. While one group is being written the
// next one fills, so that all who wait at the same time share one fsync.
//
// If a group cannot be written, the database is given up and opened anew until
// that works. What was entered meanwhile is kept in memory, the last state of
// each key; everybody who waits gets an error that wraps ErrUnavailable. So a
// full disk costs acknowledgements and no alert.
package disk
