package silence

import (
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// TestTheClockIsSetBack wants silences to hold again that had expired, and been
// looked after, while the clock was ahead.
func TestTheClockIsSetBack(t *testing.T) {
	now := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	sil := &Silence{
		ID: "a", Matchers: alert.Matchers{match(t, alert.MatchEqual, "a", "b")},
		StartsAt: now.Add(-time.Hour), EndsAt: now.Add(time.Hour), UpdatedAt: now,
	}
	s := New(Options{Table: newMemTable(sil), Retention: 240 * time.Hour})
	s.show(sil)
	a := alert.New(alert.LabelsOf("a", "b"))
	for _, ahead := range []time.Duration{2 * time.Hour, 200 * time.Hour} {
		if ids := s.MutedBy(a, now.Add(ahead)); len(ids) > 0 {
			t.Errorf("%s ahead, it is silenced by %q", ahead, ids)
		}
		s.gc(now.Add(ahead))
		if n := s.index.Len(); n != 0 {
			t.Fatalf("%d silences are in the index, want none: the test shows nothing", n)
		}
		if ids := s.MutedBy(a, now); len(ids) != 1 {
			t.Errorf("%s ahead and back: it is silenced by %q", ahead, ids)
		}
	}
	s.gc(now.Add(2 * time.Hour))
	if s.MutedBy(a, now.Add(2*time.Hour-time.Second)); s.index.Len() != 0 {
		t.Error("a question about the moment before fills the index")
	}
}
