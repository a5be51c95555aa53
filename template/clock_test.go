package template

import (
	"strings"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// TestTimesArePrintedAsTheClockShowsThem is about times that tocsin has filled in.
func TestTimesArePrintedAsTheClockShowsThem(t *testing.T) {
	now := time.Now()
	a := alert.New(alert.LabelsOf("alertname", "A"))
	a.StartsAt, a.UpdatedAt, a.EndsAt = now, now, now.Add(time.Minute)
	shown := newAlert(a, now.Add(time.Hour))
	if text := shown.StartsAt.String() + shown.EndsAt.String(); strings.Contains(text, "m=") {
		t.Errorf("printed as %s", text)
	}
	if !shown.StartsAt.Equal(now) || !shown.EndsAt.Equal(now.Add(time.Minute)) {
		t.Errorf("from %s to %s", shown.StartsAt, shown.EndsAt)
	}
}
