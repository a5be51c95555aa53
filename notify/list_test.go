package notify_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/notify/receivertest"
	"github.com/tocsin-alerting/tocsin/template"
)

func TestList(t *testing.T) {
	tests := []struct {
		name  string
		texts []template.Text
		want  []string
	}{
		{"nothing", nil, nil},
		{"plain", []template.Text{"+1 555 0100", "b"}, []string{"+1 555 0100", "b"}},
		{"rendered", []template.Text{"{{ .Status }}", "{{ .CommonLabels.nobody }}", ""}, []string{"firing"}},
		{"several in one", []template.Text{"a, b,,\n c \r\nd"}, []string{"a", "b", "c", "d"}},
		{"repeated", []template.Text{"a,b,a", "b"}, []string{"a", "b"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			n := receivertest.Notification(t, "firing")
			if diff := cmp.Diff(test.want, n.List(test.texts)); diff != "" {
				t.Error(diff)
			}
			if err := n.Err(); err != nil {
				t.Error(err)
			}
		})
	}
	n := receivertest.Notification(t, "firing")
	if n.List([]template.Text{"a", "{{ .NoSuchField }}"}); n.Err() == nil {
		t.Error("a template that fails is no error")
	}
}
