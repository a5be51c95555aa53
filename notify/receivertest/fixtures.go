package receivertest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// Fixtures names the notifications that tests can send: firing, resolved and
// mixed ones, many alerts, one bare of all that is optional, and some with
// texts that are hard to carry.
func Fixtures() []string {
	return []string{"bare", "firing", "hostile", "huge", "many", "markup", "mixed", "resolved", "unicode"}
}

// Notification makes the fixture of a name, at the same instant every time.
func Notification(tb testing.TB, name string) *notify.Notification {
	tb.Helper()
	templates, err := template.New(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return fixture{templates: templates, sendResolved: true}.make(tb, name)
}

// fixture makes notifications as a pipeline would.
type fixture struct {
	templates    *template.Set
	sendResolved bool
}

// make returns a notification, which has no alerts if the integration does not
// want to hear of any.
func (f fixture) make(tb testing.TB, name string) *notify.Notification {
	tb.Helper()
	if !slices.Contains(Fixtures(), name) {
		tb.Fatalf("no fixture %q", name)
	}
	b := template.Batch{
		Receiver:    "team-a.b",
		Reason:      string(notify.ReasonFirst),
		Now:         now(),
		GroupLabels: alert.LabelsOf("alertname", "DiskFull", "cluster", "eu-1"),
		RouteLabels: map[string]string{"owner": "storage"},
		Alerts:      alerts(name),
		ExternalURL: "http://tocsin.example:9093",
	}
	switch name {
	case "resolved":
		b.Reason = string(notify.ReasonAllResolved)
	case "bare":
		b.GroupLabels, b.RouteLabels = alert.Labels{}, nil
	}
	if !f.sendResolved {
		b.Alerts = slices.DeleteFunc(b.Alerts, func(a *alert.Alert) bool { return a.ResolvedAt(b.Now) })
	}
	return notify.NewNotification(fmt.Sprintf(`{}/{team="a"}:%s`, b.GroupLabels), b, f.templates)
}

func now() time.Time { return time.Date(2026, time.March, 14, 9, 26, 53, 0, time.UTC) }

// alerts are those of a fixture, sorted.
func alerts(name string) []*alert.Alert {
	switch name {
	case "bare":
		return []*alert.Alert{{Labels: alert.LabelsOf("alertname", "Bare"), StartsAt: now().Add(-time.Minute)}}
	case "many":
		return several(100, "")
	case "huge":
		return several(200, strings.Repeat("語", 1500))
	case "resolved":
		return []*alert.Alert{over(diskFull("h1", "critical", "/ is full"))}
	case "mixed":
		return []*alert.Alert{
			diskFull("h1", "critical", "/ is full"),
			over(diskFull("h2", "warning", "/var is full")),
			diskFull("h3", "info", "/tmp is full"),
		}
	case "unicode":
		return []*alert.Alert{diskFull("größe-日本", "critical", "e\u0301 ñ 🔥 👩‍🚒 שלום 語")}
	case "markup":
		return []*alert.Alert{diskFull("<b>h1</b>", "critical", `*a* _b_ [c](d) <@U1> & "e" 'f' \g {{ .h }} %i ${j}`)}
	case "hostile":
		return []*alert.Alert{diskFull("h1\x1b[2J", "critical", "a\x1b]0;b\x07\r\n\tc\x00\u009b31m \u202ed\u2028e")}
	}
	return []*alert.Alert{diskFull("h1", "critical", "/ is full")}
}

// diskFull fires.
func diskFull(host, severity, summary string) *alert.Alert {
	a := alert.New(alert.LabelsOf("alertname", "DiskFull", "cluster", "eu-1", "instance", host, "severity", severity))
	a.Annotations = alert.LabelsOf("runbook", "https://runbooks.example/disk?a=1&b=2", "summary", summary)
	a.StartsAt = now().Add(-90*time.Second + 123456789)
	a.EndsAt = now().Add(5 * time.Minute)
	a.GeneratorURL = "http://prometheus.example/graph?g0.expr=disk+%3E+90&g0.tab=1"
	return a
}

func over(a *alert.Alert) *alert.Alert {
	a.EndsAt = now().Add(-10500 * time.Millisecond)
	return a
}

func several(n int, text string) []*alert.Alert {
	list := make([]*alert.Alert, n)
	for i := range list {
		list[i] = diskFull("h"+strconv.Itoa(100+i), "warning", strconv.Itoa(i)+" "+text)
	}
	return list
}
