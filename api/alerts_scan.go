package api

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/tocsin-alerting/tocsin/alert"
)

// scanner reads a batch of alerts as nearly every client writes it, straight from
// memory: documented keys, each once, and strings for values. What is different in
// any way, wrong or only unusual, it leaves to batchReader, which knows all the rules
// and all the words for what breaks them. So a scanner decides nothing: where it
// returns alerts they are the ones that batchReader reads.
//
// A scanner can be used for one body after another.
type scanner struct {
	seen  familiar
	known knownAlerts // may be nil
	text  []byte
	at    int
	batch []*alert.Alert

	labels, annotations alert.Packer
	origin              []byte
	starts, ends        moment
	scratch             []byte // strings that had escapes
}

// knownAlerts finds what is known under a fingerprint.
type knownAlerts interface {
	Get(id alert.Fingerprint) (*alert.Alert, bool)
}

// scan returns the alerts of a body, or false if batchReader has to read it. The
// slice is valid until the next call, and the text must not change before it returns.
func (s *scanner) scan(text []byte) ([]*alert.Alert, bool) {
	s.text, s.at = text, 0
	clear(s.batch)
	s.batch = s.batch[:0]
	ok := s.elements()
	s.text = nil
	return s.batch, ok
}

// elements reads the array. Like batchReader, it does not look at what comes after.
func (s *scanner) elements() bool {
	if !s.next('[') {
		return false
	}
	if s.next(']') {
		return true
	}
	for {
		a, ok := s.element()
		if !ok {
			return false
		}
		s.batch = append(s.batch, a)
		if !s.next(',') {
			return s.next(']')
		}
	}
}

// member numbers the keys of an alert.
type member int

const (
	memberLabels member = 1 << iota
	memberAnnotations
	memberStart
	memberEnd
	memberOrigin
)

func memberOf(name []byte) member {
	switch string(name) {
	case "labels":
		return memberLabels
	case "annotations":
		return memberAnnotations
	case "startsAt":
		return memberStart
	case "endsAt":
		return memberEnd
	case "generatorURL":
		return memberOrigin
	}
	return 0
}

// element reads an alert.
func (s *scanner) element() (*alert.Alert, bool) {
	s.begin()
	if !s.next('{') {
		return nil, false
	}
	var seen member
	for {
		name, ok := s.string()
		m := memberOf(name)
		if !ok || m == 0 || seen&m != 0 || !s.next(':') || !s.member(m) {
			return nil, false
		}
		seen |= m
		if s.next(',') {
			continue
		}
		if !s.next('}') || seen&memberLabels == 0 {
			return nil, false
		}
		return s.take()
	}
}

func (s *scanner) begin() {
	s.labels.Reset()
	s.annotations.Reset()
	s.starts.given, s.ends.given = false, false
	s.origin, s.scratch = nil, s.scratch[:0]
}

func (s *scanner) member(m member) (ok bool) {
	switch m {
	case memberLabels:
		return s.pairs(&s.labels, true)
	case memberAnnotations:
		return s.pairs(&s.annotations, false)
	case memberStart:
		return s.moment(&s.starts)
	case memberEnd:
		return s.moment(&s.ends)
	}
	s.origin, ok = s.string()
	return ok
}

// pairs reads an object of strings. If some of them have to be left out because they
// are empty, that is unusual.
func (s *scanner) pairs(into *alert.Packer, filled bool) bool {
	if !s.next('{') {
		return false
	}
	for more := !s.next('}'); more; {
		name, ok := s.string()
		if !ok || !s.next(':') {
			return false
		}
		value, ok := s.string()
		if !ok || filled && len(value) == 0 {
			return false
		}
		into.Add(name, value)
		if more = s.next(','); !more && !s.next('}') {
			return false
		}
	}
	return into.Pack()
}

// moment reads an instant.
func (s *scanner) moment(m *moment) bool {
	text, ok := s.string()
	return ok && m.parse(text)
}

// take makes an alert of what has been read. What is the same as before is not kept
// twice.
func (s *scanner) take() (*alert.Alert, bool) {
	id := s.labels.Fingerprint()
	known := &s.seen.nothing
	if s.known != nil {
		if a, found := s.known.Get(id); found {
			known = a
		}
	}
	origin, ok := s.seen.origin(s.origin, known.GeneratorURL)
	if !ok {
		return nil, false
	}
	a := alert.NewIdentified(s.labels.Labels(known.Labels), id)
	a.Annotations, a.GeneratorURL = s.seen.annotations(&s.annotations, known.Annotations), origin
	a.StartsAt, a.EndsAt = s.starts.time(), s.ends.time()
	return a, true
}

// next consumes a character, and white space before it, if it is what comes next.
func (s *scanner) next(c byte) bool {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case c:
			s.at++
			return true
		case ' ', '\n', '\r', '\t':
			s.at++
		default:
			return false
		}
	}
	return false
}

// string reads a string. It is part of the body, or of the scratch.
func (s *scanner) string() ([]byte, bool) {
	if !s.next('"') {
		return nil, false
	}
	ascii := true
	for i := s.at; ; i++ {
		if i += plainRun(s.text[i:]); i == len(s.text) {
			return nil, false
		}
		switch c := s.text[i]; {
		case c == '"':
			text := s.text[s.at:i]
			s.at = i + 1
			return text, ascii || utf8.Valid(text)
		case c == '\\':
			return s.escaped(i)
		case c >= utf8.RuneSelf:
			ascii = false
		default:
			return nil, false // a control character
		}
	}
}

// plainRun counts the bytes up to the first that means something in a string, or is not
// ASCII. It looks at eight at a time: the subtractions borrow from the highest bit of
// a byte that is less than a blank, a quote or a backslash, and of those above it
// perhaps, but only the lowest counts.
func plainRun(b []byte) int {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	i := 0
	for ; i+8 <= len(b); i += 8 {
		x := binary.LittleEndian.Uint64(b[i:])
		control, quote, escape := x-' '*ones, (x^'"'*ones)-ones, (x^'\\'*ones)-ones
		if special := (x | control | quote | escape) & highs; special != 0 {
			return i + bits.TrailingZeros64(special)/8
		}
	}
	for ; i < len(b); i++ {
		if c := b[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			break
		}
	}
	return i
}

// escaped reads the string at hand, which has its first escape at i.
func (s *scanner) escaped(i int) ([]byte, bool) {
	for ; i < len(s.text) && s.text[i] != '"'; i++ {
		if s.text[i] == '\\' {
			i++
		}
	}
	if i >= len(s.text) {
		return nil, false
	}
	begin := len(s.scratch)
	var err error
	s.scratch, err = jsontext.AppendUnquote(s.scratch, s.text[s.at-1:i+1])
	s.at = i + 1
	return s.scratch[begin:], err == nil
}
