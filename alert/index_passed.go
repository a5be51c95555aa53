package alert

import (
	"slices"
	"strings"
	"sync"
)

// passed remembers, for a bucket of sets of which it is only known that they may accept a
// value of a label, which of them do: alerts have few different values of most labels, and
// what can only be tried is then tried once for each value and not for each alert. It is
// bounded and may forget everything at any time.
type passed[K comparable] struct {
	mu   sync.RWMutex
	by   map[string]accepted[K] // by value
	held int                    // items in all of them
}

// accepted is the items that accept a value, of the first so many in the bucket.
type accepted[K comparable] struct {
	items []item[K]
	of    int
}

// What a passed may hold, for each item of its bucket: all of them together take memory
// in proportion to the sets.
const (
	passedValues = 4
	passedItems  = 32
)

// putToTry is put for a bucket under which the matcher that the entry is filed by may
// turn out not to accept a value.
func (e *entry[K]) putToTry(b *bucket[K]) {
	e.put(b)
	if b.passed == nil && len(b.items) > crowded {
		b.passed = &passed[K]{}
	}
}

// accepting returns the items that a value of the label does not rule out. Of what was
// found for the value before, only those that were added since are tried. A nil bucket is
// empty.
func (b *bucket[K]) accepting(value string) []item[K] {
	switch {
	case b == nil:
		return nil
	case b.passed == nil:
		return b.items // to try so few costs less than to remember
	}
	a := b.passed.get(value)
	if a.of == len(b.items) {
		return a.items
	}
	items := slices.Clip(a.items) // somebody else may extend it, too
	for _, it := range b.items[a.of:] {
		if it.entry.by.Matches(value) {
			items = append(items, it)
		}
	}
	b.passed.set(value, accepted[K]{items: items, of: len(b.items)})
	return items
}

func (p *passed[K]) get(value string) accepted[K] {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.by[value]
}

func (p *passed[K]) set(value string, a accepted[K]) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old, known := p.by[value]
	if !known {
		value = strings.Clone(value) // it may be a small part of what it keeps alive
	}
	more := len(a.items) - len(old.items)
	if p.by == nil || !known && len(p.by) >= passedValues*a.of || p.held+more > passedItems*a.of {
		p.by, p.held, more = make(map[string]accepted[K]), 0, len(a.items)
	}
	if more <= passedItems*a.of {
		p.by[value] = a
		p.held += more
	}
}

// forget is called when an entry has left the bucket, whose places others have now. A
// nil passed has nothing to forget.
func (p *passed[K]) forget() {
	if p != nil {
		p.by, p.held = nil, 0
	}
}
