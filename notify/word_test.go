package notify_test

import (
	"testing"

	"github.com/tocsin-alerting/tocsin/notify/receivertest"
	"github.com/tocsin-alerting/tocsin/template"
)

func TestWord(t *testing.T) {
	tests := []struct {
		text   template.Text
		want   string
		broken bool
	}{
		{"", "", false},
		{"warning", "warning", false},
		{"{{ .Status }}", "firing", false},
		{"{{ .NoSuchField }}", "error", true},
		{"{{ .Status", "error", true},
	}
	for _, tt := range tests {
		n := receivertest.Notification(t, "firing")
		if got := n.Word(tt.text, "error"); got != tt.want {
			t.Errorf("Word(%q) = %q, want %q", tt.text, got, tt.want)
		}
		if broken := n.Replaced() != nil; broken != tt.broken {
			t.Errorf("Word(%q): failure recorded: %v, want %v", tt.text, broken, tt.broken)
		}
		if err := n.Err(); err != nil {
			t.Errorf("Word(%q) makes the notification fail: %v", tt.text, err)
		}
	}
}
