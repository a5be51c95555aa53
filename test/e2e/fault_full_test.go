package e2e_test

import (
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestFullDisk takes all room away while tocsin runs, and gives it back. Meanwhile
// nothing is acknowledged and everybody can see why; people are told all the same.
// Then tocsin goes on by itself, and nothing that was acknowledged is lost.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	for name, of := range shortages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShortage(t, of)
			if a := s.fire(t, "Before"); a.status != http.StatusOK {
				t.Fatalf("%d %s", a.status, a.body)
			}
			if a := silenceOther(t, s.server); a.status != http.StatusOK {
				t.Fatalf("%d %s", a.status, a.body)
			}
			s.hook.wait(t, 1)
			s.refuses(t)
			s.hook.wait(t, 2) // of During

			s.release(t, s.process)
			waitFor(t, "healthy", func() bool { return s.get(t, "/-/healthy") == "OK" })
			if n := s.metric(t, "tocsin_storage_available"); n != 1 {
				t.Errorf("tocsin_storage_available is %g when there is room again", n)
			}
			if a := s.fire(t, "During"); a.status != http.StatusOK {
				t.Errorf("repeated when there is room again: %d %s", a.status, a.body)
			}
			s.crash(t)
			s.restart(t)
			s.checkAcked(t)
			if a := s.fire(t, "After"); a.status != http.StatusOK {
				t.Errorf("after a restart: %d %s", a.status, a.body)
			}
			s.hook.wait(t, 3)
			if diff := cmp.Diff([]string{"Before", "During", "After"}, groupsTold(s.hook)); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
			var silences []listedSilence
			if s.getJSON(t, "/api/v2/silences", &silences); len(silences) != 1 {
				t.Errorf("%d silences, want the one that was acknowledged", len(silences))
			}
			s.stop(t)
		})
	}
}

// refuses leaves no room, and wants nothing to be acknowledged and everything to
// say why.
func (s *shortage) refuses(t *testing.T) {
	t.Helper()
	answers := map[string]answer{
		"an alert":         s.exhaust(t),
		"a new alert":      s.fire(t, "During"),
		"a repeated alert": s.fire(t, "Before"),
		"a silence":        silenceOther(t, s.server),
		"a snapshot":       s.send(t, http.MethodPost, "/api/tocsin/v1/admin/snapshot", ""),
		"it once more":     s.fire(t, "During"),
	}
	for what, a := range answers {
		if a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, s.reason) {
			t.Errorf("%s: %d %s, want 503 and %q", what, a.status, a.body, s.reason)
		}
	}
	if health := s.get(t, "/-/healthy"); !strings.HasPrefix(health, "Impaired: ") || !strings.Contains(health, s.reason) {
		t.Errorf("healthy says %q, want that it is not and why", health)
	}
	if !ready(t, s.server) {
		t.Error("not ready, although alerts are acted on")
	}
	if n := s.metric(t, "tocsin_storage_available"); n != 0 {
		t.Errorf("tocsin_storage_available is %g while there is no room", n)
	}
	if n := s.metric(t, "tocsin_storage_write_failures_total"); n < 1 {
		t.Errorf("tocsin_storage_write_failures_total is %g", n)
	}
	if lines := s.stderr.lines("Writing to storage failed", s.reason); len(lines) == 0 {
		t.Error("the log does not say that writing failed")
	}
}

// TestStopWithoutRoom wants an end in good time, with an error that says that
// something was not stored, and all that was acknowledged to be there afterwards.
func TestStopWithoutRoom(t *testing.T) {
	t.Parallel()
	for name, of := range shortages() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShortage(t, of)
			s.fire(t, "Before")
			s.exhaust(t)
			began := time.Now()
			s.signal(t, syscall.SIGTERM)
			if code := s.exitCode(t); code != 1 {
				t.Errorf("exit code %d, want 1", code)
			}
			if took := time.Since(began); took > patience/2 {
				t.Errorf("the end takes %s", took)
			}
			if lines := s.stderr.lines("level=ERROR", "storage was out of order to the end", s.reason); len(lines) != 1 {
				t.Errorf("%d lines say what is lost, want one", len(lines))
			}
			if name != "limit" {
				s.release(t, nil)
			}
			s.restart(t)
			s.checkAcked(t)
			s.stop(t)
		})
	}
}
