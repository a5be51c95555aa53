package e2e_test

import (
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// TestCtlClusterPeers looks at replicas, of which one dies.
func TestCtlClusterPeers(t *testing.T) {
	t.Parallel()
	ours := newCtl(t, "tocsinctl")
	r := startReplicas(t, 2)
	args := []string{"--alertmanager.url=" + r.all[0].url, "cluster", "peers", "--check"}
	var got ended
	waitFor(t, "two equal replicas", func() bool {
		got = ours.run(t, args...)
		return strings.HasSuffix(got.Out, "\n2 replicas, all alive and equal\n")
	})
	if got.Code != 0 || got.Errors != "" {
		t.Errorf("exit code %d: %s", got.Code, got.Errors)
	}
	r.all[1].signal(t, syscall.SIGKILL)
	want := regexp.MustCompile(`\n1 of 2 replicas alive; \S+ has failed: not heard of for \d+s\n$`)
	waitFor(t, "a replica that has failed", func() bool {
		got = ours.run(t, args...)
		return want.MatchString(got.Out)
	})
	if got.Code != 1 || !strings.Contains(got.Errors, "1 of 2 replicas is not alive") {
		t.Errorf("exit code %d: %s", got.Code, got.Errors)
	}
}
