package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/store"
)

func TestGCSaysWhatItForgot(t *testing.T) {
	var told [][2]int
	s := store.NewAlerts(store.Options{Forgot: func(gone, left int) { told = append(told, [2]int{gone, left}) }})
	batch := []*alert.Alert{report("a", 0, 0, 1), report("b", 0, 0, 1), report("c", 0, 0, 600)}
	if err := s.Put(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	for _, at := range []time.Duration{0, time.Hour, 2 * time.Hour, 1000 * time.Hour} {
		s.GC(noon.Add(at))
	}
	if want := [][2]int{{2, 1}, {1, 0}}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v: gone and left, and nothing when nothing is gone", told, want)
	}
}
