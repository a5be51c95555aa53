package event

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// envelope is what every event is sent in.
type envelope struct {
	Timestamp stamp          `json:"@timestamp"`
	Instance  string         `json:"instance,omitempty"`
	Position  int            `json:"clusterPosition,omitempty"`
	Data      map[string]any `json:"data"` // one entry: the event by its name
}

// encode returns an event that happened at that time as one line of JSON, without
// a newline at the end.
func encode(e Event, at time.Time, instance string, position int) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // proto3 JSON does not
	err := enc.Encode(envelope{
		Timestamp: stamp(at),
		Instance:  instance,
		Position:  position,
		Data:      map[string]any{e.field(): e.message(at)},
	})
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", e.Type(), err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// stamp is a time in proto3 JSON: UTC, with 0, 3, 6 or 9 digits after the point.
type stamp time.Time

// IsZero makes the zero time a default value.
func (s stamp) IsZero() bool { return time.Time(s).IsZero() }

// MarshalJSON implements json.Marshaler. It knows the years 1 to 9999.
func (s stamp) MarshalJSON() ([]byte, error) {
	t := time.Time(s).UTC()
	if y := t.Year(); y < 1 || y > 9999 {
		return nil, fmt.Errorf("the year %d cannot be written", y)
	}
	return []byte(`"` + t.Format("2006-01-02T15:04:05") + fraction(t.Nanosecond()) + `Z"`), nil
}

// span is a duration in proto3 JSON: seconds. It is not negative.
type span time.Duration

// MarshalJSON implements json.Marshaler.
func (s span) MarshalJSON() ([]byte, error) {
	d := time.Duration(s)
	return fmt.Appendf(nil, `"%d%ss"`, d/time.Second, fraction(int(d%time.Second))), nil
}

// fraction is a part of a second as decimals with their point, if there are any.
func fraction(nanos int) string {
	switch {
	case nanos == 0:
		return ""
	case nanos%1e6 == 0:
		return fmt.Sprintf(".%03d", nanos/1e6)
	case nanos%1e3 == 0:
		return fmt.Sprintf(".%06d", nanos/1e3)
	default:
		return fmt.Sprintf(".%09d", nanos)
	}
}
