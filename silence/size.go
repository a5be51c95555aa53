package silence

import (
	"math/bits"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// size is how many bytes the silence takes in the protobuf form in which
// silences are exchanged, which is what the size limit is about:
//
//	wrapper {1: silence, 2: expiry}
//	silence {1: id, 3: start, 4: end, 5: update, 8: author, 9: comment,
//	         10: map of annotations, 11: matcher set {1: matcher}}
//	matcher {1: type, 2: name, 3: value}
//
// All field numbers are below 16, so that each tag is one byte.
func (s *Silence) size(expiresAt time.Time) int {
	n := sizeText(s.ID) +
		sizeField(sizeTime(s.StartsAt)) + sizeField(sizeTime(s.EndsAt)) + sizeField(sizeTime(s.UpdatedAt)) +
		sizeText(s.CreatedBy) + sizeText(s.Comment)
	for key, value := range s.Annotations {
		// The two halves of a map's entry are written even if they are empty.
		n += sizeField(sizeField(len(key)) + sizeField(len(value)))
	}
	set := 0
	for _, m := range s.Matchers {
		set += sizeField(sizeMatcher(m))
	}
	return sizeField(n+sizeField(set)) + sizeField(sizeTime(expiresAt))
}

func sizeMatcher(m *alert.Matcher) int {
	n := sizeText(m.Name) + sizeText(m.Value)
	if m.Type != alert.MatchEqual { // EQUAL is 0, which is not written
		n += 2
	}
	return n
}

// sizeTime is the size of {1: seconds, 2: nanoseconds}.
func sizeTime(t time.Time) int {
	return sizeNumber(t.Unix()) + sizeNumber(int64(t.Nanosecond()))
}

// sizeField is the size of a tag, a length and so many bytes.
func sizeField(length int) int { return 1 + sizeVarint(uint64(length)) + length }

// sizeText leaves out what is empty.
func sizeText(text string) int {
	if text == "" {
		return 0
	}
	return sizeField(len(text))
}

// sizeNumber leaves out what is 0.
func sizeNumber(n int64) int {
	if n == 0 {
		return 0
	}
	return 1 + sizeVarint(uint64(n))
}

// sizeVarint counts 7 bits a byte, and one byte for 0.
func sizeVarint(n uint64) int { return (bits.Len64(n|1) + 6) / 7 }
