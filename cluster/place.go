package cluster

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// candidate is a member as far as taking turns is concerned.
type candidate struct {
	name  string
	frail bool // not heard of for a while, or about to leave: comes after the others
}

// placeOf returns how many members are before name with a group. Every group has
// its own order, so that the work is shared; all replicas that see the same
// members compute the same order; and when a member goes, only those behind it
// move.
func placeOf(name, group string, members []candidate) int {
	type ranked struct {
		candidate
		score uint64
	}
	list := make([]ranked, len(members))
	for i, m := range members {
		list[i] = ranked{m, score(group, m.name)}
	}
	slices.SortFunc(list, func(a, b ranked) int {
		if a.frail != b.frail {
			if a.frail {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(b.score, a.score), strings.Compare(a.name, b.name))
	})
	return max(slices.IndexFunc(list, func(r ranked) bool { return r.name == name }), 0)
}

func score(group, member string) uint64 {
	var h xxhash.Digest
	h.Reset()
	_, _ = h.WriteString(group)
	_, _ = h.Write([]byte{0})
	_, _ = h.WriteString(member)
	return h.Sum64()
}
