package notify_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tocsin-alerting/tocsin/notify"
)

func TestHookCheck(t *testing.T) {
	tests := []struct{ name, url, file, want string }{
		{"URL", "https://u:p@example:8080/t0ken?a=b", "", ""},
		{"file", "", "/etc/hook", ""},
		{"shown", "<secret>", "", ""},
		{"neither", "", "", "one of webhook_url or webhook_url_file must be configured"},
		{"both", "http://h/t0ken", "f", "at most one of webhook_url and webhook_url_file must be configured"},
		{"scheme", "ftp://h/t0ken", "", "webhook_url: unsupported scheme, want http or https"},
		{"no host", "http:///t0ken", "", "webhook_url: missing host"},
		{"no URL", "http://h:t0ken", "", "webhook_url: not a URL"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := notify.Hook{WebhookURL: notify.Secret(test.url), WebhookURLFile: test.file}.Check()
			got := ""
			if err != nil {
				got = err.Error()
			}
			if got != test.want {
				t.Errorf("error %q, want %q", got, test.want)
			}
		})
	}
}

func TestHookTarget(t *testing.T) {
	path := filepath.Join(t.TempDir(), "hook")
	if err := os.WriteFile(path, []byte(" http://h/file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for hook, want := range map[notify.Hook]string{
		{WebhookURL: "http://h/inline"}: "http://h/inline",
		{WebhookURLFile: path}:          "http://h/file",
	} {
		if got, err := hook.Target(); err != nil || got != want {
			t.Errorf("%+v: %q, %v; want %q", hook, got, err, want)
		}
	}
	_, err := notify.Hook{WebhookURL: "<secret>"}.Target()
	if err == nil || !strings.Contains(err.Error(), "configure the URL itself") {
		t.Errorf("target of what is shown: error %v", err)
	}
}
