package notify_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/go-kit/log"

	"github.com/tocsin-alerting/tocsin/notify"
)

func TestCutRunes(t *testing.T) {
	var out bytes.Buffer
	n := &notify.Notification{Receiver: "team", GroupKey: "{}:{}"}
	logging := notify.Deps{Logger: log.NewLogfmtLogger(&out)}
	if got := logging.CutRunes("bell", n, "title", "größer", 6); got != "größer" || out.Len() > 0 {
		t.Errorf("a text that fits became %q, with the log %q", got, out.String())
	}
	if got := logging.CutRunes("bell", n, "title", "größer", 5); got != "größ…" {
		t.Errorf("cut to %q, want größ…", got)
	}
	for _, word := range []string{"level=warn", "integration=bell", "receiver=team", "group={}:{}", "key=title", "characters=5"} {
		if !strings.Contains(out.String(), word) {
			t.Errorf("the log has no %s: %s", word, out.String())
		}
	}
	if got := (notify.Deps{}).CutRunes("bell", n, "title", "größer", 5); got != "größ…" {
		t.Errorf("without a logger, cut to %q", got)
	}
}
