package store_test

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/store"
)

func TestPerNameLimit(t *testing.T) {
	registry := prometheus.NewRegistry()
	s := store.NewAlerts(store.Options{PerNameLimit: 2, Metrics: store.NewMetrics(registry, true)})
	w := s.Watch("test")
	other := alert.New(alert.LabelsOf("alertname", "Y"))
	other.StartsAt, other.UpdatedAt, other.EndsAt = noon, noon, noon.Add(10*time.Minute)
	for _, step := range []struct {
		name   string
		alert  *alert.Alert
		stored bool
	}{
		{"the first", report("a", 0, 0, 10), true},
		{"the second", report("b", 0, 0, 20), true},
		{"one too many", report("c", 1, 1, 11), false},
		{"another name", other, true},
		{"one that has a place", report("b", 2, 0, 22), true},
		{"still one too many", report("c", 9, 9, 19), false},
		{"a has ended and makes room", report("c", 10, 10, 20), true},
		{"there is none for another", report("d", 11, 11, 21), false},
		{"c has ended", report("d", 20, 20, 30), true},
	} {
		if err := s.Put(t.Context(), []*alert.Alert{step.alert}); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		got, known := s.Get(step.alert.Fingerprint())
		if stored := known && got.EndsAt.Equal(step.alert.EndsAt); stored != step.stored {
			t.Errorf("%s: stored is %t, want %t", step.name, stored, step.stored)
		}
		if published := len(w.Take()) > 0; published != step.stored {
			t.Errorf("%s: published is %t, want %t", step.name, published, step.stored)
		}
	}
	s.GC(noon.AddDate(0, 0, 1))
	if err := s.Put(t.Context(), []*alert.Alert{report("e", 0, 0, 1), report("f", 0, 0, 1), report("g", 0, 0, 2)}); err != nil {
		t.Fatal(err)
	}
	if n := s.Len(); n != 2 {
		t.Errorf("%d alerts after all were forgotten and three came, want 2", n)
	}
	if n, err := testutil.GatherAndCount(registry, "alertmanager_alerts_limited_total"); n != 1 || err != nil {
		t.Errorf("%d series of dropped alerts, %v; want one for the name X", n, err)
	}
}
