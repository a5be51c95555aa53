package silence

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
)

func TestMatching(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Retention: 24 * time.Hour})
		other := running(t)
		other.Matchers = equals(t, "a", "2")
		mustSet(t, s, other)
		short, long, soon, later := running(t), running(t), pending(t), pending(t)
		long.EndsAt = long.EndsAt.Add(time.Minute)
		later.StartsAt = later.StartsAt.Add(time.Minute)
		ids := map[string]string{
			mustSet(t, s, later): "later",
			mustSet(t, s, short): "short",
			mustSet(t, s, soon):  "soon",
			mustSet(t, s, long):  "long",
		}
		for _, tt := range []struct {
			after  time.Duration
			active int
			want   []string
		}{
			{0, 2, []string{"long", "short", "soon", "later"}},
			{time.Hour, 2, []string{"soon", "long", "later"}},
			{90 * time.Minute, 2, []string{"later", "soon"}},
			{3 * time.Hour, 0, nil},
		} {
			at := time.Now().Add(tt.after)
			var got []string
			active := 0
			for _, sil := range s.Matching(alert.LabelsOf("a", "1", "b", "2"), at) {
				got = append(got, ids[sil.ID])
				if sil.StateAt(at) == Active {
					active++
				}
			}
			if tt.after == 90*time.Minute {
				slices.Sort(got) // both end at the same time
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || active != tt.active {
				t.Errorf("after %s %d are active (-want +got):\n%s", tt.after, active, diff)
			}
		}
		if got := s.Matching(alert.LabelsOf("b", "2"), time.Now()); len(got) != 0 {
			t.Errorf("%d match an alert that none matches", len(got))
		}
	})
}
