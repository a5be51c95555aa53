package notify

import (
	"slices"
	"strings"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/wire"
)

// Mark says until when an entry knows what a replica has told.
type Mark struct {
	By string // name of the replica
	At time.Time
}

// markLife is how far a mark may lie behind its entry. Replicas may have another name
// each time they start, and what was told so long ago has been compared since.
const markLife = 24 * time.Hour

// covers reports whether whoever made e knew of another entry of the key. Of entries
// without marks, as Alertmanager makes them, the later one takes the place of the
// other.
func (e *Entry) covers(other *Entry) bool {
	if len(e.Marks) == 0 || len(other.Marks) == 0 {
		return !later(other, e)
	}
	return !slices.ContainsFunc(other.Marks, func(m Mark) bool {
		return m.At.After(e.marked(m.By)) && m.At.After(e.Timestamp.Add(-markLife))
	})
}

func (e *Entry) marked(by string) time.Time {
	if i, found := slices.BinarySearchFunc(e.Marks, by, func(m Mark, by string) int { return strings.Compare(m.By, by) }); found {
		return e.Marks[i].At
	}
	return time.Time{}
}

// merge is what is known of a key after both entries of it. If neither knew of the
// other, replicas have told the same group while they could not hear each other, and
// nobody knows in which order the receiver has heard them. The later entry counts,
// but what the receiver may believe to fire because of the other one is owed. Of two
// that know the same, which came of that, one may owe more.
func merge(a, b *Entry) *Entry {
	switch {
	case b.note() && !a.note():
		return a.heeding(b)
	case a.note() && !b.note():
		return b.heeding(a)
	}
	ab, ba := a.covers(b), b.covers(a)
	switch {
	case ab && ba && len(a.Marks)*len(b.Marks) > 0:
		if all(b.Owed, a.owes) {
			return a
		}
		return a.owing(b.Owed)
	case ab:
		return a
	case ba:
		return b
	}
	if later(b, a) {
		a, b = b, a
	}
	m := a.owing(slices.Concat(b.Owed, b.Firing))
	m.Marks = union(a.Marks, b.Marks)
	if b.ExpiresAt.After(m.ExpiresAt) {
		m.ExpiresAt = b.ExpiresAt
	}
	return m
}

// note reports whether an entry is what a replica that died has left of the first
// notification of a group: it was about to tell something.
func (e *Entry) note() bool {
	return len(e.Marks)+len(e.Firing)+len(e.Resolved) == 0 && len(e.Owed) > 0
}

// heeding is the entry after a note was found. What was told counts, whenever the note
// was made; what the receiver may believe to fire because of the note, and was not told
// since, is owed.
func (e *Entry) heeding(note *Entry) *Entry {
	known := func(hash uint64) bool { return e.owes(hash) || contains(e.Resolved, hash) }
	if all(note.Owed, known) {
		return e
	}
	return e.owing(slices.DeleteFunc(slices.Clone(note.Owed), known))
}

// owing is the entry with more that is owed.
func (e *Entry) owing(more []uint64) *Entry {
	m := *e
	m.Owed = sortedSet(slices.DeleteFunc(slices.Concat(e.Owed, more), func(hash uint64) bool { return contains(e.Firing, hash) }))
	m.Resolved = slices.DeleteFunc(slices.Clone(e.Resolved), func(hash uint64) bool { return contains(m.Owed, hash) })
	return &m
}

// all reports whether something is so of every element.
func all(list []uint64, is func(uint64) bool) bool {
	return !slices.ContainsFunc(list, func(x uint64) bool { return !is(x) })
}

func sortedSet(list []uint64) []uint64 {
	slices.Sort(list)
	return slices.Compact(list)
}

// union has the later mark of each replica, sorted by name.
func union(a, b []Mark) []Mark {
	all := slices.Concat(a, b)
	slices.SortFunc(all, func(x, y Mark) int {
		if order := strings.Compare(x.By, y.By); order != 0 {
			return order
		}
		return y.At.Compare(x.At)
	})
	return slices.CompactFunc(all, func(x, y Mark) bool { return x.By == y.By })
}

// marks are those of an entry that a replica makes after last, which may be nil.
func marks(last *Entry, by string, at time.Time) []Mark {
	if by == "" {
		return nil
	}
	own := []Mark{{by, at}}
	if last == nil {
		return own
	}
	return slices.DeleteFunc(union(last.Marks, own), func(m Mark) bool { return at.Sub(m.At) > markLife })
}

// In a message, a mark is {1: name, 2: time}.

func appendMarks(b []byte, marks []Mark) []byte {
	for _, m := range marks {
		b = wire.AppendFields(b, fieldMark, func(b []byte) []byte { return wire.AppendTime(wire.AppendText(b, 1, m.By), 2, m.At) })
	}
	return b
}

func (e *Entry) takeMark(b []byte) error {
	var m Mark
	for f, err := range wire.Fields(b) {
		if err != nil {
			return err
		}
		switch f.Number {
		case 1:
			m.By = string(f.Bytes)
		case 2:
			if m.At, err = f.Time(); err != nil {
				return err
			}
		}
	}
	e.Marks = append(e.Marks, m)
	return nil
}
