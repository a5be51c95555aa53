package alert

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// Packer makes sets of labels out of texts in somebody else's buffer, without
// memory of its own for each: most sets that come are known already. The zero value
// is ready. It is for one goroutine.
type Packer struct {
	pairs    []pair
	unsorted bool
	packed   []byte
}

type pair struct{ name, value []byte }

// Reset begins a new set.
func (p *Packer) Reset() { p.pairs, p.packed, p.unsorted = p.pairs[:0], p.packed[:0], false }

// Add adds a label. Both texts must stay as they are until Pack.
func (p *Packer) Add(name, value []byte) {
	if n := len(p.pairs); n > 0 && bytes.Compare(p.pairs[n-1].name, name) >= 0 {
		p.unsorted = true
	}
	p.pairs = append(p.pairs, pair{name, value})
}

// Pack packs what was added. It returns false if there are two labels of one name.
func (p *Packer) Pack() bool {
	if p.unsorted {
		slices.SortFunc(p.pairs, func(a, b pair) int { return bytes.Compare(a.name, b.name) })
		for i := range len(p.pairs) - 1 {
			if bytes.Equal(p.pairs[i].name, p.pairs[i+1].name) {
				return false
			}
		}
	}
	b := p.packed[:0]
	for _, l := range p.pairs {
		b = binary.AppendUvarint(b, uint64(len(l.name)))
		b = append(b, l.name...)
		b = binary.AppendUvarint(b, uint64(len(l.value)))
		b = append(b, l.value...)
	}
	p.packed = b
	return true
}

// Packed is the packed form of the set. It is good until the next Reset.
func (p *Packer) Packed() []byte { return p.packed }

// Fingerprint hashes the set that was packed.
func (p *Packer) Fingerprint() Fingerprint {
	h := uint64(fnvOffset)
	for _, l := range p.pairs {
		h = hashText(hashText(h, l.name), l.value)
	}
	return Fingerprint(h)
}

func hashText(h uint64, text []byte) uint64 {
	for _, c := range text {
		h = (h ^ uint64(c)) * fnvPrime
	}
	return (h ^ separator) * fnvPrime
}

// Is reports whether the set that was packed is l.
func (p *Packer) Is(l Labels) bool { return string(p.packed) == l.packed }

// Labels returns the set that was packed: same, if it is equal, and otherwise a copy.
func (p *Packer) Labels(same Labels) Labels {
	if p.Is(same) {
		return same
	}
	return Labels{packed: string(p.packed)}
}

// NewIdentified is New for labels of which the fingerprint has been computed.
func NewIdentified(labels Labels, id Fingerprint) *Alert {
	return &Alert{Labels: labels, fingerprint: id}
}
