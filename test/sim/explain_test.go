package sim

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/ctl"
	"github.com/tocsin-alerting/tocsin/internal/golden"
)

const explained = `
route:
  receiver: ops
  group_by: [alertname]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 4h
  routes:
    - matchers: [team="night"]
      receiver: night
      active_time_intervals: [nights]
      continue: true
    - matchers: [team=~"day|night"]
      receiver: day
      mute_time_intervals: [nights]
    - matchers: [team="day"]
      receiver: ops
    - matchers: [team="none"]
      receiver: nobody
inhibit_rules:
  - name: routers
    source_matchers: [host="router"]
    target_matchers: [host=~"behind.*"]
    equal: [site]
time_intervals:
  - name: nights
    time_intervals:
      - times: [{start_time: "00:00", end_time: "06:00"}, {start_time: "22:00", end_time: "24:00"}]
receivers:
  - name: ops
    webhook_configs: [{url: 'http://receiver.example/ops'}]
  - name: day
    webhook_configs: [{url: 'http://receiver.example/day'}]
  - name: night
    webhook_configs: [{url: 'http://receiver.example/night'}, {url: 'http://receiver.example/other', send_resolved: false}]
  - name: nobody
`

// explain runs "tocsinctl explain" against the daemon.
func (w *world) explain(args ...string) string {
	w.t.Helper()
	var out strings.Builder
	code := ctl.Run(w.t.Context(), ctl.World{
		Name: "tocsinctl",
		In:   strings.NewReader(""),
		Out:  &out,
		Err:  &out,
		Now:  time.Now,
		Dial: w.client.Transport.(*http.Transport).DialContext,
	}, append([]string{"--alertmanager.url=http://tocsin", "--no-version-check", "explain"}, args...))
	return fmt.Sprintf("$ tocsinctl explain %s\n%s", strings.Join(args, " "), out.String()) + map[bool]string{true: "(exit code 1)\n"}[code != 0]
}

// fire posts an alert whose end is told by nobody for a long time.
func (w *world) fire(labels string) {
	w.t.Helper()
	w.must(http.MethodPost, "/api/v2/alerts", fmt.Sprintf(`[{"labels":%s,"startsAt":%q,"endsAt":%q}]`, labels, time.Now().Format(time.RFC3339), w.start.Add(1000*time.Hour).Format(time.RFC3339)))
}

// TestExplain tells a story, and at its turns what explain says.
func TestExplain(t *testing.T) {
	var said strings.Builder
	say := func(title, text string) { fmt.Fprintf(&said, "# %s\n\n%s\n", title, text) }
	inBubble(t, explained, func(w *world) {
		w.until(10 * time.Hour) // it is ten in the morning
		say("An alert that does not exist.", w.explain("Disk", "host=a"))
		w.fire(`{"alertname":"Disk","host":"a"}`)
		w.until(10*time.Hour + 10*time.Second)
		say("It fires, and its group waits.", w.explain("Disk", "host=a"))
		w.until(11 * time.Hour)
		say("It was told.", w.explain("Disk", "host=a"))
		say("One label is missing.", w.explain("Disk"))
		id := w.silence("a", 2*time.Hour)
		say("It is silenced.", strings.ReplaceAll(w.explain("Disk", "host=a"), id, "ID"))
		say("The silence is over by then.", w.explain("--at=2000-01-01T13:00:01Z", "Disk", "host=a"))

		w.fire(`{"alertname":"Down","host":"router","site":"x"}`)
		w.fire(`{"alertname":"Slow","host":"behind1","site":"x"}`)
		w.until(11*time.Hour + time.Minute)
		say("It is inhibited.", w.explain("Slow", "host=behind1", "site=x"))

		w.fire(`{"alertname":"Job","team":"night"}`)
		w.until(12 * time.Hour)
		say("By day one receiver is muted.", w.explain("Job", "team=night"))
		say("By night the other is.", w.explain("--at=2000-01-01T23:00:00Z", "Job", "team=night"))

		w.setDown(true)
		w.fire(`{"alertname":"Late","host":"b"}`)
		w.until(12*time.Hour + 30*time.Second + 100*time.Millisecond) // the second attempt comes later than that
		say("The receiver does not answer.", w.explain("Late", "host=b"))
		w.setDown(false)
		w.until(13*time.Hour + 30*time.Minute)
		say("The silence has ended, and nothing is new.", w.explain("Disk", "host=a"))
		w.ends("a")
		w.must(http.MethodPost, "/api/v2/alerts", fmt.Sprintf(`[{"labels":{"alertname":"Late","host":"b"},"endsAt":%q}]`, time.Now().Format(time.RFC3339)))
		synctest.Wait()
		say("It is over, and its end is owed.", w.explain("Late", "host=b"))
		w.until(14 * time.Hour)
		say("It is over, and everybody knows.", w.explain("Late", "host=b"))
		say("Nobody is told.", w.explain("team=none"))
		say("No such alert.", w.explain("--fingerprint=00000000000000ff"))
	})
	golden.File(t, "testdata/explain.txt", said.String())
}

// TestExplainLeavesOut wants answers to stay short, and to say so.
func TestExplainLeavesOut(t *testing.T) {
	inBubble(t, explained, func(w *world) {
		for i := range 105 {
			w.silence("a", time.Hour+time.Duration(i)*time.Minute)
			w.fire(fmt.Sprintf(`{"alertname":"Disk","host":"a","i":"%d"}`, i))
		}
		text := w.explain("Disk", "host=a")
		for _, part := range []string{
			" and 102 more until ", "2000-01-01 02:44:00 UTC (in 2h44m)", "  and 5 more\n", "  and 95 more\n",
		} {
			if !strings.Contains(text, part) {
				t.Errorf("%q is missing in:\n%s", part, text)
			}
		}
	})
}
