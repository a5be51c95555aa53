package alert

import "iter"

// Index finds those of many matcher sets that match a label set, at the cost
// of the sets that share a label with it and not of all sets.
//
// Each set is filed where a label set that it matches must look: under the
// pairs that one of its matchers demands, or under a text that the value of a label
// must begin with or have in it, else under a label name that must be there, else in a list
// that every label set looks through.
//
// The zero value is an empty index. Any number of goroutines may call Match
// and Len at once, but none while Add or Remove runs; the body of a loop over
// Match must not call these either.
type Index[K comparable] struct {
	entries map[K]*entry[K]
	pairs   map[string]*bucket[K]    // by packed pair
	heads   map[string]*heads[K]     // by label name
	within  map[string]*fragments[K] // by label name
	names   map[string]*bucket[K]
	rest    bucket[K]
}

// entry is one filed set.
type entry[K comparable] struct {
	key      K
	matchers Matchers
	by       *Matcher // the one whose demand says where the entry is filed; nil: none
	spots    []spot[K]
}

// spot is one place where an entry is filed.
type spot[K comparable] struct {
	bucket   *bucket[K]
	position int
}

// bucket holds entries in no order. An item knows which of its entry's spots
// it is, so that an item that moves can be found again.
type bucket[K comparable] struct {
	items []item[K]
	// owner is the map that has the bucket under key; nil for the rest.
	owner map[string]*bucket[K]
	key   string
	// emptied, unless it is nil, is called when the owner has the bucket no more.
	emptied func()
	passed  *passed[K] // nil if there is nothing to try or little
}

type item[K comparable] struct {
	entry *entry[K]
	spot  int
}

// Add files a set of matchers under k, in place of the set that k had. The
// index keeps ms, which must not change any more.
func (x *Index[K]) Add(k K, ms Matchers) {
	if x.entries == nil {
		x.entries = make(map[K]*entry[K])
		x.pairs = make(map[string]*bucket[K])
		x.heads = make(map[string]*heads[K])
		x.within = make(map[string]*fragments[K])
		x.names = make(map[string]*bucket[K])
	}
	x.Remove(k)
	e := &entry[K]{key: k, matchers: ms}
	x.entries[k] = e
	x.file(e)
}

// Remove forgets k. It costs the same however many sets there are.
func (x *Index[K]) Remove(k K) {
	e, ok := x.entries[k]
	if !ok {
		return
	}
	delete(x.entries, k)
	for _, s := range e.spots {
		s.bucket.remove(s.position)
	}
}

// Len counts the sets.
func (x *Index[K]) Len() int { return len(x.entries) }

// Has reports whether there is a set under k.
func (x *Index[K]) Has(k K) bool {
	_, known := x.entries[k]
	return known
}

// Match yields each k whose matchers all accept the labels, once, in no
// particular order.
func (x *Index[K]) Match(l Labels) iter.Seq[K] {
	return func(yield func(K) bool) {
		for e := range x.candidates(l) {
			if e.matchers.Match(l) && !yield(e.key) {
				return
			}
		}
	}
}

// candidates yields the entries that Match has to try, each once: an entry is
// filed under values of one label only, or pieces of them, of which a label set
// has one.
func (x *Index[K]) candidates(l Labels) iter.Seq[*entry[K]] {
	return func(yield func(*entry[K]) bool) {
		for segment, name := range l.segments() {
			if !x.pairs[segment].each(yield) || !x.eachToTry(segment, name, yield) {
				return
			}
		}
		x.rest.each(yield)
	}
}

// eachToTry yields the entries that are filed under the name of a label or what is in
// its value, and reports whether the loop may go on.
func (x *Index[K]) eachToTry(segment, name string, yield func(*entry[K]) bool) bool {
	n, h, t := x.names[name], x.heads[name], x.within[name]
	if n == nil && h == nil && t == nil {
		return true
	}
	value := valueOf(segment)
	for _, it := range n.accepting(value) {
		if !yield(it.entry) {
			return false
		}
	}
	return h.each(value, yield) && t.each(value, yield)
}

// file puts the entry where the demands of its matchers are most selective at
// present: a pair before a name, a small bucket before a large one, and one
// bucket before several.
func (x *Index[K]) file(e *entry[K]) {
	var best demand
	bestSize := 0
	for _, m := range e.matchers {
		d := demandOf(m)
		if d.kind == demandsText {
			d.keys = x.within[d.name].rarest(d.keys)
		}
		size := x.largest(d)
		if d.betterThan(best, size, bestSize) {
			best, bestSize, e.by = d, size, m
		}
	}
	switch best.kind {
	case demandsPair:
		for _, key := range best.keys {
			e.put(bucketAt(x.pairs, key))
		}
	case demandsHead:
		for _, head := range best.keys {
			e.putToTry(x.headBucket(best.name, head))
		}
	case demandsText:
		for _, piece := range best.keys {
			e.putToTry(x.textBucket(best.name, piece))
		}
	case demandsName:
		e.putToTry(bucketAt(x.names, best.name))
	default:
		e.put(&x.rest)
	}
}

// largest is the size of the fullest bucket that the demand leads to.
func (x *Index[K]) largest(d demand) int {
	var buckets map[string]*bucket[K]
	h, t := x.heads[d.name], x.within[d.name]
	switch {
	case d.kind == demandsPair:
		buckets = x.pairs
	case d.kind == demandsName:
		return x.names[d.name].size()
	case d.kind == demandsHead && h != nil:
		buckets = h.buckets
	case d.kind == demandsText && t != nil:
		buckets = t.buckets
	}
	size := 0
	for _, key := range d.keys {
		size = max(size, buckets[key].size())
	}
	return size
}

// size counts the entries. A nil bucket is empty.
func (b *bucket[K]) size() int {
	if b == nil {
		return 0
	}
	return len(b.items)
}

// textBucket returns the bucket of a piece of text, which takes itself out of the
// index when it is empty.
func (x *Index[K]) textBucket(name, piece string) *bucket[K] {
	t := x.within[name]
	if t == nil {
		t = &fragments[K]{buckets: make(map[string]*bucket[K])}
		x.within[name] = t
	}
	b := t.at(piece)
	b.emptied = func() {
		if t.sizes[len(piece)]--; len(t.buckets) == 0 {
			delete(x.within, name)
		}
	}
	return b
}

func bucketAt[K comparable](buckets map[string]*bucket[K], key string) *bucket[K] {
	b := buckets[key]
	if b == nil {
		b = &bucket[K]{owner: buckets, key: key}
		buckets[key] = b
	}
	return b
}

func (e *entry[K]) put(b *bucket[K]) {
	e.spots = append(e.spots, spot[K]{bucket: b, position: len(b.items)})
	b.items = append(b.items, item[K]{entry: e, spot: len(e.spots) - 1})
}

// remove fills the gap with the last item.
func (b *bucket[K]) remove(position int) {
	last := len(b.items) - 1
	b.passed.forget()
	moved := b.items[last]
	b.items[position] = moved
	moved.entry.spots[moved.spot].position = position
	b.items[last] = item[K]{}
	b.items = b.items[:last]
	if last > 0 || b.owner == nil {
		return
	}
	delete(b.owner, b.key)
	if b.emptied != nil {
		b.emptied()
	}
}

// each reports whether the loop may go on. A nil bucket is empty.
func (b *bucket[K]) each(yield func(*entry[K]) bool) bool {
	if b == nil {
		return true
	}
	for _, it := range b.items {
		if !yield(it.entry) {
			return false
		}
	}
	return true
}
