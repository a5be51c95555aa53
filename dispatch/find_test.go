package dispatch_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/notify"
)

// What a notification refers to is there for as long as the group is.
func TestFind(t *testing.T) {
	// The two routes have the same matchers, and so their groups the same key.
	const routes = `
receiver: ops
group_by: [alertname]
group_wait: 30s
group_interval: 5m
repeat_interval: 4h
routes:
  - receiver: first
    matchers: [host="a"]
    continue: true
  - receiver: second
    matchers: [host="a"]
    labels: {summary: '{{ .GroupLabels.alertname }}'}
`
	inBubble(t, routes, func(w *world) {
		var mu sync.Mutex
		refs := make(map[string]string)
		for _, name := range []string{"ops", "first", "second"} {
			w.send[name] = func(_ context.Context, n *notify.Notification) error {
				mu.Lock()
				defer mu.Unlock()
				refs[name] = n.Ref
				return nil
			}
		}
		w.fires("a")
		w.fires("b")
		w.until(time.Minute)
		for name, want := range map[string]struct{ host, route, key string }{
			"ops":    {"b", "{}", `{}:{alertname="X"}`},
			"first":  {"a", `{}/{host="a"}`, `{}/{host="a"}:{alertname="X"}`},
			"second": {"a", `{}/{host="a"}`, `{}/{host="a"}:{alertname="X"}`},
		} {
			g, found := w.d.Find(refs[name])
			if !found {
				t.Errorf("%s: no group %q", name, refs[name])
				continue
			}
			if g.Receiver != name || g.Ref != refs[name] || g.Route != want.route || g.Key != want.key {
				t.Errorf("%s: receiver %s, reference %s, route %s, key %s", name, g.Receiver, g.Ref, g.Route, g.Key)
			}
			if len(g.Alerts) != 1 || g.Alerts[0].Labels.Get("host") != want.host {
				t.Errorf("%s: alerts %v, want that of %s", name, g.Alerts, want.host)
			}
			if labels := g.RouteLabels["summary"]; (labels == "X") != (name == "second") {
				t.Errorf("%s: route label %q", name, labels)
			}
		}
		for _, ref := range []string{"", "x", `{}:{alertname="X"}`} {
			if _, found := w.d.Find(ref); found {
				t.Errorf("a group for %q", ref)
			}
		}
		w.ends("a")
		w.until(6 * time.Minute)
		if _, found := w.d.Find(refs["first"]); found {
			t.Error("the group is there although it has ended")
		}
	})
}
