package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/store"
)

func TestCreatedIsToldOnceOfEachAlertUntilItIsForgotten(t *testing.T) {
	var created []string
	s := store.NewAlerts(store.Options{
		PerNameLimit: 2,
		Created:      func(a *alert.Alert) { created = append(created, a.Labels.Get("host")) },
	})
	put := func(reports ...*alert.Alert) {
		t.Helper()
		if err := s.Put(t.Context(), reports); err != nil {
			t.Fatal(err)
		}
	}
	put(report("a", 0, 0, 10), report("b", 0, 0, 30), report("beyond the limit", 0, 0, 30))
	put(report("a", 1, 0, 11))
	put(report("a", 12, 12, 20)) // it was resolved and fires again, and is still known
	s.GC(report("", 25, 0, 0).UpdatedAt)
	put(report("a", 26, 26, 40))
	if diff := cmp.Diff([]string{"a", "b", "a"}, created); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
}
