package inhibit

import (
	"cmp"
	"encoding/binary"
	"iter"
	"slices"

	"github.com/tocsin-alerting/tocsin/alert"
)

// family is all rules that ask for the same labels to be equal. It holds their
// sources such that one look finds those of all rules.
type family struct {
	equal []string // sorted, each once
	seats map[string][]seat
}

// seat holds the sources of one rule among those that have the same values of the
// equal labels.
type seat struct {
	rule int // its number; the seats of a key are sorted by it
	slot *slot
}

// familyOf returns the family of a rule, which it adds to the list if it is new.
func familyOf(families []*family, r Rule) ([]*family, *family) {
	equal := slices.Compact(slices.Sorted(slices.Values(r.Equal)))
	for _, f := range families {
		if slices.Equal(f.equal, equal) {
			return families, f
		}
	}
	f := &family{equal: equal, seats: make(map[string][]seat)}
	return append(families, f), f
}

// at returns the seats of the rules that have sources with the values that l has.
func (f *family) at(l alert.Labels) []seat {
	if len(f.seats) == 0 {
		return nil
	}
	var buffer [128]byte
	return f.seats[string(f.appendKey(buffer[:0], l))]
}

// slot returns that of a rule, nil if the rule has no source there.
func (f *family) slot(rule int, l alert.Labels) *slot {
	seats := f.at(l)
	if i, found := search(seats, rule); found {
		return seats[i].slot
	}
	return nil
}

// take returns the slot of a rule under a key, which it makes if there is none.
func (f *family) take(rule int, key string) *slot {
	seats := f.seats[key]
	i, found := search(seats, rule)
	if !found {
		f.seats[key] = slices.Insert(seats, i, seat{rule: rule, slot: &slot{}})
	}
	return f.seats[key][i].slot
}

// leave takes away the slot of a rule, which is there.
func (f *family) leave(rule int, key string) {
	seats := f.seats[key]
	i, _ := search(seats, rule)
	if seats = slices.Delete(seats, i, i+1); len(seats) == 0 {
		delete(f.seats, key)
		return
	}
	f.seats[key] = seats
}

func search(seats []seat, rule int) (int, bool) {
	return slices.BinarySearchFunc(seats, rule, func(s seat, n int) int { return cmp.Compare(s.rule, n) })
}

// appendKey writes the values of the equal labels such that different values
// never look the same.
func (f *family) appendKey(b []byte, l alert.Labels) []byte {
	for _, name := range f.equal {
		value := l.Get(name)
		b = binary.AppendUvarint(b, uint64(len(value)))
		b = append(b, value...)
	}
	return b
}

// few is up to how many rules it costs less to try each than to ask the index.
const few = 8

// applying yields the slots of the rules that have l as their target and sources
// with the same values of the equal labels; of one family in no promised order.
func (i *Inhibitor) applying(l alert.Labels) iter.Seq2[int, *slot] {
	return func(yield func(int, *slot) bool) {
		for _, f := range i.families {
			if !i.applyingOf(f.at(l), l, yield) {
				return
			}
		}
	}
}

func (i *Inhibitor) applyingOf(seats []seat, l alert.Labels, yield func(int, *slot) bool) bool {
	if len(seats) <= few {
		for _, s := range seats {
			if i.rules[s.rule].Target.Match(l) && !yield(s.rule, s.slot) {
				return false
			}
		}
		return true
	}
	for n := range i.targets.Match(l) {
		if at, here := search(seats, n); here && !yield(n, seats[at].slot) {
			return false
		}
	}
	return true
}
