package alert

import (
	"strings"
	"sync"
)

// passed remembers, for a bucket of sets that demand only that a label is there, which
// of them go on to accept a value of it: alerts have few different values of most labels,
// and what can only be tried is then tried once for each value and not for each alert.
// It is bounded and may forget everything at any time.
type passed[K comparable] struct {
	mu   sync.RWMutex
	by   map[string]accepted[K] // by value
	held int                   // entries in all of them
}

// accepted is the entries that accept a value, of the first so many in the bucket.
type accepted[K comparable] struct {
	entries []*entry[K]
	of      int
}

// The bounds of a passed.
const (
	maxPassedValues  = 1024
	maxPassedEntries = 1 << 16
)

// eachAccepting yields the entries that the value of a label, whose name the bucket is
// for, does not rule out, and reports whether the loop may go on. A nil bucket is empty.
func (b *bucket[K]) eachAccepting(segment string, yield func(*entry[K]) bool) bool {
	if b == nil || len(b.items) <= crowded {
		return b.each(yield)
	}
	for _, e := range b.accepting(valueOf(segment)) {
		if !yield(e) {
			return false
		}
	}
	return true
}

// accepting returns the entries whose demanding matcher accepts a value. Of what was
// found for the value before, only the entries that were added since are tried.
func (b *bucket[K]) accepting(value string) []*entry[K] {
	v := b.passed.get(value)
	if v.of == len(b.items) {
		return v.entries
	}
	entries := v.entries[:len(v.entries):len(v.entries)] // somebody else may extend it, too
	for _, it := range b.items[v.of:] {
		if it.entry.by.Matches(value) {
			entries = append(entries, it.entry)
		}
	}
	b.passed.set(value, accepted[K]{entries: entries, of: len(b.items)})
	return entries
}

func (p *passed[K]) get(value string) accepted[K] {
	p.mu.RLock()
	defer p.mu.RUnlock()
	return p.by[value]
}

func (p *passed[K]) set(value string, v accepted[K]) {
	p.mu.Lock()
	defer p.mu.Unlock()
	old, known := p.by[value]
	if !known {
		value = strings.Clone(value) // it may be a small part of what it keeps alive
	}
	more := len(v.entries) - len(old.entries)
	if p.by == nil || !known && len(p.by) == maxPassedValues || p.held+more > maxPassedEntries {
		p.by, p.held, more = make(map[string]accepted[K]), 0, len(v.entries)
	}
	if more <= maxPassedEntries {
		p.by[value] = v
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
