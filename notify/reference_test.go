package notify

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/go-kit/log"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/template"
)

func twoAlerts() []*alert.Alert {
	over := alert.New(alert.LabelsOf("a", "1", "team", "<x>"))
	over.EndsAt = time.Unix(50, 0)
	return []*alert.Alert{over, alert.New(alert.LabelsOf("a", "2", "team", "<x>"))}
}

func TestReference(t *testing.T) {
	n := NewNotification("{}:{}", template.Batch{
		Receiver:    "a.b",
		Reason:      "first notification",
		Now:         time.Unix(100, 0),
		GroupLabels: alert.LabelsOf("team", "<x>"),
		Alerts:      twoAlerts(),
		ExternalURL: "http://h",
	}, nil)
	n.Ref = "0123"
	const (
		head   = `{"receiver":"a\\.b","status":"firing","alerts":[],"notification_reason":"first notification","groupLabels":{"team":"\u003cx\u003e"},"commonLabels":{`
		common = `"team":"\u003cx\u003e"`
		tail   = `},"externalURL":"http://h","version":"4","groupKey":"{}:{}","truncatedAlerts":2,"counts":{"firing":1,"resolved":1},"reference":"http://h/api/tocsin/v1/groups/0123"}` + "\n"
	)
	payload := strings.Repeat("x", 1000)
	for _, test := range []struct {
		name string
		most uint64
		want string
	}{
		{"no limit", 0, payload},
		{"fits", 1000, payload},
		{"one byte too many", 999, head + common + tail},
		{"the reference just fits", uint64(len(head + common + tail)), head + common + tail},
		{"without common labels", uint64(len(head+common+tail)) - 1, head + tail},
		{"even that does not fit", 1, head + tail},
	} {
		t.Run(test.name, func(t *testing.T) {
			var logged bytes.Buffer
			d := Deps{Logger: log.NewLogfmtLogger(&logged)}
			if got := string(d.Fit("webhook", n, []byte(payload), test.most)); got != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
			if said := strings.Contains(logged.String(), "integration=webhook"); said != (test.want != payload) {
				t.Errorf("the log says %q", logged.String())
			}
		})
	}
	if len(n.Data.CommonLabels) != 1 {
		t.Error("the data of the notification was changed")
	}
}
