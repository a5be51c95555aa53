package alert

import (
	"hash/maphash"
	"sync/atomic"
)

// Texts remembers texts that alerts were seen with, so that alerts that say the same
// hold one copy of it. It has a fixed number of places and forgets whatever stands
// in its way: a text that it does not know is held twice, and nothing else happens.
// So a text that no other alert has costs nothing, which cannot be said of a table
// of all texts; docs/adr/0006 has the reasons.
//
// All methods may be called from many goroutines at once.
type Texts struct {
	seed   maphash.Seed
	places [textBuckets][textWays]atomic.Pointer[string]
}

// The places are in buckets, so that texts that are often seen together seldom
// have to share one.
const (
	textBuckets = 1024
	textWays    = 4
)

// longestText bounds what the table can keep alive by itself: 16 MiB.
const longestText = 4 << 10

// NewTexts returns a table that knows no text.
func NewTexts() *Texts { return &Texts{seed: maphash.MakeSeed()} }

// Share lets annotations and origin of an alert be the copies that are known. It
// changes the alert, which must not be shared yet.
func (t *Texts) Share(a *Alert) {
	a.Annotations.packed = t.known(a.Annotations.packed)
	a.GeneratorURL = t.known(a.GeneratorURL)
}

// Forget lets go of all texts, so that those that no alert has any more are garbage.
func (t *Texts) Forget() {
	for i := range t.places {
		for j := range t.places[i] {
			t.places[i][j].Store(nil)
		}
	}
}

// known returns the known copy of a text. A text that has none is known from then on.
func (t *Texts) known(text string) string {
	if text == "" || len(text) > longestText {
		return text
	}
	hash := maphash.String(t.seed, text)
	bucket := &t.places[hash%textBuckets]
	victim := int(hash / textBuckets % textWays)
	for i := range bucket {
		switch p := bucket[i].Load(); {
		case p == nil:
			victim = i
		case *p == text:
			return *p
		}
	}
	kept := text // on the heap only now
	bucket[victim].Store(&kept)
	return text
}
