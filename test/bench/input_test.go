package main

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCrowd(t *testing.T) {
	c := newCrowd()
	c.more = `,"probe":"yes"`
	const n = 300
	body := c.batch(nil, 10, n)
	var alerts []floorAlert
	if err := json.Unmarshal(body, &alerts); err != nil {
		t.Fatal(err)
	}
	if len(alerts) != n {
		t.Fatalf("%d alerts, want %d", len(alerts), n)
	}
	if size := len(body) / n; size < 750 || size > 900 {
		t.Errorf("an alert has %d bytes, want about 800", size)
	}
	ids := map[string]bool{}
	for _, a := range alerts {
		ids[a.Labels["id"]] = true
		if a.Labels["probe"] != "yes" || len(a.Labels) != 13 || len(a.Annotations) != 3 {
			t.Fatalf("unexpected %+v", a)
		}
	}
	if len(ids) != n {
		t.Errorf("%d different ids, want %d", len(ids), n)
	}
}

func TestCrowdRepeats(t *testing.T) {
	c := newCrowd()
	first, again := decodeOne(t, c.batch(nil, 7, 1)), decodeOne(t, c.later(time.Minute).batch(nil, 7, 1))
	if got := again.EndsAt.Sub(first.EndsAt); got != time.Minute {
		t.Errorf("the end moved by %s, want 1m", got)
	}
	again.EndsAt = first.EndsAt
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("more than the end has changed: %s", diff)
	}
}

func decodeOne(t *testing.T, body []byte) floorAlert {
	t.Helper()
	var alerts []floorAlert
	if err := json.Unmarshal(body, &alerts); err != nil || len(alerts) != 1 {
		t.Fatalf("%d alerts, %v", len(alerts), err)
	}
	return alerts[0]
}

func TestSilencesAreJSON(t *testing.T) {
	for name, silence := range map[string]func([]byte, int) []byte{"equal": equalSilence, "regex": regexSilence} {
		for i := range 6 {
			var s struct {
				Matchers         []struct{ Name, Value string }
				StartsAt, EndsAt time.Time
			}
			if err := json.Unmarshal(silence(nil, i), &s); err != nil {
				t.Fatalf("%s %d: %v", name, i, err)
			}
			if len(s.Matchers) == 0 || !s.EndsAt.After(s.StartsAt) {
				t.Errorf("%s %d: unexpected %+v", name, i, s)
			}
		}
	}
}

// An equality silence is worth its name if it matches the alerts of its shard.
func TestEqualSilenceMatchesItsShard(t *testing.T) {
	for _, i := range []int{0, 1, 19, 20, 79, 80, 999} {
		var s struct {
			Matchers []struct{ Name, Value string }
		}
		if err := json.Unmarshal(equalSilence(nil, i), &s); err != nil {
			t.Fatal(err)
		}
		for k := range perShard {
			a := decodeOne(t, newCrowd().batch(nil, i*perShard+k, 1))
			for _, m := range s.Matchers {
				if a.Labels[m.Name] != m.Value {
					t.Errorf("silence %d does not match alert %d: %s is %q, not %q", i, i*perShard+k, m.Name, a.Labels[m.Name], m.Value)
				}
			}
		}
	}
}

func TestSetup(t *testing.T) {
	for _, c := range []struct {
		name  string
		setup setup
		want  string
	}{
		{"plain", setup{groupBy: []string{"a", "b"}, wait: time.Second, webhook: "http://x/"}, `route:
  receiver: sink
  group_by: [a, b]
  group_wait: 1s
  group_interval: 1h0m0s
  repeat_interval: 24h
receivers:
- name: sink
  webhook_configs:
  - url: "http://x/"
    send_resolved: false
`},
		{"everything", setup{interval: 2 * time.Second, webhook: "http://x/", teams: 2, rules: 1, probe: true, resolved: true}, `route:
  receiver: sink
  group_by: []
  group_wait: 0s
  group_interval: 2s
  repeat_interval: 24h
  routes:
  - matchers: ['probe="yes"']
    group_by: [id]
    group_wait: 0s
  - matchers: ['team="team-0"']
  - matchers: ['team="team-1"']
inhibit_rules:
- source_matchers: ['severity="critical"', 'rule="rule-0"']
  target_matchers: ['severity="warning"', 'rule="rule-0"']
  equal: [cluster]
receivers:
- name: sink
  webhook_configs:
  - url: "http://x/"
    send_resolved: true
`},
	} {
		if diff := cmp.Diff(c.want, c.setup.yaml()); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestChoose(t *testing.T) {
	all := []scenario{{name: "a"}, {name: "b"}, {name: "c"}}
	for _, c := range []struct {
		names string
		want  []string
		ok    bool
	}{
		{"", []string{"a", "b", "c"}, true},
		{"b", []string{"b"}, true},
		{"c, a", []string{"c", "a"}, true},
		{"b,x", nil, false},
	} {
		chosen, err := choose(all, c.names)
		var got []string
		for _, s := range chosen {
			got = append(got, s.name)
		}
		if !slices.Equal(got, c.want) || (err == nil) != c.ok {
			t.Errorf("choose %q: %v, %v; want %v, ok %v", c.names, got, err, c.want, c.ok)
		}
	}
}

// Keys are columns of -json and names of scenarios are arguments, so both must be
// there once.
func TestScenariosAreDifferent(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range scenarios() {
		names := []string{"scenario " + s.name}
		for _, r := range s.rows {
			names = append(names, r.key)
		}
		for _, name := range names {
			if seen[name] {
				t.Errorf("%s is there twice", name)
			}
			seen[name] = true
		}
	}
}
