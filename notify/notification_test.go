package notify_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
	"github.com/tocsin-alerting/tocsin/template"
)

const broken = "{{ .Nowhere }}"

func TestFirst(t *testing.T) {
	tests := []struct {
		most, kept, cut uint64
		status          string
		common          int // labels that the kept alerts share
	}{
		{0, 3, 0, "firing", 2},
		{1, 1, 2, "firing", 4},
		{2, 2, 1, "firing", 2},
		{3, 3, 0, "firing", 2},
		{1 << 63, 3, 0, "firing", 2},
	}
	for _, test := range tests {
		n := receivertest.Notification(t, "mixed")
		first, cut := n.First(test.most)
		if cut != test.cut || uint64(len(first.Alerts)) != test.kept || uint64(len(first.Data.Alerts)) != test.kept {
			t.Errorf("First(%d) keeps %d and cuts %d, want %d and %d", test.most, len(first.Alerts), cut, test.kept, test.cut)
		}
		if first.Data.Status != test.status || len(first.Data.CommonLabels) != test.common {
			t.Errorf("First(%d): status %s, common labels %s", test.most, first.Data.Status, first.Data.CommonLabels)
		}
		if first.GroupKey != n.GroupKey || first.Receiver != n.Receiver || first.Reason != n.Reason || !first.Now.Equal(n.Now) {
			t.Errorf("First(%d) is about something else", test.most)
		}
		if len(n.Alerts) != 3 || len(n.Data.Alerts) != 3 {
			t.Errorf("First(%d) changed the notification itself", test.most)
		}
	}
}

// TestFirstTellsOfFailures: the failure of a shorter version is counted like
// one of the whole.
func TestFirstTellsOfFailures(t *testing.T) {
	n := receivertest.Notification(t, "mixed")
	first, _ := n.First(1)
	first.Text(broken)
	first.Value(broken)
	if n.Replaced() == nil || n.Err() == nil {
		t.Errorf("the notification knows of %v and %v", n.Replaced(), n.Err())
	}
}

func TestHash(t *testing.T) {
	n := receivertest.Notification(t, "firing")
	n.GroupKey = "abc"
	if got, want := n.Hash(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; got != want {
		t.Errorf("hash %s, want %s", got, want)
	}
}

func TestText(t *testing.T) {
	n := receivertest.Notification(t, "markup")
	const text = `{{ .Status }} <{{ .CommonLabels.instance }}>`
	if got, want := n.Text(text), "firing <<b>h1</b>>"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
	if got, want := n.HTML(`<i>{{ .CommonLabels.instance }}</i>`), "<i>&lt;b&gt;h1&lt;/b&gt;</i>"; got != want {
		t.Errorf("HTML %q, want %q", got, want)
	}
	if got, want := n.Value("{{ .Status }}"), "firing"; got != want {
		t.Errorf("value %q, want %q", got, want)
	}
	if n.Replaced() != nil || n.Err() != nil {
		t.Errorf("failures %v and %v, want none", n.Replaced(), n.Err())
	}
}

func TestFallback(t *testing.T) {
	for _, text := range []template.Text{broken, "{{ .Status", `{{ template "none" . }}`, `{{ range .Alerts }}{{ .Oops }}{{ end }}`} {
		n := receivertest.Notification(t, "mixed")
		want := strings.Join([]string{
			`[2 firing, 1 resolved] {alertname="DiskFull", cluster="eu-1"}`,
			"The template for this text failed; see the log of tocsin.",
			"firing: alertname=DiskFull, cluster=eu-1, instance=h1, severity=critical",
			"resolved: alertname=DiskFull, cluster=eu-1, instance=h2, severity=warning",
			"firing: alertname=DiskFull, cluster=eu-1, instance=h3, severity=info",
			"",
		}, "\n")
		if diff := cmp.Diff(want, n.Text(text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
		if n.Replaced() == nil {
			t.Errorf("%s: nothing says that the text was replaced", text)
		}
		if n.Err() != nil {
			t.Errorf("%s: the notification cannot be sent: %v", text, n.Err())
		}
	}
}

func TestFallbackIsShort(t *testing.T) {
	got := receivertest.Notification(t, "many").Text(broken)
	if lines := strings.Count(got, "\n"); lines != 23 || !strings.HasSuffix(got, "… and 80 more\n") {
		t.Errorf("the fallback for 100 alerts has %d lines, want 23:\n%s", lines, got)
	}
}

func TestFallbackInHTML(t *testing.T) {
	n := receivertest.Notification(t, "markup")
	got := n.HTML(broken)
	if strings.Contains(got, "<b>") || !strings.Contains(got, "instance=&lt;b&gt;h1&lt;/b&gt;") {
		t.Errorf("labels become HTML:\n%s", got)
	}
	if n.Replaced() == nil {
		t.Error("nothing says that the text was replaced")
	}
}

func TestFirstFailureCounts(t *testing.T) {
	n := receivertest.Notification(t, "firing")
	one, two := errors.New("one"), errors.New("two")
	n.Broken(one)
	n.Broken(two)
	n.Text(broken)
	if !errors.Is(n.Replaced(), one) {
		t.Errorf("replaced because of %v, want %v", n.Replaced(), one)
	}
}

func TestValueHasNoFallback(t *testing.T) {
	n := receivertest.Notification(t, "firing")
	if got := n.Value(broken); got != "" {
		t.Errorf("value %q, want none", got)
	}
	n.Value("{{ .Elsewhere }}")
	err := n.Err()
	if _, permanent := errors.AsType[*backoff.PermanentError](err); !permanent {
		t.Errorf("error %v is not permanent", err)
	}
	if text := fmt.Sprint(err); !strings.HasPrefix(text, "render template: ") || !strings.Contains(text, "Nowhere") {
		t.Errorf("error %q, want the first failure", text)
	}
	if n.Replaced() != nil {
		t.Errorf("a text was replaced: %v", n.Replaced())
	}
}

func TestStructure(t *testing.T) {
	n := receivertest.Notification(t, "firing")
	got, err := n.Structure(map[string]any{"{{ .Status }}": []any{"{{ len .Alerts }}", 2, nil, "a b"}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"firing": []any{1, 2, nil, "a b"}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("structure %v, want %v", got, want)
	}
	for _, value := range []any{broken, []any{"fine", broken}, map[string]any{broken: 1}} {
		if got, err := n.Structure(value); err == nil || !strings.Contains(err.Error(), "Nowhere") {
			t.Errorf("%v gives %v, %v, want an error", value, got, err)
		}
	}
	if n.Replaced() != nil || n.Err() != nil {
		t.Errorf("failures %v and %v, want none: the caller decides", n.Replaced(), n.Err())
	}
}

func TestReasonIsShown(t *testing.T) {
	n := receivertest.Notification(t, "resolved")
	if n.Reason != notify.ReasonAllResolved || n.Data.NotificationReason != string(notify.ReasonAllResolved) {
		t.Errorf("reason %q, in the data %q", n.Reason, n.Data.NotificationReason)
	}
}

func TestContentHash(t *testing.T) {
	templates, err := template.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	firing, resolved := alert.New(alert.LabelsOf("a", "1")), alert.New(alert.LabelsOf("a", "1"))
	firing.EndsAt, resolved.EndsAt = now.Add(time.Hour), now
	other := alert.New(alert.LabelsOf("a", "2"))
	hash := func(key string, at time.Time, alerts ...*alert.Alert) string {
		return notify.NewNotification(key, template.Batch{Now: at, Alerts: alerts}, templates).ContentHash()
	}
	first := hash("{}:{}", now, firing)
	if again := hash("{}:{}", now.Add(time.Second), firing); again != first || len(first) != 64 {
		t.Errorf("another attempt has %s, want %s", again, first)
	}
	for name, changed := range map[string]string{
		"another group": hash("{}/{}:{}", now, firing), "a resolve": hash("{}:{}", now, resolved), "one more": hash("{}:{}", now, firing, other),
	} {
		if changed == first {
			t.Errorf("%s has the same hash", name)
		}
	}
}
