package notify

import (
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

func TestDecide(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	const repeat = 4 * time.Hour
	set := func(hashes ...uint64) []uint64 { return hashes }
	told := func(age time.Duration, firing, resolved []uint64) *Entry {
		return &Entry{Timestamp: now.Add(-age), Firing: firing, Resolved: resolved}
	}
	for _, c := range []struct {
		name     string
		last     *Entry
		firing   []uint64
		resolved []uint64
		owed     []uint64
		hidden   bool // what was told fires on, muted
		unseen   bool // something resolved is not known and wanted
		quiet    bool // the integration does not want resolved alerts
		want     Reason
	}{
		{name: "nothing told, something fires", firing: set(1), want: ReasonFirst},
		{name: "nothing told, nothing fires", resolved: set(1), want: ReasonNone},
		{name: "nothing told, empty", want: ReasonNone},
		{name: "nothing told, it was short and is wanted", resolved: set(1), unseen: true, want: ReasonAllResolved},
		{name: "all had resolved, another one was short", last: told(time.Minute, nil, set(1)), resolved: set(1, 2), unseen: true, want: ReasonAllResolved},
		{name: "one was short, what was told is muted", last: told(time.Minute, set(1), nil), resolved: set(2), hidden: true, unseen: true, want: ReasonNone},
		{name: "all had resolved, something fires", last: told(time.Minute, nil, set(1)), firing: set(1), want: ReasonFirst},
		{name: "one more fires", last: told(time.Minute, set(1), nil), firing: set(1, 2), want: ReasonNew},
		{name: "another one fires", last: told(time.Minute, set(1), nil), firing: set(2), resolved: set(1), want: ReasonNew},
		{name: "the same fire", last: told(time.Minute, set(1, 2), nil), firing: set(1, 2), want: ReasonNone},
		{name: "fewer fire, the others are gone", last: told(time.Minute, set(1, 2), nil), firing: set(1), want: ReasonNone},
		{name: "one resolves", last: told(time.Minute, set(1, 2), nil), firing: set(1), resolved: set(2), want: ReasonResolved},
		{name: "one resolves and is not wanted", last: told(time.Minute, set(1, 2), nil), firing: set(1), resolved: set(2), quiet: true, want: ReasonNone},
		{name: "its resolve was told", last: told(time.Minute, set(1), set(2)), firing: set(1), resolved: set(2), want: ReasonNone},
		{name: "all resolve", last: told(time.Minute, set(1), nil), resolved: set(1), want: ReasonAllResolved},
		{name: "all resolve and are not wanted", last: told(time.Minute, set(1), nil), resolved: set(1), quiet: true, want: ReasonAllResolved},
		{name: "all are muted", last: told(time.Minute, set(1), nil), want: ReasonNone},
		{name: "another one resolves, what was told is muted", last: told(time.Minute, set(1), nil), resolved: set(2), hidden: true, want: ReasonNone},
		{name: "nothing fires, as was told", last: told(99*time.Hour, nil, set(1)), resolved: set(1), want: ReasonNone},
		{name: "a muted one that was told resolves", last: told(time.Minute, nil, nil), resolved: set(1), owed: set(1), want: ReasonAllResolved},
		{name: "exactly the repeat interval", last: told(repeat, set(1), nil), firing: set(1), want: ReasonNone},
		{name: "more than the repeat interval", last: told(repeat+1, set(1), nil), firing: set(1), want: ReasonRepeat},
		{name: "a resolve goes before a repeat", last: told(repeat+1, set(1, 2), nil), firing: set(1), resolved: set(2), want: ReasonResolved},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := state{firing: c.firing, resolved: c.resolved, owed: c.owed, hidden: c.hidden, unseen: c.unseen, sendResolved: !c.quiet, repeat: repeat, now: now}
			if got := decide(c.last, s); got != c.want {
				t.Errorf("decide says %q, want %q", got, c.want)
			}
		})
	}
}

func TestHashAlert(t *testing.T) {
	// The value that Alertmanager has in its notification log.
	if got := hashAlert(alert.New(alert.LabelsOf("alertname", "T3"))); got != 12113754247994369391 {
		t.Errorf("hash %d, want 12113754247994369391", got)
	}
	long := make([]byte, 2000)
	if hashAlert(alert.New(alert.LabelsOf("a", string(long)))) == hashAlert(alert.New(alert.LabelsOf("a", string(long[1:])))) {
		t.Error("labels longer than the buffer have one hash")
	}
}
