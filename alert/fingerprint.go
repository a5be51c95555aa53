package alert

import "fmt"

// Fingerprint identifies a label set, and so an alert. It is the 64-bit FNV-1a
// hash over the labels sorted by name, each as name 0xFF value 0xFF: the same
// number that Prometheus computes.
type Fingerprint uint64

const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
	separator = 0xff
)

// String prints 16 lower-case hexadecimal digits.
func (f Fingerprint) String() string { return fmt.Sprintf("%016x", uint64(f)) }

// Fingerprint hashes the set. The empty set has the offset basis of FNV-1a.
func (l Labels) Fingerprint() Fingerprint {
	h := uint64(fnvOffset)
	for rest := l.packed; rest != ""; {
		var text string
		text, rest = cut(rest)
		for i := range len(text) {
			h = (h ^ uint64(text[i])) * fnvPrime
		}
		h = (h ^ separator) * fnvPrime
	}
	return Fingerprint(h)
}
