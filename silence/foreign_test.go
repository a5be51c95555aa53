package silence

import (
	"bytes"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// give lets one collection take everything that another has.
func give(t *testing.T, to, from *Silences) (news []string) {
	t.Helper()
	for record := range from.Records() {
		id, err := to.Take(record)
		if err != nil {
			t.Fatal(err)
		}
		if id != "" {
			news = append(news, id)
		}
	}
	return news
}

func TestTakeCountsTheLaterChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ours, theirs := New(Options{Retention: time.Hour, Table: newMemTable()}), New(Options{Retention: time.Hour})
		id := mustSet(t, theirs, running(t))
		if diff := cmp.Diff([]string{id}, give(t, ours, theirs)); diff != "" {
			t.Errorf("news (-want +got):\n%s", diff)
		}
		if news := give(t, ours, theirs); news != nil {
			t.Errorf("%v are news twice", news)
		}
		time.Sleep(time.Minute)
		if err := ours.Expire(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		if news := give(t, ours, theirs); news != nil || mustGet(t, ours, id).StateAt(time.Now()) != Expired {
			t.Error("an expired silence has returned")
		}
		give(t, theirs, ours)
		if mustGet(t, theirs, id).StateAt(time.Now()) != Expired {
			t.Error("its end is not taken")
		}
		checkSame(t, ours.o.Table.(*memTable), ours)
	})
}

// Alertmanager sends back what it understands of a silence.
func TestTakeKeepsWhatAlertmanagerLeavesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Retention: time.Hour})
		whole := running(t)
		whole.Annotations = map[string]string{"ticket": "7"}
		id := mustSet(t, s, whole)
		for _, ends := range []time.Duration{0, -time.Second, time.Second} {
			less := *mustGet(t, s, id)
			less.Annotations = nil
			less.EndsAt = less.EndsAt.Add(ends)
			news, err := s.Take(Append(nil, &less, less.EndsAt.Add(time.Hour)))
			if news != "" || err != nil || mustGet(t, s, id).Annotations == nil {
				t.Errorf("end %s: news %q, error %v", ends, news, err)
			}
		}
	})
}

func TestTakeRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, other := New(Options{Retention: time.Hour}), New(Options{Retention: 24 * time.Hour})
		id := mustSet(t, other, running(t))
		record := slices.Collect(other.Records())[0]
		if _, err := s.Take(record[:len(record)/2]); err == nil {
			t.Error("half a silence is taken")
		}
		time.Sleep(time.Until(mustGet(t, other, id).EndsAt.Add(time.Hour)))
		if news := give(t, s, other); news != nil || len(s.All()) > 0 {
			t.Error("a silence past its retention is taken")
		}
		for record := range s.Records() {
			t.Errorf("record %x", record)
		}
		if !bytes.Contains(record, []byte(id)) {
			t.Error("the record is of another silence")
		}
	})
}
