package explain

import (
	"encoding/json"
	"time"
)

// Time is an instant that is written as the API writes all of them, in milliseconds
// and in UTC.
type Time struct{ time.Time }

// At is an instant as it is written.
func At(t time.Time) Time {
	if t.IsZero() {
		return Time{}
	}
	return Time{t.UTC().Truncate(time.Millisecond)}
}

// MarshalJSON writes the time.
func (t Time) MarshalJSON() ([]byte, error) {
	return json.Marshal(t.Format("2006-01-02T15:04:05.000Z07:00"))
}

// Seconds is a length of time.
type Seconds float64

// Duration is the length.
func (s Seconds) Duration() time.Duration { return time.Duration(float64(s) * float64(time.Second)) }

// In is a length of time in seconds.
func In(d time.Duration) Seconds { return Seconds(d.Seconds()) }
