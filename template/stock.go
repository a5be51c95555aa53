package template

import (
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// Stock returns a batch with one firing and one resolved alert. Templates are
// rendered over it when the configuration is loaded, so that mistakes are
// found before the night they matter. Each call returns new data.
func Stock() *Data {
	start := time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC)
	return NewData(Batch{
		Receiver:    "stock",
		Reason:      "first notification",
		Now:         start.Add(time.Hour),
		GroupLabels: alert.LabelsOf("alertname", "InstanceDown", "job", "node"),
		Alerts: []*alert.Alert{
			stockAlert("host-1:9100", start, time.Time{}),
			stockAlert("host-2:9100", start, start.Add(30*time.Minute)),
		},
		ExternalURL: "http://localhost:9093",
	})
}

func stockAlert(instance string, start, end time.Time) *alert.Alert {
	a := alert.New(alert.LabelsOf("alertname", "InstanceDown", "instance", instance, "job", "node", "severity", "critical"))
	a.Annotations = alert.LabelsOf("summary", "Instance is down", "description", instance+" has been down for five minutes.")
	a.StartsAt, a.EndsAt, a.UpdatedAt = start, end, start
	a.GeneratorURL = "http://localhost:9090/graph?g0.expr=up+%3D%3D+0"
	return a
}
