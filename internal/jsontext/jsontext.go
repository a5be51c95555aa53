// Package jsontext appends texts to JSON, in the form of encoding/json.
package jsontext

import "unicode/utf8"

// Escaping says what a string must be safe for.
type Escaping bool

// The sorts of escaping.
const (
	Verbatim Escaping = false
	ForHTML  Escaping = true // <, > and & are escaped too, as encoding/json does
)

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string. Bytes that are not UTF-8 become
// U+FFFD, and U+2028 and U+2029 are escaped since JavaScript needs it.
func AppendString(b []byte, s string, e Escaping) []byte {
	b = append(b, '"')
	low := uint64(plainLow)
	if e == ForHTML {
		low &^= markup
	}
	start := 0
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			bits := low
			if c >= 64 {
				bits = plainHigh
			}
			if bits>>(c&63)&1 == 1 {
				i++
				continue
			}
			b = appendEscape(append(b, s[start:i]...), c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			b = append(append(b, s[start:i]...), `\ufffd`...)
			start = i + size
		case r == '\u2028' || r == '\u2029':
			b = append(append(b, s[start:i]...), `\u202`...)
			b = append(b, hexDigits[r&0xf])
			start = i + size
		}
		i += size
	}
	return append(append(b, s[start:]...), '"')
}

// The ASCII bytes that stand for themselves, those from 64 on apart, as bits: this is
// asked for every byte of every answer.
const (
	plainLow  = (1<<64 - 1<<' ') &^ (1 << '"')
	plainHigh = (1<<64 - 1) &^ (1 << ('\\' - 64))
	markup    = 1<<'<' | 1<<'>' | 1<<'&'
)

func appendEscape(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\b':
		return append(b, `\b`...)
	case '\f':
		return append(b, `\f`...)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	return append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xf])
}
