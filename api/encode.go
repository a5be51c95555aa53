package api

import (
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/tocsin-alerting/tocsin/alert"
)

// escaping says what a JSON string must be safe for.
type escaping bool

const (
	verbatim escaping = false
	forHTML  escaping = true // <, > and & are escaped too
)

const hexDigits = "0123456789abcdef"

// appendString appends s as a JSON string. Bytes that are not UTF-8 become
// U+FFFD, and U+2028 and U+2029 are escaped since JavaScript needs it.
func appendString(b []byte, s string, e escaping) []byte {
	b = append(b, '"')
	low := uint64(plainLow)
	if e == forHTML {
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

// appendKey appends a comma unless the object or array has just begun, and the
// key, which needs no escapes, with its colon.
func appendKey(b []byte, key string) []byte {
	b = appendComma(b)
	b = append(append(b, '"'), key...)
	return append(b, '"', ':')
}

// appendComma appends a comma unless the object or array has just begun.
func appendComma(b []byte) []byte {
	if c := b[len(b)-1]; c == '{' || c == '[' {
		return b
	}
	return append(b, ',')
}

func appendField(b []byte, key, value string, e escaping) []byte {
	return appendString(appendKey(b, key), value, e)
}

func appendTime(b []byte, key string, t time.Time) []byte {
	b = append(appendKey(b, key), '"')
	return append(t.AppendFormat(b, timeLayout), '"')
}

func appendLabels(b []byte, key string, l alert.Labels, e escaping) []byte {
	b = append(appendKey(b, key), '{')
	for name, value := range l.All() {
		b = append(appendString(appendComma(b), name, e), ':')
		b = appendString(b, value, e)
	}
	return append(b, '}')
}

func appendStrings(b []byte, key string, list []string) []byte {
	b = append(appendKey(b, key), '[')
	for _, s := range list {
		b = appendString(appendComma(b), s, forHTML)
	}
	return append(b, ']')
}

func appendFingerprint(b []byte, f alert.Fingerprint) []byte {
	const digits = 16
	b = append(b, '"')
	for shift := (digits - 1) * 4; shift >= 0; shift -= 4 {
		b = append(b, hexDigits[f>>shift&0xf])
	}
	return append(b, '"')
}

func appendBool(b []byte, key string, v bool) []byte {
	return strconv.AppendBool(appendKey(b, key), v)
}
