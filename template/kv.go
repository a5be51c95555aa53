package template

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/prometheus/common/model"
)

// KV is a set of labels or annotations.
type KV map[string]string

// Pair is one name with its value.
type Pair struct {
	Name, Value string
}

// Pairs is a list of pairs.
type Pairs []Pair

// Strings is a list of names or values.
type Strings []string

// SortedPairs returns the pairs sorted by name, alertname first.
func (kv KV) SortedPairs() Pairs {
	pairs := make(Pairs, 0, len(kv))
	for name, value := range kv {
		pairs = append(pairs, Pair{name, value})
	}
	slices.SortFunc(pairs, func(a, b Pair) int {
		return cmp.Or(cmp.Compare(rank(a.Name), rank(b.Name)), cmp.Compare(a.Name, b.Name))
	})
	return pairs
}

func rank(name string) int {
	if name == model.AlertNameLabel {
		return 0
	}
	return 1
}

// Remove returns a copy without the given names.
func (kv KV) Remove(names []string) KV {
	rest := make(KV, len(kv))
	maps.Copy(rest, kv)
	for _, name := range names {
		delete(rest, name)
	}
	return rest
}

// Names returns the names in the order of SortedPairs.
func (kv KV) Names() Strings { return kv.SortedPairs().Names() }

// Values returns the values in the order of SortedPairs.
func (kv KV) Values() Strings { return kv.SortedPairs().Values() }

// String prints the sorted pairs: a=1, b=2.
func (kv KV) String() string { return kv.SortedPairs().String() }

// Names returns the names in order; never nil.
func (ps Pairs) Names() Strings {
	names := make(Strings, len(ps))
	for i, p := range ps {
		names[i] = p.Name
	}
	return names
}

// Values returns the values in order; never nil.
func (ps Pairs) Values() Strings {
	values := make(Strings, len(ps))
	for i, p := range ps {
		values[i] = p.Value
	}
	return values
}

// String prints a=1, b=2.
func (ps Pairs) String() string {
	var b strings.Builder
	for i, p := range ps {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(p.Name)
		b.WriteByte('=')
		b.WriteString(p.Value)
	}
	return b.String()
}

// Join puts sep between the strings.
func (s Strings) Join(sep string) string { return strings.Join(s, sep) }
