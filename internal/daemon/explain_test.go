package daemon

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/explain"
	"github.com/tocsin-alerting/tocsin/notify"
)

func TestOutcome(t *testing.T) {
	soon := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	failed, line := &notify.OnTheWay{Err: errors.New("no"), Attempts: 1}, &notify.OnTheWay{}
	givenUp := &notify.GivenUp{Err: errors.New("no")}
	member := standpoint{member: true}
	for _, tt := range []struct {
		name   string
		status notify.Status
		stand  standpoint
		want   explain.Outcome
	}{
		{"nothing", notify.Status{}, member, explain.Nothing},
		{"imagined", notify.Status{Due: true, Next: soon}, standpoint{}, explain.Pending},
		{"imagined, and the service does not answer", notify.Status{Due: true, Next: soon, OnTheWay: failed, GivenUp: givenUp}, standpoint{}, explain.Pending},
		{"waits for the group", notify.Status{Due: true, Next: soon}, member, explain.Pending},
		{"told", notify.Status{Belief: notify.ToldFiring, Next: soon}, member, explain.Told},
		{"told, while others cannot be", notify.Status{Belief: notify.ToldFiring, OnTheWay: failed}, member, explain.Told},
		{"told, and due again", notify.Status{Belief: notify.ToldFiring, Due: true, Next: soon}, member, explain.Pending},
		{"told as firing, and over", notify.Status{Belief: notify.ToldFiring, Next: soon}, standpoint{member: true, resolved: true}, explain.Pending},
		{"told as over", notify.Status{Belief: notify.ToldResolved}, standpoint{resolved: true}, explain.Told},
		{"told as over, and fires", notify.Status{Belief: notify.ToldResolved, Next: soon}, member, explain.Pending},
		{"silenced", notify.Status{Next: soon}, standpoint{member: true, quiet: true}, explain.Suppressed},
		{"silenced after it was told", notify.Status{Belief: notify.ToldFiring}, standpoint{member: true, quiet: true}, explain.Suppressed},
		{"silenced, and its end is owed", notify.Status{Belief: notify.ToldFiring, Due: true, Next: soon}, standpoint{member: true, quiet: true, resolved: true}, explain.Pending},
		{"in line", notify.Status{Due: true, Next: soon, OnTheWay: line}, member, explain.Sending},
		{"fails", notify.Status{Due: true, Next: soon, OnTheWay: failed}, member, explain.Retrying},
		{"the service is dead", notify.Status{Due: true, Next: soon, OnTheWay: line, Failures: 10}, member, explain.Retrying},
		{"given up", notify.Status{Due: true, Next: soon, GivenUp: givenUp}, member, explain.Retrying},
		{"given up, and not wanted any more", notify.Status{GivenUp: givenUp}, member, explain.Nothing},
	} {
		if got := outcome(tt.status, tt.stand); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestComplaint(t *testing.T) {
	if got := complaint(nil); got != "" {
		t.Errorf("no error: %q", got)
	}
	if got := complaint(errors.New("no")); got != "no" {
		t.Errorf("got %q", got)
	}
	long := complaint(errors.New(strings.Repeat("ü", 1000)))
	if want := strings.Repeat("ü", 500) + "…"; long != want {
		t.Errorf("got %d bytes", len(long))
	}
}
