package api

import (
	"strconv"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/jsontext"
)

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

func appendField(b []byte, key, value string, e jsontext.Escaping) []byte {
	return jsontext.AppendString(appendKey(b, key), value, e)
}

func appendTime(b []byte, key string, t time.Time) []byte {
	b = append(appendKey(b, key), '"')
	return append(t.AppendFormat(b, timeLayout), '"')
}

func appendLabels(b []byte, key string, l alert.Labels, e jsontext.Escaping) []byte {
	b = append(appendKey(b, key), '{')
	for name, value := range l.All() {
		b = append(jsontext.AppendString(appendComma(b), name, e), ':')
		b = jsontext.AppendString(b, value, e)
	}
	return append(b, '}')
}

func appendStrings(b []byte, key string, list []string) []byte {
	b = append(appendKey(b, key), '[')
	for _, s := range list {
		b = jsontext.AppendString(appendComma(b), s, jsontext.ForHTML)
	}
	return append(b, ']')
}

func appendFingerprint(b []byte, f alert.Fingerprint) []byte {
	const digits = 16
	b = append(b, '"')
	for shift := (digits - 1) * 4; shift >= 0; shift -= 4 {
		b = append(b, "0123456789abcdef"[f>>shift&0xf])
	}
	return append(b, '"')
}

func appendBool(b []byte, key string, v bool) []byte {
	return strconv.AppendBool(appendKey(b, key), v)
}
