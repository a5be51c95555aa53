package dispatch_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/tocsin-alerting/tocsin/dispatch"
	"github.com/tocsin-alerting/tocsin/notify"
)

func TestAlertsByState(t *testing.T) {
	registry := prometheus.NewRegistry()
	counted := func(_ *world, o *dispatch.Options) { o.Registerer = registry }
	inBubble(t, simple, func(w *world) {
		expect := func(active, suppressed, unprocessed string) {
			t.Helper()
			want := "# HELP alertmanager_alerts How many alerts by state.\n# TYPE alertmanager_alerts gauge\n" +
				`alertmanager_alerts{state="active"} ` + active + "\n" +
				`alertmanager_alerts{state="suppressed"} ` + suppressed + "\n" +
				`alertmanager_alerts{state="unprocessed"} ` + unprocessed + "\n"
			if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "alertmanager_alerts"); err != nil {
				t.Error(err)
			}
		}
		w.silences.mute("b")
		w.fires("a")
		w.fires("b")
		w.fires("c")
		expect("0", "0", "3")
		w.until(time.Minute)
		expect("2", "1", "0")
		w.fires("d")
		w.ends("a") // not told yet, but it fires no more
		expect("1", "1", "1")
		w.until(time.Hour)
		expect("2", "1", "0")
	}, counted)
}

func TestAlertsByGroup(t *testing.T) {
	registry := prometheus.NewRegistry()
	counted := func(_ *world, o *dispatch.Options) { o.Registerer, o.GroupKeysInMetrics = registry, true }
	inBubble(t, `{receiver: ops, group_by: [host]}`, func(w *world) {
		w.fires("a")
		w.until(time.Minute)
		want := "# HELP alertmanager_alerts How many alerts by state.\n# TYPE alertmanager_alerts gauge\n" +
			`alertmanager_alerts{group_key="{}:{host=\"a\"}",state="active"} 1` + "\n" +
			`alertmanager_alerts{group_key="{}:{host=\"a\"}",state="suppressed"} 0` + "\n" +
			`alertmanager_alerts{group_key="{}:{host=\"a\"}",state="unprocessed"} 0` + "\n"
		if err := testutil.GatherAndCompare(registry, strings.NewReader(want), "alertmanager_alerts"); err != nil {
			t.Error(err)
		}
	}, counted)
}

func TestOldestUndelivered(t *testing.T) {
	registry := prometheus.NewRegistry()
	counted := func(_ *world, o *dispatch.Options) { o.Registerer = registry }
	inBubble(t, simple, func(w *world) {
		age := func() float64 {
			families, err := registry.Gather()
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range families {
				if f.GetName() == "tocsin_oldest_undelivered_seconds" {
					return f.GetMetric()[0].GetGauge().GetValue()
				}
			}
			t.Fatal("the metric is missing")
			return 0
		}
		w.send["ops"] = func(context.Context, *notify.Notification) error {
			if w.at() < 20*time.Minute {
				return errDown
			}
			return nil
		}
		w.fires("a")
		if got := age(); got != 0 {
			t.Errorf("%vs with nothing on its way", got)
		}
		w.until(15*time.Minute + 30*time.Second)
		if got := age(); got != 15*60 {
			t.Errorf("%vs after the receiver has failed for 15m", got)
		}
		w.until(22 * time.Minute)
		if got := age(); got != 0 {
			t.Errorf("%vs after it got through", got)
		}
	}, counted)
}
