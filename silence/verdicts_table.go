package silence

import "math/bits"

// table keeps a number for each of many keys in little more memory than both take, and
// without a pointer: a key has two buckets in which it may be. It may lose keys.
type table struct {
	buckets []bucket
	used    int
}

type bucket struct {
	keys    [ways]uint64 // 0: none
	numbers [ways]uint32
}

// ways is how many keys a bucket holds.
const ways = 8

// homes returns the buckets of a key. Its high bits say which the first is, and the
// same bits mixed up the second; the low bits have chosen the shard.
func (t *table) homes(key uint64) (first, second *bucket) {
	n := uint64(len(t.buckets))
	a, _ := bits.Mul64(key, n)
	b, _ := bits.Mul64(key*0x9e3779b97f4a7c15, n)
	return &t.buckets[a], &t.buckets[b]
}

// get returns the number of a key, 0 if the key is not there.
func (t *table) get(key uint64) uint32 {
	if len(t.buckets) == 0 {
		return 0
	}
	first, second := t.homes(key)
	if b, i := either(first, second, key); i >= 0 {
		return b.numbers[i]
	}
	return 0
}

// either returns the bucket that has a key and its place; -1 if none has.
func either(first, second *bucket, key uint64) (*bucket, int) {
	if i := first.find(key); i >= 0 {
		return first, i
	}
	return second, second.find(key)
}

// set sets the number of a key, which is not 0. It returns the key that had to go for
// it, 0 for none.
func (t *table) set(key uint64, number uint32) (gone uint64) {
	if t.used*10 >= len(t.buckets)*ways*9 {
		t.resize()
	}
	first, second := t.homes(key)
	if b, i := either(first, second, key); i >= 0 {
		b.numbers[i] = number
		return 0
	}
	home := first
	if second.free() > first.free() {
		home = second
	}
	i := home.find(0)
	if i < 0 {
		i = t.vacate(home)
	}
	if i < 0 { // seldom, since a tenth of all is free
		i = int(key / shards % ways)
		gone = home.keys[i]
		t.used--
	}
	home.keys[i], home.numbers[i] = key, number
	t.used++
	return gone
}

// vacate moves a key of a full bucket to the other one that it may be in, and returns
// its place; -1 if they are all full.
func (t *table) vacate(b *bucket) int {
	for i, key := range b.keys {
		first, second := t.homes(key)
		other := first
		if first == b {
			other = second
		}
		if at := other.find(0); at >= 0 {
			other.keys[at], other.numbers[at] = key, b.numbers[i]
			b.keys[i] = 0
			return i
		}
	}
	return -1
}

// sweep removes the keys whose number is less.
func (t *table) sweep(least uint32) {
	for i := range t.buckets {
		b := &t.buckets[i]
		for j, key := range b.keys {
			if key != 0 && b.numbers[j] < least {
				b.keys[j] = 0
				t.used--
			}
		}
	}
	if t.used*2 < len(t.buckets)*ways {
		t.resize()
	}
}

// resize makes a quarter of the table free, or all of an empty one go.
func (t *table) resize() {
	room := (t.used*4/3 + ways - 1) / ways
	if t.used == 0 && len(t.buckets) == 0 {
		room = 1
	}
	old := t.buckets
	*t = table{buckets: make([]bucket, room)}
	for i := range old {
		for j, key := range old[i].keys {
			if key != 0 {
				t.set(key, old[i].numbers[j])
			}
		}
	}
}

// find returns the place of a key in the bucket, -1 if it is not there.
func (b *bucket) find(key uint64) int {
	for i := range b.keys {
		if b.keys[i] == key {
			return i
		}
	}
	return -1
}

// free counts the places without a key.
func (b *bucket) free() (n int) {
	for _, key := range b.keys {
		if key == 0 {
			n++
		}
	}
	return n
}
