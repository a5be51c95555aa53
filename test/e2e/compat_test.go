package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestReplicaByReplica takes tocsin into a cluster of Alertmanager and then
// Alertmanager out of it. Silences hold everywhere, and nobody is told anything
// twice, whoever it was that told it.
func TestReplicaByReplica(t *testing.T) {
	t.Parallel()
	c := newMixed(t)

	am := c.startAlertmanager("alertmanager")
	c.fire("Early", am)
	c.told("+Early")

	// Its name makes the newcomer the first to tell.
	first := c.startTocsin("0-first", am)
	c.fire("Early", am, first)
	c.quiet(first)
	c.untilLooked(am)
	c.end("Early", am, first)
	c.told("-Early")
	c.fire("Second", am, first)
	c.told("+Second")
	c.fire("Third", am)
	c.told("+Third")
	c.checkSilences(am, first)
	kept := c.silence(am, "kept")
	c.sees(first, kept, "active")
	c.fire("Third", first) // which knows by now, since it knows what came after
	first.stop(t)

	// This one is the last.
	last := c.startTocsin("zz-last", am)
	c.fire("Second", last)
	c.fire("Third", last)
	c.fire("Fourth", last, am)
	c.told("+Fourth")
	c.end("Second", last, am)
	c.told("-Second")
	c.quiet(am, last)
	c.sees(last, kept, "active")
	am.stop(t)

	second := c.startTocsin("1-second", last)
	c.sees(second, kept, "active")
	c.fire("Third", second, last)
	c.fire("Fourth", second, last)
	c.end("Third", second, last)
	c.told("-Third")
	c.quiet(second, last)

	// The way back.
	am = c.startAlertmanager("another", second, last)
	c.sees(am, kept, "active")
	c.fire("Fourth", am)
	c.quiet(am)
	am.stop(t)

	// All that are left are of one kind.
	second.stop(t)
	last.stop(t)
	c.compat = "off"
	last = c.startTocsin("zz-last")
	second = c.startTocsin("1-second", last)
	c.sees(last, kept, "active")
	c.fire("Fourth", last)
	c.quiet(second, last)
	c.end("Fourth", second)
	c.told("-Fourth")
}

// mixed is a cluster of Alertmanager in which there are other members, too.
type mixed struct {
	t      *testing.T
	dir    string
	hook   *sink
	compat string    // whose replicas tocsin joins
	more   []string  // flags
	seen   int       // deliveries that were looked at
	was    time.Time // that alerts began
}

// memberProcess is one of them.
type memberProcess struct {
	*process
	server
}

// clusterTimeout is how long the second lets the first go first. A busy machine
// should get that done in time, and every look of the second takes as long.
const clusterTimeout = 1500 * time.Millisecond

// mixedTiming is how often groups are looked at. When Alertmanager has let others
// go first, it tells what it has seen before: an end that they have told meanwhile
// has it tell the beginning again. Between its looks there has to be time to end.
const mixedTiming = "group_wait: 100ms, group_interval: %s, repeat_interval: 1h"

func newMixed(t *testing.T) *mixed {
	c := &mixed{t: t, dir: t.TempDir(), hook: newSink(t), compat: "alertmanager", was: time.Now()}
	write(t, c.dir, "alertmanager.yml", c.hook.route(fmt.Sprintf(mixedTiming, 2*clusterTimeout)))
	write(t, c.dir, "tocsin.yml", c.hook.route(fmt.Sprintf(mixedTiming, "500ms")))
	return c
}

func (c *mixed) flags(configuration, storage string, peers []*memberProcess) []string {
	flags := []string{
		"--config.file=" + configuration, "--storage.path=" + storage, "--web.listen-address=127.0.0.1:0",
		"--cluster.listen-address=127.0.0.1:0", "--cluster.peer-timeout=" + clusterTimeout.String(), "--cluster.gossip-interval=50ms",
	}
	for _, p := range peers {
		flags = append(flags, "--cluster.peer="+p.members(c.t)[0])
	}
	return append(flags, c.more...)
}

func (c *mixed) startAlertmanager(storage string, peers ...*memberProcess) *memberProcess {
	c.t.Helper()
	const name = "prometheus-alertmanager"
	args := append(c.flags("alertmanager.yml", storage, peers), "--cluster.settle-timeout=1ms")
	return c.runs(start(c.t, command{path: need(c.t, name, name), args: args, dir: c.dir}), len(peers)+1)
}

// startTocsin starts it and waits until it and one other are the members, or it
// alone if it knows no other.
func (c *mixed) startTocsin(name string, peers ...*memberProcess) *memberProcess {
	c.t.Helper()
	path, err := program()
	if err != nil {
		c.t.Fatal(err)
	}
	args := append(c.flags("tocsin.yml", name, peers), "--cluster.compat="+c.compat, "--cluster.peer-name="+name)
	m := c.runs(start(c.t, command{path: path, args: args, dir: c.dir}), len(peers)+1)
	for _, p := range peers {
		waitFor(c.t, "it is seen", func() bool { return len(p.members(c.t)) == len(peers)+1 })
	}
	return m
}

func (c *mixed) runs(p *process, members int) *memberProcess {
	c.t.Helper()
	m := &memberProcess{process: p, server: server{"http://" + p.address(c.t)}}
	waitFor(c.t, "ready", func() bool {
		a, err := m.do(c.t, http.MethodGet, "/-/ready", nil)
		return err == nil && a.status == http.StatusOK && m.clusterStatus(c.t).Status == "ready" && len(m.members(c.t)) == members
	})
	return m
}

type clusterStatus struct {
	Name, Status string
	Peers        []struct{ Name, Address string }
}

func (m *memberProcess) clusterStatus(t *testing.T) clusterStatus {
	t.Helper()
	var status struct{ Cluster clusterStatus }
	m.getJSON(t, "/api/v2/status", &status)
	return status.Cluster
}

// members are the addresses of all members that it sees, its own first.
func (m *memberProcess) members(t *testing.T) []string {
	t.Helper()
	status := m.clusterStatus(t)
	var list []string
	for _, p := range status.Peers {
		if p.Name == status.Name {
			list = slices.Insert(list, 0, p.Address)
		} else {
			list = append(list, p.Address)
		}
	}
	return list
}

// fire reports an alert to some members, as Prometheus does to all.
func (c *mixed) fire(name string, to ...*memberProcess) {
	c.t.Helper()
	c.report(name, "", to)
}

func (c *mixed) end(name string, to ...*memberProcess) {
	c.t.Helper()
	c.report(name, `,"endsAt":"`+time.Now().Format(time.RFC3339Nano)+`"`, to)
}

func (c *mixed) report(name, more string, to []*memberProcess) {
	c.t.Helper()
	for _, m := range to {
		m.post(c.t, "/api/v2/alerts", fmt.Sprintf(`[{"labels":{"alertname":%q},"startsAt":%q%s}]`, name, c.was.Format(time.RFC3339Nano), more))
	}
}

// told wants just these alerts to be told next.
func (c *mixed) told(want ...string) {
	c.t.Helper()
	c.hook.wait(c.t, c.seen+len(want))
	if diff := cmp.Diff(want, c.news()); diff != "" {
		c.t.Errorf("told (-want +got):\n%s", diff)
	}
}

func (c *mixed) news() []string {
	all := c.hook.deliveries()
	var got []string
	for _, d := range all[c.seen:] {
		for _, a := range d.body["alerts"].([]any) {
			a := a.(map[string]any)
			sign := map[any]string{"firing": "+", "resolved": "-"}[a["status"]]
			got = append(got, fmt.Sprint(sign, a["labels"].(map[string]any)["alertname"]))
		}
	}
	c.seen = len(all)
	slices.Sort(got)
	return got
}

// looks counts how often the log was asked whether something is news.
func (m *memberProcess) looks(t *testing.T) float64 {
	t.Helper()
	return m.metric(t, "alertmanager_nflog_queries_total")
}

// untilLooked waits until a member has just looked for news.
func (c *mixed) untilLooked(m *memberProcess) {
	c.t.Helper()
	before := m.looks(c.t)
	waitFor(c.t, "looks for news", func() bool { return m.looks(c.t) > before })
}

// quiet wants members to have looked for news, and then nobody to have told any,
// also not those who let others go first.
func (c *mixed) quiet(members ...*memberProcess) {
	c.t.Helper()
	began := time.Now()
	enough := make([]float64, len(members))
	for i, m := range members {
		enough[i] = m.looks(c.t) + 1
	}
	waitFor(c.t, "looks for news", func() bool {
		for i, m := range members {
			if m.looks(c.t) < enough[i] {
				return false
			}
		}
		return time.Since(began) > clusterTimeout*3/2
	})
	if got := c.news(); len(got) > 0 {
		c.t.Errorf("told %v, want nothing", got)
	}
}

// checkSilences wants what is done to a silence on one member to be seen on the
// other.
func (c *mixed) checkSilences(one, other *memberProcess) {
	c.t.Helper()
	for _, way := range [][2]*memberProcess{{one, other}, {other, one}} {
		small, large := c.silence(way[0], "small"), c.silence(way[0], strings.Repeat("large ", 200))
		c.sees(way[1], small, "active")
		c.sees(way[1], large, "active")
		c.expire(way[0], small)
		c.expire(way[1], large)
		c.sees(way[1], small, "expired")
		c.sees(way[0], large, "expired")
	}
}

func (c *mixed) silence(on *memberProcess, comment string) (id string) {
	c.t.Helper()
	body, err := json.Marshal(map[string]any{
		"matchers":  []map[string]any{{"name": "alertname", "value": "Quiet|Still", "isRegex": true, "isEqual": true}},
		"startsAt":  time.Now(),
		"endsAt":    time.Now().Add(time.Hour),
		"createdBy": "ann", "comment": comment,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	a := on.send(c.t, http.MethodPost, "/api/v2/silences", string(body))
	var made struct{ SilenceID string }
	if err := json.Unmarshal([]byte(a.body), &made); err != nil || made.SilenceID == "" {
		c.t.Fatalf("status %d: %s", a.status, a.body)
	}
	return made.SilenceID
}

func (c *mixed) expire(on *memberProcess, id string) {
	c.t.Helper()
	if a := on.send(c.t, http.MethodDelete, "/api/v2/silence/"+id, ""); a.status != http.StatusOK {
		c.t.Fatalf("expire silence: status %d: %s", a.status, a.body)
	}
}

func (c *mixed) sees(m *memberProcess, id, state string) {
	c.t.Helper()
	waitFor(c.t, "silence "+id+" is "+state+" on "+m.url, func() bool {
		var s struct{ Status struct{ State string } }
		a := m.send(c.t, http.MethodGet, "/api/v2/silence/"+id, "")
		return a.status == http.StatusOK && json.Unmarshal([]byte(a.body), &s) == nil && s.Status.State == state
	})
}
