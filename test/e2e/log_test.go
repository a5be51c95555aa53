package e2e_test

import (
	"regexp"
	"testing"
)

// TestLogReceiver wants somebody who starts tocsin without any configuration to
// see the alert.
func TestLogReceiver(t *testing.T) {
	t.Parallel()
	daemon := startTocsin(t, "")
	daemon.post(t, "/api/v2/alerts", alertNow("TryMe"))
	want := regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d FIRING:1 alertname=TryMe → terminal \(first notification\)
  ● severity=page, since \d\d:\d\d:\d\d
      summary: this is TryMe
$`)
	waitFor(t, "the alert on standard output", func() bool { return daemon.stdout.String() != "" })
	if got := daemon.stdout.String(); !want.MatchString(got) {
		t.Errorf("printed:\n%s\nwant:\n%s", got, want)
	}
}
