package notify_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cenkalti/backoff/v4"
	"github.com/go-kit/log"
	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

// attempts tells a, b and c with errors by recipient, and returns who was told.
type attempts struct {
	*notify.Recipients
	errs map[string]error
}

func (a attempts) of(n *notify.Notification) (told string, err error) {
	err = a.Each(n, []string{"a", "b", "c"}, func(to string) error {
		told += to
		return a.errs[to]
	})
	return told, err
}

func isPermanent(err error) bool {
	_, is := errors.AsType[*backoff.PermanentError](err)
	return is
}

func TestRecipients(t *testing.T) {
	busy := &notify.StatusError{Code: 503, Body: "busy"}
	limited := &notify.StatusError{Code: 429, Body: "limited", RetryAfter: time.Minute}
	final := backoff.Permanent(&notify.StatusError{Code: 400, Body: "no such number"})
	type failures = map[string]error
	const noSuch, isBusy, tooMany = "unexpected status code 400: no such number", "unexpected status code 503: busy", "unexpected status code 429: limited"
	tests := []struct {
		name      string
		failures  failures
		text      string // of the error; empty: none
		permanent bool
		wait      time.Duration
		logged    string
		again     string // who is told by a second attempt
	}{
		{name: "success", again: "abc"},
		{name: "one busy", failures: failures{"b": busy}, text: "to b: " + isBusy, again: "b"},
		{name: "one final", failures: failures{"b": final}, logged: "to b: " + noSuch, again: "abc"},
		{name: "all final", failures: failures{"a": final, "b": final, "c": final}, text: "to a, b, c: " + noSuch, permanent: true, again: "abc"},
		{name: "final and busy", failures: failures{"a": final, "c": busy}, text: "to a: " + noSuch + "; to c: " + isBusy, again: "ac"},
		{name: "busy and final", failures: failures{"a": busy, "c": final}, text: "to a: " + isBusy + "; to c: " + noSuch, again: "ac"},
		{name: "patience", failures: failures{"a": busy, "b": limited}, text: "to a: " + isBusy + "; to b: " + tooMany, wait: time.Minute, again: "ab"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var logged bytes.Buffer
			d := notify.Deps{Logger: log.NewLogfmtLogger(&logged)}
			a := attempts{notify.NewRecipients(d, "sms"), test.failures}
			told, err := a.of(receivertest.Notification(t, "firing"))
			if told != "abc" {
				t.Errorf("told %q, want all", told)
			}
			text := ""
			if err != nil {
				text = err.Error()
			}
			if text != test.text || isPermanent(err) != test.permanent {
				t.Errorf("error %q, permanent: %v; want %q, %v", text, isPermanent(err), test.text, test.permanent)
			}
			if status, ok := errors.AsType[*notify.StatusError](err); ok && status.RetryAfter != test.wait {
				t.Errorf("to be tried after %s, want %s", status.RetryAfter, test.wait)
			}
			if got := logged.String(); (got != "") != (test.logged != "") || !strings.Contains(got, test.logged) {
				t.Errorf("logged %q, want %q", got, test.logged)
			}
			if told, _ := a.of(receivertest.Notification(t, "firing")); told != test.again {
				t.Errorf("a second attempt tells %q, want %q", told, test.again)
			}
		})
	}
}

func TestRecipientsUntilAllAreTold(t *testing.T) {
	a := attempts{notify.NewRecipients(notify.Deps{}, "sms"), map[string]error{"b": errors.New("busy"), "c": errors.New("busy")}}
	n := receivertest.Notification(t, "firing")
	var told []string
	step := func() {
		who, _ := a.of(n)
		told = append(told, who)
	}
	step()
	delete(a.errs, "c")
	step()
	a.errs["b"] = backoff.Permanent(errors.New("no such number"))
	step() // that is the end of it: a and c have it
	step() // a repetition
	if diff := cmp.Diff([]string{"abc", "bc", "b", "abc"}, told); diff != "" {
		t.Error(diff)
	}
}

func TestRecipientsNews(t *testing.T) {
	busy := map[string]error{"b": errors.New("busy")}
	for _, other := range []string{"resolved", "mixed", "bare"} {
		a := attempts{notify.NewRecipients(notify.Deps{}, "sms"), busy}
		_, _ = a.of(receivertest.Notification(t, "firing"))
		if told, _ := a.of(receivertest.Notification(t, other)); told != "abc" {
			t.Errorf("%s: told %q, want all", other, told)
		}
	}
	a := attempts{notify.NewRecipients(notify.Deps{}, "sms"), busy}
	_, _ = a.of(receivertest.Notification(t, "firing"))
	again := receivertest.Notification(t, "firing")
	again.Alerts[0].StartsAt = again.Alerts[0].StartsAt.Add(time.Minute)
	if told, _ := a.of(again); told != "abc" {
		t.Errorf("an alert that fires again: told %q, want all", told)
	}
}

func TestRecipientsForget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := attempts{notify.NewRecipients(notify.Deps{}, "sms"), map[string]error{"b": errors.New("busy")}}
		n, other := receivertest.Notification(t, "firing"), receivertest.Notification(t, "bare")
		_, _ = a.of(n)
		time.Sleep(30 * time.Minute)
		if told, _ := a.of(n); told != "b" {
			t.Errorf("after half an hour: told %q, want b", told)
		}
		time.Sleep(61 * time.Minute)
		_, _ = a.of(other)
		if told, _ := a.of(n); told != "abc" {
			t.Errorf("after an hour without an attempt: told %q, want all", told)
		}
	})
}
