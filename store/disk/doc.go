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
//
// # Power cuts
//
// A power cut is never taken for damage, whatever it has left of what was not
// synced. The database comes to its place in one piece, with a first record in it;
// a marker that names a file comes after the file is durable; a log goes after the
// next is there; and every record of a log says how many before it were durable, so
// that one that is missing can be told from one that was never written.
//
// # Damage
//
// When it is opened, the database is read as a whole. If anything in it is damaged,
// a new one with all that can be read takes its place, and the damaged one is kept
// as it was. Lost is then what stood in a damaged block of a table or record of a
// log, up to some kilobytes; what stands in whole blocks and records is found even
// if nothing says any more that they are there.
//
// Of a key whose last change is lost an earlier value comes back, if there is one:
// a silence may have the end that it had before it was changed, and an alert that
// was forgotten may be there again. Keys of which nothing was damaged have their
// last value.
//
// One damage cannot be told from a power cut, and nobody is told of it: the last
// log ends too early, or what it ends with is damaged. Then what was written last
// is missing, as if it never had been. If the process was stopped in order, only a
// log that was cut short looks like that.
package disk
