package notify

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/template"
)

// crowd is a notification of so many alerts that has no Data yet.
func crowd(tb testing.TB, alerts int) *Notification {
	tb.Helper()
	templates, err := template.New(nil)
	if err != nil {
		tb.Fatal(err)
	}
	b := template.Batch{
		Receiver:    "team.a",
		Reason:      string(ReasonFirst),
		Now:         time.Unix(1000, 0),
		GroupLabels: alert.LabelsOf("alertname", "DiskFull"),
		RouteLabels: map[string]string{"owner": "<storage>", "b": "1"},
		ExternalURL: "http://tocsin.example",
	}
	for i := range alerts {
		a := alert.New(alert.LabelsOf("alertname", "DiskFull", "cluster", "eu-1", "instance", fmt.Sprintf("host-%d:9100", i), "severity", "warning"))
		a.Annotations = alert.LabelsOf("summary", "less than <10 %> is free", "runbook", "https://runbooks.example/disk?a=1&b=2")
		a.StartsAt, a.GeneratorURL = time.Unix(int64(i), 500), "http://prometheus.example/graph?g0.expr=up"
		if i%3 == 0 {
			a.EndsAt = time.Unix(900, 0)
		}
		b.Alerts = append(b.Alerts, a)
	}
	return newNotification(`{}:{alertname="DiskFull"}`, b, templates)
}

func readAll(t *testing.T, r io.ReadCloser, failed error) []byte {
	t.Helper()
	if failed != nil {
		t.Fatal(failed)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestPost: the request is the one that PostJSON makes of the payload, and can be sent
// again, whether its body is in one piece or in many.
func TestPost(t *testing.T) {
	for _, test := range []struct {
		alerts int
		most   uint64
	}{{0, 0}, {1, 0}, {2, 1}, {2, 2}, {2, 3}, {200, 0}, {300, 0}, {5000, 0}, {5000, 4000}, {5000, 1}} {
		t.Run(fmt.Sprintf("%d of %d", test.most, test.alerts), func(t *testing.T) {
			n := crowd(t, test.alerts)
			got, err := n.Post("http://h/p", test.most)
			if err != nil {
				t.Fatal(err)
			}
			if n.Data != nil {
				t.Error("the data was made, which nobody needs")
			}
			want, err := PostJSON("http://h/p", n.Payload(test.most))
			if err != nil {
				t.Fatal(err)
			}
			checkRequest(t, want, got)
		})
	}
}

func checkRequest(t *testing.T, want, got *http.Request) {
	t.Helper()
	if got.Method != want.Method || got.URL.String() != want.URL.String() || got.ContentLength != want.ContentLength {
		t.Errorf("%s %s of %d bytes, want %s %s of %d", got.Method, got.URL, got.ContentLength, want.Method, want.URL, want.ContentLength)
	}
	if diff := cmp.Diff(want.Header, got.Header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	text := readAll(t, want.Body, nil)
	if first := readAll(t, got.Body, nil); !bytes.Equal(text, first) {
		t.Errorf("(-want +got):\n%s", cmp.Diff(string(text), string(first)))
	}
	for range 2 {
		again, err := got.GetBody()
		if !bytes.Equal(text, readAll(t, again, err)) {
			t.Error("the body is another one when it is read again")
		}
	}
}

// TestPostOfLongAlerts: what is expected of the length of an alert need not be true.
func TestPostOfLongAlerts(t *testing.T) {
	n := crowd(t, 50)
	for i, a := range n.batch.Alerts {
		a.Annotations = alert.LabelsOf("escaped", strings.Repeat("\x00", 100*i*i))
	}
	got, err := n.Post("http://h/p", 0)
	if err != nil {
		t.Fatal(err)
	}
	want, err := PostJSON("http://h/p", n.Payload(0))
	if err != nil {
		t.Fatal(err)
	}
	checkRequest(t, want, got)
}

func TestPostErrors(t *testing.T) {
	n := crowd(t, 1)
	if _, err := n.Post("ftp://s3cr3t", 0); err == nil || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("error %v, want one without the URL", err)
	}
	n.batch.Alerts[0].StartsAt = time.Unix(1<<40, 0)
	_, err := n.Post("http://h/p", 0)
	if err == nil || !strings.Contains(err.Error(), "encode message: start of alert: ") {
		t.Errorf("error %v, want one about the start of the alert", err)
	}
}

// TestBodyTakesNoMoreThanItIsLong: the text of many alerts is neither copied nor held
// twice.
func TestBodyTakesNoMoreThanItIsLong(t *testing.T) {
	n := crowd(t, 20_000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	b, err := n.body(0)
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	length := uint64(len(b.last))
	for _, piece := range b.full {
		length += uint64(len(piece))
	}
	if took := after.TotalAlloc - before.TotalAlloc; took > length*11/10 {
		t.Errorf("%d bytes of memory for a text of %d", took, length)
	}
}

// TestBodyOfOneAlertIsOnePiece: the one that most messages are.
func TestBodyOfOneAlertIsOnePiece(t *testing.T) {
	n := crowd(t, 1)
	b, err := n.body(0)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.full) > 0 || cap(b.last) > 1536 {
		t.Errorf("%d pieces before the last of %d bytes, with room for %d", len(b.full), len(b.last), cap(b.last))
	}
}

func BenchmarkPost(b *testing.B) {
	for _, alerts := range []int{1, 100, 20_000} {
		n := crowd(b, alerts)
		b.Run(fmt.Sprintf("from data/alerts=%d", alerts), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				n.Data = nil
				if _, err := PostJSON("http://h/p", n.Payload(0)); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("from alerts/alerts=%d", alerts), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := n.Post("http://h/p", 0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestDataIsMadeForWhomItIs: a sender that needs no Data does not wait for it, and finds
// the same when a template does.
func TestDataIsMadeForWhomItIs(t *testing.T) {
	from := crowd(t, 3)
	p := New(Options{Templates: from.templates, Log: NewLog(LogOptions{}), ExternalURL: "http://tocsin.example"})
	f := Flush{Group: Group{ID: "{}:{}", Key: "{}:{}", Policy: &Policy{Receiver: "ops"}}, Now: from.Now, All: from.Alerts, Alerts: from.Alerts}
	told := func(sender Sender, err error) *Notification {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return target{p, &Integration{Receiver: "ops", Kind: "x", Sender: sender}}.notification(f, f.Alerts, ReasonFirst)
	}
	all, lean := told(HTTP(Deps{}, "x", HTTPCommon{}, nil)), told(HTTPOfAlerts(Deps{}, "x", HTTPCommon{}, nil))
	if all.Data == nil {
		t.Error("no data for a sender that needs it")
	}
	short, _ := lean.First(1)
	if text, link := lean.Text("{plain}"), lean.Link(); text != "{plain}" || link != all.Link() || lean.Data != nil || short.Data != nil {
		t.Errorf("%q and %s, with data %v and %v that nobody has asked for", text, link, lean.Data, short.Data)
	}
	const template = "{{ .Receiver }} {{ len .Alerts }} {{ .CommonLabels }}"
	if got, want := lean.Text(template), all.Text(template); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if diff := cmp.Diff(all.Data, lean.Data); diff != "" {
		t.Errorf("data (-want +got):\n%s", diff)
	}
}
