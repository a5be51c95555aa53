package api

import (
	"hash/maphash"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// familiar remembers texts that came lately. Alerts of one rule come with the same
// origin and often with the same annotations; then they share one copy, and what has
// been checked once is not checked again. It holds at most a text in each slot, and
// a new one takes the place of the old.
type familiar struct {
	nothing alert.Alert // does not change
	origins [familiarSlots]string
	sets    [familiarSlots]alert.Labels
	seed    maphash.Seed
}

const (
	familiarSlots = 256
	// familiarSize is the longest text that is remembered.
	familiarSize = 2048
)

func newFamiliar() familiar { return familiar{seed: maphash.MakeSeed()} }

// origin returns the text of an origin: same, if it is equal. It returns false if it
// is not a valid origin. One that is known is.
func (f *familiar) origin(text []byte, same string) (string, bool) {
	if len(text) == 0 {
		return "", true
	}
	if string(text) == same {
		return same, true
	}
	slot := &f.origins[f.slot(text)]
	if string(text) == *slot {
		return *slot, true
	}
	origin := string(text)
	if !isRequestURI(origin) {
		return "", false
	}
	if len(text) <= familiarSize {
		*slot = origin
	}
	return origin, true
}

// annotations returns what was packed: same, if it is equal.
func (f *familiar) annotations(p *alert.Packer, same alert.Labels) alert.Labels {
	if p.Is(same) {
		return same
	}
	slot := &f.sets[f.slot(p.Packed())]
	l := p.Labels(*slot)
	if l.Size() <= familiarSize {
		*slot = l
	}
	return l
}

func (f *familiar) slot(text []byte) uint64 { return maphash.Bytes(f.seed, text) % familiarSlots }

// moment is an instant and the text of it that came last: alerts that come together
// often begin or end together.
type moment struct {
	text  []byte
	at    time.Time
	given bool
}

// parse sets the moment. It returns false if the text is no date.
func (m *moment) parse(text []byte) bool {
	m.given = true
	if len(text) > 0 && string(text) == string(m.text) {
		return true
	}
	at, err := parseTime(text)
	if err != nil {
		m.text = m.text[:0]
		return false
	}
	m.text, m.at = append(m.text[:0], text...), at
	return true
}

// time returns the instant; zero if there was none.
func (m *moment) time() time.Time {
	if !m.given {
		return time.Time{}
	}
	return m.at
}
