package silence

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestChangedIsToldOfEveryChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		table := newMemTable()
		s := New(Options{Table: table, Changed: func(sil *Silence, created bool) {
			told = append(told, fmt.Sprintf("%s %s %t", sil.Comment, sil.StateAt(sil.UpdatedAt), created))
		}})
		id := mustSet(t, s, running(t))
		time.Sleep(time.Minute)
		again := *mustGet(t, s, id)
		again.Comment = "changed"
		mustSet(t, s, again)
		again.Comment, again.Matchers = "other", equals(t, "a", "2")
		other := mustSet(t, s, again)
		table.failing = true
		if err := s.Expire(t.Context(), other); err == nil {
			t.Error("no error")
		}
		table.failing = false
		for range 2 {
			if err := s.Expire(t.Context(), other); err != nil {
				t.Error(err)
			}
		}
		want := []string{"why active true", "changed active false", "other active true", "changed expired false", "other expired false"}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}
