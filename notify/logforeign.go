package notify

import (
	"iter"
	"slices"
	"time"
)

// Entries yields the entries that have not expired, in no promised order.
func (l *Log) Entries() iter.Seq[*Entry] {
	return func(yield func(*Entry) bool) {
		now := time.Now()
		for _, e := range l.all() {
			if e.ExpiresAt.After(now) && !yield(e) {
				return
			}
		}
	}
}

// Adopt takes in what Alertmanager has told groups that have the same key there,
// and reports whether it is news. An entry counts for every group whose own is
// older. If one of them has an entry of that very time, it is that entry that has
// come back, and does not count for the others.
func (l *Log) Adopt(e *Entry, groups ...string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	var news []*Entry
	for _, group := range groups {
		of := *e
		of.Key.Group = group
		switch ours := l.entries[of.Key]; {
		case ours == nil:
		case ours.Timestamp.Equal(e.Timestamp):
			return false
		case ours.Timestamp.After(e.Timestamp):
			continue
		default:
			of.Owed = stillBelieved(ours, e)
		}
		news = append(news, &of)
	}
	for _, of := range news {
		l.enter(of)
	}
	return len(news) > 0
}

// stillBelieved lists the alerts that the receiver believes to fire and that a
// later entry does not mention. Alertmanager leaves out those that are muted.
func stillBelieved(earlier, later *Entry) []uint64 {
	owed := slices.Concat(earlier.Firing, earlier.Owed)
	owed = slices.DeleteFunc(owed, func(hash uint64) bool {
		return contains(later.Firing, hash) || contains(later.Resolved, hash)
	})
	slices.Sort(owed)
	return slices.Compact(owed)
}
