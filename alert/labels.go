package alert

import (
	"cmp"
	"encoding/binary"
	"errors"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Label is one name with its value.
type Label struct {
	Name, Value string
}

// Labels is a compact, sorted, immutable set of labels. Two sets are equal
// exactly if == says so, and a set can be the key of a map. The zero value is
// the empty set.
//
// All pairs are packed into one string, sorted by name, each as
//
//	uvarint(len(name)) name uvarint(len(value)) value
//
// so that a set costs one allocation without pointers; docs/adr/0001 has the
// measurements that led here. An empty value is kept: alerts drop empty labels
// when they are received, annotations keep them.
type Labels struct {
	packed string
}

// NewLabels packs the pairs. It sorts them in place; of several pairs with one
// name the last one given wins, as in a JSON object.
func NewLabels(pairs []Label) Labels {
	if len(pairs) == 0 {
		return Labels{}
	}
	slices.SortStableFunc(pairs, func(a, b Label) int { return cmp.Compare(a.Name, b.Name) })
	size := 0
	for _, p := range pairs {
		size += len(p.Name) + len(p.Value) + 4
	}
	packed := make([]byte, 0, size)
	for i, p := range pairs {
		if i+1 < len(pairs) && pairs[i+1].Name == p.Name {
			continue
		}
		packed = appendPair(packed, p.Name, p.Value)
	}
	return Labels{packed: string(packed)}
}

// LabelsFromMap packs a map. It does not keep the map.
func LabelsFromMap(m map[string]string) Labels {
	pairs := make([]Label, 0, len(m))
	for name, value := range m {
		pairs = append(pairs, Label{name, value})
	}
	return NewLabels(pairs)
}

// LabelsOf packs names and values given in turn: LabelsOf("job", "node", "env", "prod").
// It panics on an odd count; it is meant for literals.
func LabelsOf(namesAndValues ...string) Labels {
	if len(namesAndValues)%2 != 0 {
		panic("alert.LabelsOf: a name without a value")
	}
	pairs := make([]Label, 0, len(namesAndValues)/2)
	for i := 0; i < len(namesAndValues); i += 2 {
		pairs = append(pairs, Label{namesAndValues[i], namesAndValues[i+1]})
	}
	return NewLabels(pairs)
}

func appendPair(b []byte, name, value string) []byte {
	b = binary.AppendUvarint(b, uint64(len(name)))
	b = append(b, name...)
	b = binary.AppendUvarint(b, uint64(len(value)))
	return append(b, value...)
}

// cut splits one length-prefixed text from the front of a packed set.
func cut(packed string) (text, rest string) {
	// Nearly every name and value is shorter than 128 bytes.
	if n := int(packed[0]); n < 0x80 {
		return packed[1 : 1+n], packed[1+n:]
	}
	n, shift, i := uint64(0), 0, 0
	for {
		c := packed[i]
		i++
		n |= uint64(c&0x7f) << shift
		if c < 0x80 {
			break
		}
		shift += 7
	}
	end := i + int(n)
	return packed[i:end], packed[end:]
}

// Empty reports whether the set has no labels.
func (l Labels) Empty() bool { return l.packed == "" }

// Len counts the labels. It walks the set.
func (l Labels) Len() int {
	n := 0
	for range l.All() {
		n++
	}
	return n
}

// All yields names and values, sorted by name.
func (l Labels) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for rest := l.packed; rest != ""; {
			var name, value string
			name, rest = cut(rest)
			value, rest = cut(rest)
			if !yield(name, value) {
				return
			}
		}
	}
}

// segments yields each label as its packed form, which is unique for the pair
// and needs no allocation, and its name.
func (l Labels) segments() iter.Seq2[string, string] {
	return func(yield func(segment, name string) bool) {
		for rest := l.packed; rest != ""; {
			start := rest
			var name string
			name, rest = cut(rest)
			_, rest = cut(rest)
			if !yield(start[:len(start)-len(rest)], name) {
				return
			}
		}
	}
}

// Pairs yields each label in packed form, which is different for different pairs.
func (l Labels) Pairs() iter.Seq[string] {
	return func(yield func(string) bool) {
		for segment := range l.segments() {
			if !yield(segment) {
				return
			}
		}
	}
}

// valueOf is the value in a packed pair.
func valueOf(segment string) string {
	_, rest := cut(segment)
	value, _ := cut(rest)
	return value
}

// Lookup returns the value of a label and whether the set has it.
func (l Labels) Lookup(name string) (string, bool) {
	for rest := l.packed; rest != ""; {
		var n, v string
		n, rest = cut(rest)
		v, rest = cut(rest)
		if n == name {
			return v, true
		}
	}
	return "", false
}

// Get returns the value of a label, "" if the set does not have it.
func (l Labels) Get(name string) string {
	v, _ := l.Lookup(name)
	return v
}

// Only returns the labels whose name keep accepts.
func (l Labels) Only(keep func(name string) bool) Labels {
	var packed []byte
	for segment, name := range l.segments() {
		if keep(name) {
			packed = append(packed, segment...)
		}
	}
	return Labels{packed: string(packed)}
}

// Map returns a new map with the labels; never nil.
func (l Labels) Map() map[string]string {
	return maps.Collect(l.All())
}

// String prints the set as group keys show it: {a="1", b="2"}, values quoted
// as Go does, names as they are.
func (l Labels) String() string {
	var b strings.Builder
	b.WriteByte('{')
	for name, value := range l.All() {
		if b.Len() > 1 {
			b.WriteString(", ")
		}
		b.WriteString(name)
		b.WriteByte('=')
		b.WriteString(strconv.Quote(value))
	}
	b.WriteByte('}')
	return b.String()
}

// Compare orders sets: fewer labels first, then by the first difference over
// the union of their sorted names, where a missing label comes first and
// otherwise the smaller value.
func (l Labels) Compare(o Labels) int {
	if l == o {
		return 0
	}
	if c := cmp.Compare(l.Len(), o.Len()); c != 0 {
		return c
	}
	left, right := l.packed, o.packed
	for left != "" && right != "" {
		var ln, lv, rn, rv string
		ln, left = cut(left)
		rn, right = cut(right)
		lv, left = cut(left)
		rv, right = cut(right)
		// The set that lacks the smaller name comes first.
		if c := cmp.Compare(rn, ln); c != 0 {
			return c
		}
		if c := cmp.Compare(lv, rv); c != 0 {
			return c
		}
	}
	return 0
}

// Size is the length of the packed form in bytes.
func (l Labels) Size() int { return len(l.packed) }

// AppendPacked appends the packed form to b.
func (l Labels) AppendPacked(b []byte) []byte { return append(b, l.packed...) }

// ParsePacked reads a set from its packed form, which it copies. It fails if the
// form is damaged: it breaks off, or is not sorted.
func ParsePacked(packed []byte) (Labels, error) {
	all := string(packed)
	last, rest := "", all
	for first := true; rest != ""; first = false {
		name, after, ok := cutChecked(rest)
		if !ok || !first && name <= last {
			return Labels{}, errPacked
		}
		if _, after, ok = cutChecked(after); !ok {
			return Labels{}, errPacked
		}
		last, rest = name, after
	}
	return Labels{packed: all}, nil
}

var errPacked = errors.New("labels are damaged")

// cutChecked is cut for text that may be anything.
func cutChecked(packed string) (text, rest string, ok bool) {
	var head [binary.MaxVarintLen64]byte
	size, n := binary.Uvarint(head[:copy(head[:], packed)])
	if n <= 0 || size > uint64(len(packed)-n) || n != len(binary.AppendUvarint(nil, size)) {
		return "", "", false
	}
	end := n + int(size)
	return packed[n:end], packed[end:], true
}
