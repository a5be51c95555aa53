package api

import (
	"errors"
	"time"
)

// timeLayout is how every instant is written: milliseconds cut off, not
// rounded, in the zone that the instant has.
const timeLayout = "2006-01-02T15:04:05.000Z07:00"

var errTime = errors.New("not a date-time")

// parseTime reads an instant as clients write it. Without a zone it is UTC, and
// the empty text is the Unix epoch, as clients of the API have come to see it.
func parseTime(text []byte) (time.Time, error) {
	if len(text) == 0 {
		return time.Unix(0, 0).UTC(), nil
	}
	// RFC 3339, which nearly every client sends, costs no allocation this way.
	var t time.Time
	if err := t.UnmarshalText(text); err == nil {
		return t, nil
	}
	for _, layout := range [...]string{
		time.RFC3339, // once more: it is less strict than UnmarshalText
		"2006-01-02T15:04:05.000000Z0700",
		"2006-01-02T15:04:05.000Z0700",
		"2006-01-02T15:04:05",
		"2006-01-02T15:04Z",
		"2006-01-02T15:04",
		"2006-01-02 15:04:05",
		"2006-01-02",
	} {
		if t, err := time.Parse(layout, string(text)); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errTime
}
