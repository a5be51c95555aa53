package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// replica is one of several tocsin processes that know each other.
type replica struct {
	*process
	server
	path string
	dir  string
	args []string
	env  []string
}

// replicas are all of them, and the webhook that they tell.
type replicas struct {
	t    *testing.T
	hook *board
	all  []*replica
}

const haRoute = `
route: {receiver: team, group_by: [i], group_wait: 1s, group_interval: 5s, repeat_interval: 4h}
receivers: [{name: team, webhook_configs: [{url: '%s/'}]}]
`

// startReplicas starts several and waits until they have found each other.
func startReplicas(t *testing.T, n int, flags ...string) *replicas {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	r := newReplicas(t, path, n, flags...)
	for i := range n {
		r.start(i)
	}
	r.together(n)
	r.stopLater()
	return r
}

// newReplicas says how to start several.
func newReplicas(t *testing.T, path string, n int, flags ...string) *replicas {
	t.Helper()
	r := &replicas{t: t, hook: newBoard(t)}
	var gossip, web []string
	for range n {
		gossip, web = append(gossip, freeAddress(t)), append(web, freeAddress(t))
	}
	for i := range n {
		dir := t.TempDir()
		write(t, dir, "tocsin.yml", fmt.Sprintf(haRoute, r.hook.URL))
		args := slices.Concat([]string{
			"--config.file=" + filepath.Join(dir, "tocsin.yml"),
			"--web.listen-address=" + web[i], "--cluster.listen-address=" + gossip[i],
			fmt.Sprintf("--web.external-url=http://replica%d", i),
			"--cluster.peer=" + gossip[0], "--cluster.peer=" + gossip[n-1],
		}, flags)
		r.all = append(r.all, &replica{server: server{"http://" + web[i]}, path: path, dir: dir, args: args})
	}
	return r
}

// stopLater has those that run at the end of the test stop with exit code 0.
func (r *replicas) stopLater() {
	r.t.Cleanup(func() {
		for _, one := range r.all {
			if one.running() {
				one.stop(r.t)
			}
		}
	})
}

// start starts a replica, for the first time or again.
func (r *replicas) start(i int) {
	r.t.Helper()
	one := r.all[i]
	one.process = start(r.t, command{path: one.path, args: one.args, dir: one.dir, env: one.env})
	waitFor(r.t, "ready", func() bool {
		if !one.running() {
			r.t.Fatalf("replica %d has ended", i)
		}
		return ready(r.t, one.server)
	})
}

// together waits until all who run see n members and are ready to tell.
func (r *replicas) together(n int) {
	r.t.Helper()
	waitFor(r.t, fmt.Sprintf("%d members everywhere", n), func() bool {
		return !slices.ContainsFunc(r.all, func(one *replica) bool {
			return one.running() && !one.sees(r.t, n)
		})
	})
}

func (one *replica) sees(t *testing.T, n int) bool {
	t.Helper()
	var found struct {
		Cluster struct {
			Status string
			Peers  []any
		}
	}
	a, err := one.do(t, http.MethodGet, "/api/v2/status", nil)
	if err != nil || json.Unmarshal([]byte(a.body), &found) != nil {
		return false
	}
	return found.Cluster.Status == "ready" && len(found.Cluster.Peers) == n
}

// alerts is the body of a request with one alert for each of n groups.
func alerts(begin string, n int, ends time.Time) string {
	return alertsSince(time.Time{}, begin, n, ends)
}

func alertsSince(starts time.Time, begin string, n int, ends time.Time) string {
	list := make([]map[string]any, n)
	for i := range list {
		list[i] = map[string]any{
			"labels":      map[string]string{"alertname": "Many", "i": fmt.Sprintf("%s%d", begin, i)},
			"annotations": map[string]string{"summary": "one of many"},
		}
		if !starts.IsZero() {
			list[i]["startsAt"] = starts
		}
		if !ends.IsZero() {
			list[i]["endsAt"] = ends
		}
	}
	body, err := json.Marshal(list)
	if err != nil {
		panic(err)
	}
	return string(body)
}

// fire posts n new alerts to some replicas and returns when the first had them.
func (r *replicas) fire(begin string, n int, to ...int) time.Time {
	r.t.Helper()
	began := time.Now()
	for _, i := range to {
		r.all[i].post(r.t, "/api/v2/alerts", alerts(begin, n, time.Time{}))
	}
	return began
}

// heard waits until n groups were told.
func (r *replicas) heard(status, begin string, n int) {
	r.t.Helper()
	waitFor(r.t, fmt.Sprintf("all %q told as %s", begin, status), func() bool { return r.hook.count(status, begin) >= n })
}
