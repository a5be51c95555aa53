package e2e_test

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
)

// TestReload changes the configuration of a running tocsin, well and badly.
func TestReload(t *testing.T) {
	t.Parallel()
	const timing = "group_wait: 10ms, group_interval: 100ms, repeat_interval: 1h"
	first, second := newSink(t), newSink(t)
	daemon := startTocsin(t, first.route(timing))
	receivers := func() string { return strings.Join(daemon.receivers(t), " ") }
	rewrite := func(text string) { write(t, daemon.dir, "tocsin.yml", text) }
	daemon.post(t, "/api/v2/alerts", alertNow("BeforeReload"))
	first.wait(t, 1)
	hash := daemon.metric(t, "alertmanager_config_hash")

	rewrite(strings.ReplaceAll(second.route(timing), "team", "night-shift"))
	daemon.signal(t, syscall.SIGHUP)
	waitFor(t, "the receivers of the new file are in force", func() bool { return receivers() == "night-shift" })
	if daemon.metric(t, "alertmanager_config_hash") == hash {
		t.Error("alertmanager_config_hash is that of the old file")
	}
	daemon.post(t, "/api/v2/alerts", alertNow("AfterReload"))
	waitFor(t, "the new receiver hears of the new alert", func() bool { return second.heardOf("AfterReload") })
	if first.heardOf("AfterReload") {
		t.Error("the old receiver heard of the new alert")
	}

	rewrite(first.route(timing))
	daemon.post(t, "/-/reload", "")
	if got := receivers(); got != "team" {
		t.Errorf("receiver %q after POST /-/reload, want team", got)
	}
	checkBrokenReload(t, daemon, rewrite)
	if got := receivers(); got != "team" {
		t.Errorf("receiver %q after a reload that failed, want team", got)
	}
	daemon.post(t, "/api/v2/alerts", alertNow("AfterFailure"))
	waitFor(t, "the receiver of the last good file hears of a new alert", func() bool { return first.heardOf("AfterFailure") })

	rewrite(first.route(timing))
	daemon.post(t, "/-/reload", "")
	if got := daemon.metric(t, "alertmanager_config_last_reload_successful"); got != 1 {
		t.Errorf("alertmanager_config_last_reload_successful is %v after the file was repaired, want 1", got)
	}
}

// checkBrokenReload wants a bad file to be refused with a reason, asked for in
// either way.
func checkBrokenReload(t *testing.T, daemon *tocsin, rewrite func(string)) {
	t.Helper()
	at := daemon.metric(t, "alertmanager_config_last_reload_success_timestamp_seconds")
	hash := daemon.metric(t, "alertmanager_config_hash")
	reason := []string{"tocsin.yml", "line 3", "sent_to"}

	rewrite("receivers: [{name: team}]\nroute:\n  sent_to: team\n")
	a := daemon.send(t, http.MethodPost, "/-/reload", "")
	if a.status != http.StatusInternalServerError || !strings.HasPrefix(a.body, "failed to reload config: ") || !containsAll(a.body, reason) {
		t.Errorf("POST /-/reload: status %d, %q, want 500 with %q", a.status, a.body, reason)
	}
	if got := daemon.metric(t, "alertmanager_config_last_reload_successful"); got != 0 {
		t.Errorf("alertmanager_config_last_reload_successful is %v, want 0", got)
	}
	daemon.signal(t, syscall.SIGHUP)
	waitFor(t, "both failures are in the log with the reason", func() bool {
		return len(daemon.stderr.lines(append(reason, "level=ERROR", "Loading configuration failed")...)) == 2
	})
	if now := daemon.metric(t, "alertmanager_config_last_reload_success_timestamp_seconds"); now != at {
		t.Errorf("time of the last success changed from %v to %v", at, now)
	}
	if now := daemon.metric(t, "alertmanager_config_hash"); now != hash {
		t.Errorf("hash changed from %v to %v", hash, now)
	}
}

// heardOf reports whether a message was about a group of alerts of that name.
func (s *sink) heardOf(alertname string) bool {
	for _, d := range s.deliveries() {
		if labels, _ := d.body["groupLabels"].(map[string]any); labels["alertname"] == alertname {
			return true
		}
	}
	return false
}
