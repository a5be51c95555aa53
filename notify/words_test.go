package notify_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/notify/receivertest"
	"github.com/tocsin-alerting/tocsin/template"
)

func TestWords(t *testing.T) {
	n := receivertest.Notification(t, "firing")
	if got := n.Words(nil); got != nil {
		t.Errorf("nothing is rendered as %q", got)
	}
	got := n.Words([]template.Text{"a", "{{ .Status }}", "{{ .CommonLabels.nobody }}", ""})
	if diff := cmp.Diff([]string{"a", "firing"}, got); diff != "" {
		t.Error(diff)
	}
	if err := n.Replaced(); err != nil {
		t.Errorf("what renders as nothing is taken for a failure: %v", err)
	}
	got = n.Words([]template.Text{"{{ .NoSuchField }}", "b"})
	if diff := cmp.Diff([]string{"b"}, got); diff != "" {
		t.Error(diff)
	}
	if n.Replaced() == nil || n.Err() != nil {
		t.Errorf("replaced: %v, error: %v; want only the first", n.Replaced(), n.Err())
	}
}
