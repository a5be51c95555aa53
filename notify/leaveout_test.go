package notify

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tocsin-alerting/tocsin/template"
)

func TestLeaveOut(t *testing.T) {
	registry := prometheus.NewRegistry()
	m := NewMetrics(registry, false)
	counts := func() map[string]float64 {
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		found := make(map[string]float64)
		for _, f := range families {
			if f.GetName() != "tocsin_notification_alerts_left_out_total" {
				continue
			}
			for _, metric := range f.GetMetric() {
				found[metric.GetLabel()[0].GetValue()] = metric.GetCounter().GetValue()
			}
		}
		return found
	}
	if diff := cmp.Diff(map[string]float64{"loop": 0, "hops": 0}, counts()); diff != "" {
		t.Errorf("at the start (-want +got):\n%s", diff)
	}
	n := NewNotification("", template.Batch{}, nil)
	m.omissions(n)
	n.LeaveOut(OmittedLoop, 2)
	first, _ := n.First(1)
	first.LeaveOut(OmittedLoop, 1)
	first.LeaveOut(OmittedHops, 5)
	m.omissions(n)
	if diff := cmp.Diff(map[string]float64{"loop": 3, "hops": 5}, counts()); diff != "" {
		t.Errorf("after a notification (-want +got):\n%s", diff)
	}
}
