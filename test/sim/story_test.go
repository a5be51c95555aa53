package sim

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/daemon"
)

const config = `
global: {resolve_timeout: 30m}
route:
  receiver: ops
  group_by: [alertname]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 4h
inhibit_rules:
  - source_matchers: [host="router"]
    target_matchers: [host=~"behind.*"]
receivers:
  - name: ops
    webhook_configs:
      - url: http://receiver.example/ops
        http_config: {enable_http2: false}
`

func TestFromPostToWebhook(t *testing.T) {
	inBubble(t, config, func(w *world) {
		if status, _ := w.call(http.MethodGet, "/-/ready", ""); status != http.StatusOK {
			t.Errorf("not ready: %d", status)
		}
		w.fires("a")
		w.until(20 * time.Minute)
		w.fires("a")
		w.until(time.Hour) // it is not reported again and ends by the resolve timeout
		w.want("30s ops +a (first notification)", "50m30s ops -a (all alerts resolved)")
		if groups := w.must(http.MethodGet, "/api/v2/alerts/groups", ""); groups != "[]\n" {
			t.Errorf("groups are left: %s", groups)
		}
	})
}

func TestSilenceHoldsAndItsEndDoesNotHideTheResolve(t *testing.T) {
	inBubble(t, config, func(w *world) {
		w.fires("a")
		w.until(time.Minute)
		id := w.silence("a", 10*time.Hour)
		w.until(20 * time.Minute)
		if alerts := w.must(http.MethodGet, "/api/v2/alerts", ""); !strings.Contains(alerts, id) || !strings.Contains(alerts, `"suppressed"`) {
			t.Errorf("the alert is not shown as silenced: %s", alerts)
		}
		w.ends("a")
		w.until(time.Hour)
		w.want("30s ops +a (first notification)", "20m30s ops -a (all alerts resolved)")
	})
}

func TestExpiredSilenceLetsThrough(t *testing.T) {
	inBubble(t, config, func(w *world) {
		id := w.silence("a", 10*time.Hour)
		w.fires("a")
		w.until(7 * time.Minute)
		w.want()
		w.must(http.MethodDelete, "/api/v2/silence/"+id, "")
		w.until(12 * time.Minute)
		w.want("10m30s ops +a (first notification)")
	})
}

func TestInhibitionInOneBatch(t *testing.T) {
	quick := strings.Replace(config, "group_wait: 30s", "group_wait: 0s", 1)
	inBubble(t, quick, func(w *world) {
		w.must(http.MethodPost, "/api/v2/alerts",
			`[{"labels":{"alertname":"Y","host":"behind1"}},{"labels":{"alertname":"X","host":"router"}}]`)
		w.until(time.Second)
		w.want("0s ops +router (first notification)")
	})
}

func TestReceiverOutage(t *testing.T) {
	inBubble(t, config, func(w *world) {
		w.setDown(true)
		w.fires("a")
		w.until(12 * time.Minute)
		w.fires("b")
		w.setDown(false)
		w.until(14 * time.Minute)
		w.mu.Lock()
		told := len(w.told)
		w.mu.Unlock()
		if told != 1 || !strings.HasSuffix(w.told[0], "ops +a +b (first notification)") {
			t.Errorf("told %q, want a and b once, within a minute of the end of the outage", w.told)
		}
		metrics := w.must(http.MethodGet, "/metrics", "")
		for _, line := range []string{
			`alertmanager_notifications_total{integration="webhook"} 3`,
			`alertmanager_notifications_failed_total{integration="webhook",reason="serverError"} 2`,
		} {
			if !strings.Contains(metrics, line+"\n") {
				t.Errorf("/metrics lacks %s", line)
			}
		}
	})
}

func TestReload(t *testing.T) {
	inBubble(t, config, func(w *world) {
		w.fires("a")
		w.until(20 * time.Second)
		w.must(http.MethodPost, "/-/reload", "") // an equal file
		w.until(2 * time.Minute)
		w.write("route: {receiver: nobody}\nreceivers: []\n")
		if status, text := w.call(http.MethodPost, "/-/reload", ""); status != http.StatusInternalServerError || !strings.Contains(text, `receiver "nobody" is not defined`) {
			t.Errorf("reload of a broken file answers %d: %s", status, text)
		}
		if metrics := w.must(http.MethodGet, "/metrics", ""); !strings.Contains(metrics, "alertmanager_config_last_reload_successful 0\n") {
			t.Error("the metric does not show that the reload failed")
		}
		w.write(strings.Replace(config, "example/ops", "example/new", 1))
		w.must(http.MethodPost, "/-/reload", "")
		w.until(3 * time.Minute)
		w.fires("b")
		w.until(6 * time.Minute)
		w.want("30s ops +a (first notification)", "5m30s new +a +b (new alerts added)")
	})
}

func TestReloadOfAnEqualFileIsANoOp(t *testing.T) {
	inBubble(t, config, func(w *world) {
		w.must(http.MethodPost, "/-/reload", "")
		if !strings.Contains(w.logs.String(), `msg="Configuration is as it was"`) {
			t.Error("an equal file was put in force again")
		}
		w.write(config + "# a comment\n")
		w.must(http.MethodPost, "/-/reload", "")
		if n := strings.Count(w.logs.String(), `msg="Configuration in force"`); n != 2 {
			t.Errorf("%d configurations were put in force, want 2", n)
		}
	})
}

const brokenTemplate = `
route: {receiver: ops, group_wait: 0s}
receivers:
  - name: ops
    webhook_configs:
      - url: http://receiver.example/ops
        payload: {text: '{{ .NoSuchField }}'}
`

func TestATemplateThatFailsLetsTheAlertThrough(t *testing.T) {
	inBubble(t, brokenTemplate, func(w *world) {
		if logs := w.logs.String(); !strings.Contains(logs, "webhook_configs[0].payload.text: line 7: ") {
			t.Error("the log does not say at the start which template fails")
		}
		w.fires("a")
		w.until(time.Second)
		w.want("0s ops +a (first notification)")
		if metrics := w.must(http.MethodGet, "/metrics", ""); !strings.Contains(metrics, `tocsin_template_failures_total{integration="webhook"} 1`+"\n") {
			t.Error("the failure is not counted")
		}
	})
}

func TestStrictTemplates(t *testing.T) {
	strict := func(o *daemon.Options) { o.StrictTemplates = true }
	inBubble(t, config, func(w *world) {
		w.write(brokenTemplate)
		if status, text := w.call(http.MethodPost, "/-/reload", ""); status != http.StatusInternalServerError || !strings.Contains(text, "line 7") {
			t.Errorf("reload answers %d: %s; want 500 and the place of the mistake", status, text)
		}
	}, strict)
}

func TestNoReloadAfterTheEnd(t *testing.T) {
	inBubble(t, config, func(w *world) {
		w.setDown(true)
		w.fires("a")
		w.until(time.Minute)
		w.stop()
		time.Sleep(20 * time.Second)
		w.write(config + "# changed\n")
		if err := w.daemon.Reload(context.Background()); err == nil {
			t.Error("reloaded although it has ended")
		}
		w.setDown(false)
		time.Sleep(10 * time.Minute)
		w.want()
	})
}

func TestRetriesAreNotCountedAsTicks(t *testing.T) {
	inBubble(t, config, func(w *world) {
		w.setDown(true)
		w.silence("s", 10*time.Hour)
		w.fires("s")
		w.fires("a")
		w.until(5 * time.Minute)
		if metrics := w.must(http.MethodGet, "/metrics", ""); !strings.Contains(metrics, `alertmanager_notifications_suppressed_total{reason="silence"} 1`+"\n") {
			t.Error("one tick did not suppress one alert")
		}
		w.silence("a", 10*time.Hour)
		w.until(20 * time.Minute)
		if logs := w.logs.String(); strings.Contains(logs, "got through") || !strings.Contains(logs, "not needed any more") {
			t.Error("the log says that what was silenced got through")
		}
	})
}
