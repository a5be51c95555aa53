package silence

import (
	"cmp"
	"slices"
)

// filed is a place for a silence that stays the same while the silence changes, so that
// a verdict leads to it without looking for its id.
type filed struct {
	id string
	// The lock of Silences protects these. silence is nil when it has been forgotten,
	// and another place may have the id then.
	silence *Silence
	indexed bool
}

func (f *filed) compare(o *filed) int { return cmp.Compare(f.id, o.id) }

// in returns where in a list that is sorted by id f is, or else belongs: behind those
// that had its id before.
func (f *filed) in(list []*filed) (at int, listed bool) {
	at, _ = slices.BinarySearchFunc(list, f, (*filed).compare)
	for ; at < len(list) && list[at].id == f.id; at++ {
		if list[at] == f {
			return at, true
		}
	}
	return at, false
}

// indexed is the part of a list that is in the index; the list stays as it is.
func indexed(list []*filed) []*filed {
	gone := func(f *filed) bool { return !f.indexed }
	if !slices.ContainsFunc(list, gone) {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), gone)
}
