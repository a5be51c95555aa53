package daemon

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/notify"
)

func TestCompatOption(t *testing.T) {
	for compat, want := range map[string]bool{"": false, "off": false, "alertmanager": true} {
		if got, err := (&ClusterOptions{Compat: compat}).amongAlertmanagers(); got != want || err != nil {
			t.Errorf("%q: %t, %v", compat, got, err)
		}
	}
	o := ClusterOptions{ListenAddress: "127.0.0.1:0", Compat: "nonsense", ReplicateAlerts: true}
	if _, err := New(Options{Cluster: o}); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("nonsense: error %v", err)
	}
	o.Compat = "alertmanager"
	d, err := New(Options{Cluster: o})
	if err != nil {
		t.Fatal(err)
	}
	if d.o.Cluster.ReplicateAlerts {
		t.Error("alerts are to be passed on to members that would not understand")
	}
}

// alertmanagerEntry is an entry that Alertmanager 0.25 has sent, of the group
// {}:{alertname="Early"}. It has expired.
const alertmanagerEntry = "0a430a167b7d3a7b616c6572746e616d653d224561726c79227d120f0a047465616d1207776562686f6f6b2a0c08ab8985d80610abedf48602" +
	"320a8194c3878eb6e5e8f901120c08cbc185d80610abedf48602"

// shared returns the log of a replica with two routes that Alertmanager takes for
// one.
func shared() sharedForeignLog {
	return sharedForeignLog{notify.NewLog(notify.LogOptions{}), func(key, receiver string) []string {
		if key != `{}:{alertname="Early"}` || receiver != "team" {
			return nil
		}
		return []string{`{}:{alertname="Early"}`, `{}#1:{alertname="Early"}`}
	}}
}

func entryAt(t *testing.T, at time.Time) *notify.Entry {
	t.Helper()
	record, err := hex.DecodeString(alertmanagerEntry)
	if err != nil {
		t.Fatal(err)
	}
	e, err := notify.ParseEntry(record)
	if err != nil {
		t.Fatal(err)
	}
	e.Timestamp, e.ExpiresAt = at, at.Add(time.Hour)
	return e
}

func TestEntryOfAlertmanagerCountsForItsGroups(t *testing.T) {
	s, now := shared(), time.Now().UTC()
	record := notify.AppendEntry(nil, entryAt(t, now))
	key, err := s.Take(record)
	if err != nil || key != `{}:{alertname="Early"}:team/webhook/0` {
		t.Errorf("key %q, error %v", key, err)
	}
	for _, group := range []string{`{}:{alertname="Early"}`, `{}#1:{alertname="Early"}`} {
		if s.Get(notify.LogKey{Group: group, Receiver: "team", Integration: "webhook"}) == nil {
			t.Errorf("nothing is known of %s", group)
		}
	}
	if key, err := s.Take(record); key != "" || err != nil {
		t.Errorf("news twice: %q, %v", key, err)
	}
	if diff := cmp.Diff([][]byte{record}, slices.Collect(s.Records())); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func TestEntryOfAlertmanagerThatNobodyAsksFor(t *testing.T) {
	s := shared()
	e := entryAt(t, time.Now().UTC())
	e.Key.Receiver = "gone"
	record := notify.AppendEntry(nil, e)
	if key, err := s.Take(record); key == "" || err != nil {
		t.Errorf("not kept: %v", err)
	}
	if diff := cmp.Diff([][]byte{record}, slices.Collect(s.Records())); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func TestEntryOfAlertmanagerRefused(t *testing.T) {
	s := shared()
	for name, record := range map[string][]byte{
		"expired":   notify.AppendEntry(nil, entryAt(t, time.Now().Add(-2*time.Hour))),
		"malformed": []byte("nonsense"),
	} {
		key, err := s.Take(record)
		if key != "" || (err != nil) != (name == "malformed") {
			t.Errorf("%s: key %q, error %v", name, key, err)
		}
	}
	if s.Len() > 0 {
		t.Error("something was kept")
	}
}

// Members get the key that users see, and what is owed as firing.
func TestOwnEntryForMembers(t *testing.T) {
	s, now := shared(), time.Now().UTC()
	e := entryAt(t, now)
	e.Key.Group, e.Firing, e.Owed = `{}#1:{alertname="Early"}`, []uint64{2}, []uint64{1}
	if err := s.Put(t.Context(), e, time.Hour); err != nil {
		t.Fatal(err)
	}
	for record := range s.Records() {
		got, err := notify.ParseEntry(record)
		if err != nil {
			t.Fatal(err)
		}
		if got.Key.Group != `{}:{alertname="Early"}` || !slices.Equal(got.Firing, []uint64{1, 2}) || got.Owed != nil {
			t.Errorf("members are told %+v", got)
		}
		// It comes back, and must not count for the other route.
		if key, err := s.Take(record); key != "" || err != nil {
			t.Errorf("key %q, error %v", key, err)
		}
	}
	if s.Len() != 1 {
		t.Errorf("%d entries, want 1", s.Len())
	}
}
