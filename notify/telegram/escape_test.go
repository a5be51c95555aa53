package telegram

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-kit/log"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
	"github.com/tocsin-alerting/tocsin/template"
)

func TestEscape(t *testing.T) {
	const text = "\nhttp://a_b.example:9093/x-y(z)"
	for mode, want := range map[string]string{
		modePlain:      text,
		modeMarkdown:   "\nhttp://a\\_b.example:9093/x-y(z)",
		modeMarkdownV2: "\nhttp://a\\_b\\.example:9093/x\\-y\\(z\\)",
	} {
		if got := escape(text, mode); got != want {
			t.Errorf("%s: %q, want %q", mode, got, want)
		}
	}
}

// The link behind a text that was cut is in the mode in which the text is sent.
func TestCutInEachMode(t *testing.T) {
	long := template.Text(strings.Repeat("x", 5000))
	for _, test := range []struct {
		mode     string
		message  template.Text
		wantMode string
		wantLink string
	}{
		{modePlain, long, modePlain, "http://tocsin.example"},
		{modeMarkdown, long, modeMarkdown, "http://tocsin.example"},
		{modeMarkdownV2, long, modeMarkdownV2, `http://tocsin\.example`},
		{modeMarkdownV2, long + "{{ .NoSuchField }}", modePlain, ""},
	} {
		s := sender{Config: Config{ParseMode: test.mode, Message: test.message}, deps: notify.Deps{Logger: log.NewNopLogger()}}
		text, mode := s.text(receivertest.Notification(t, "firing"))
		if mode != test.wantMode {
			t.Errorf("%q: sent as %q, want %q", test.mode, mode, test.wantMode)
		}
		if _, link, _ := strings.Cut(text, "…\n"); !strings.HasPrefix(link, test.wantLink) || utf8.RuneCountInString(text) > maxText {
			t.Errorf("%q: %d characters, and the end is %q", test.mode, utf8.RuneCountInString(text), link)
		}
	}
}
