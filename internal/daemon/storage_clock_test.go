package daemon

import (
	"strings"
	"testing"
	"time"

	"github.com/go-kit/log"

	"github.com/tocsin-alerting/tocsin/internal/walltest"
)

func TestWarnOfLeap(t *testing.T) {
	last := time.Now()
	for by, want := range map[time.Duration]string{
		0: "", 59 * time.Second: "", -59 * time.Second: "",
		time.Hour: "by=1h0m0s", -240 * time.Hour: "by=-240h0m0s",
	} {
		var out strings.Builder
		warnOfLeap(log.NewLogfmtLogger(&out), last, walltest.Set(last.Add(heartbeat), by))
		if want == "" && out.Len() > 0 || !strings.Contains(out.String(), want) || strings.Count(out.String(), "\n") > 1 {
			t.Errorf("the clock was set by %s: %q, want a line with %q", by, &out, want)
		}
	}
}

func TestWarnOfPast(t *testing.T) {
	for away, want := range map[time.Duration]string{
		time.Hour: "", 0: "", -time.Second: "", -time.Hour: "behind=1h0m0s",
	} {
		var out strings.Builder
		warnOfPast(log.NewLogfmtLogger(&out), away)
		if want == "" && out.Len() > 0 || !strings.Contains(out.String(), want) {
			t.Errorf("away for %s: %q, want a line with %q", away, &out, want)
		}
	}
}
