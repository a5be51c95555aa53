package explain

import (
	"encoding/json"
	"testing"
	"time"
)

func TestFirst(t *testing.T) {
	for _, tt := range []struct {
		list []Outcome
		want Outcome
	}{
		{nil, Nothing},
		{[]Outcome{Nothing}, Nothing},
		{[]Outcome{Suppressed, Told}, Told},
		{[]Outcome{Told, Pending, Sending, Retrying}, Retrying},
		{[]Outcome{Nothing, Unknown}, Unknown},
	} {
		if got := First(tt.list); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.list, got, tt.want)
		}
	}
}

func TestTimes(t *testing.T) {
	zone := time.FixedZone("", 7200)
	text, err := json.Marshal(struct {
		A Time `json:"a"`
		B Time `json:"b,omitzero"`
		C Seconds
	}{A: At(time.Date(2026, 5, 1, 12, 0, 0, 123_999_999, zone)), B: At(time.Time{}), C: In(1500 * time.Millisecond)})
	if want := `{"a":"2026-05-01T10:00:00.123Z","C":1.5}`; err != nil || string(text) != want {
		t.Errorf("%s, %v, want %s", text, err, want)
	}
	var back struct{ A Time }
	if err := json.Unmarshal([]byte(`{"a":"2026-05-01T10:00:00.123Z"}`), &back); err != nil || !back.A.Equal(time.Date(2026, 5, 1, 10, 0, 0, 123_000_000, time.UTC)) {
		t.Errorf("read %s, %v", back.A, err)
	}
	if d := Seconds(1.5).Duration(); d != 1500*time.Millisecond {
		t.Errorf("%s", d)
	}
}
