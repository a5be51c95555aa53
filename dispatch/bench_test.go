package dispatch_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/go-kit/log"
	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/dispatch"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/store"
	"github.com/tocsin-alerting/tocsin/template"
)

// hears is a Sender that takes no time.
type hears chan string

func (h hears) Send(_ context.Context, n *notify.Notification) error {
	h <- n.GroupKey
	return nil
}

// atOnce runs a dispatcher whose groups speak at once, one for each alert.
func atOnce(b *testing.B, heard hears) *store.Alerts {
	b.Helper()
	alerts := store.NewAlerts(store.Options{})
	templates, err := template.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	p := notify.New(notify.Options{
		Receivers: []notify.Receiver{{Name: "ops", Integrations: []*notify.Integration{{Receiver: "ops", Kind: "fake", Sender: heard}}}},
		Templates: templates,
		Log:       notify.NewLog(notify.LogOptions{}),
		Logger:    log.NewNopLogger(),
	})
	var routes dispatch.RouteConfig
	if err := yaml.Unmarshal([]byte("{receiver: ops, group_by: [id], group_wait: 0s, group_interval: 10h}"), &routes); err != nil {
		b.Fatal(err)
	}
	root, _, err := dispatch.NewTree(&routes, alert.SyntaxFallback)
	if err != nil {
		b.Fatal(err)
	}
	d := dispatch.New(dispatch.Options{Alerts: alerts, Root: root, Notifier: p, Logger: log.NewNopLogger()})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = d.Run(ctx) })
	b.Cleanup(func() {
		cancel()
		running.Wait()
		p.Close(context.Background())
	})
	return alerts
}

// news are alerts with the ids from first on.
func news(first, n int) []*alert.Alert {
	list := make([]*alert.Alert, n)
	for i := range list {
		now := time.Now()
		a := alert.New(alert.LabelsOf("alertname", "X", "id", strconv.Itoa(first+i), "instance", "host-1:9100", "severity", "page"))
		a.StartsAt, a.EndsAt, a.UpdatedAt = now, now.Add(time.Hour), now
		list[i] = a
	}
	return list
}

// BenchmarkTold is from an alert that is stored until its receiver is called, by way
// of every goroutine between them.
func BenchmarkTold(b *testing.B) {
	for _, n := range []int{1, 1000} {
		b.Run("groups="+strconv.Itoa(n), func(b *testing.B) {
			heard := make(hears, n)
			alerts := atOnce(b, heard)
			id := 0
			b.ReportAllocs()
			for b.Loop() {
				if err := alerts.Put(b.Context(), news(id, n)); err != nil {
					b.Fatal(err)
				}
				id += n
				for range n {
					<-heard
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/group")
		})
	}
}
