package sim

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-kit/log"

	"github.com/tocsin-alerting/tocsin/api"
	"github.com/tocsin-alerting/tocsin/cluster/clustertest"
	"github.com/tocsin-alerting/tocsin/internal/daemon"
)

// replicas are three daemons that know each other. All tell the same receiver;
// what it heard is with the first.
type replicas struct {
	*world
	net   *clustertest.Network
	all   []*world
	ended map[*world]bool
}

func gossipAddress(i int) string { return fmt.Sprintf("10.0.0.%d:9094", i+1) }

// among lets a daemon be a member of a cluster of three.
func among(n *clustertest.Network, i int) func(*daemon.Options) {
	return func(o *daemon.Options) {
		o.Cluster = daemon.ClusterOptions{
			ListenAddress:   gossipAddress(i),
			PeerName:        fmt.Sprintf("replica%d", i),
			Peers:           []string{gossipAddress(0), gossipAddress(1), gossipAddress(2)},
			ReplicateAlerts: true,
			SettleTimeout:   time.Minute,
			Transport:       n.Listen(gossipAddress(i)),
		}
	}
}

// inCluster plays a story with three replicas.
func inCluster(t *testing.T, config string, story func(r *replicas), options ...func(*daemon.Options)) {
	t.Helper()
	dir := t.TempDir()
	clustertest.Bubble(t, func(t *testing.T) {
		n := clustertest.New(rand.New(rand.NewPCG(1, 2)))
		first := &world{t: t, start: time.Now()}
		r := &replicas{world: first, net: n, ended: make(map[*world]bool)}
		receiver, stopReceiver := first.receiver()
		for i := range 3 {
			w := first
			if i > 0 {
				w = &world{t: t, start: first.start}
			}
			w.file, w.logs = filepath.Join(dir, "tocsin.yml"), &logs{}
			w.write(config)
			w.options = daemon.Options{
				ConfigFile: w.file,
				Retention:  120 * time.Hour,
				Version:    api.VersionInfo{Version: "sim"},
				Logger:     log.NewLogfmtLogger(log.NewSyncWriter(w.logs)),
				Stdout:     io.Discard,
				Dial:       receiver.dial,
			}
			for _, option := range append([]func(*daemon.Options){among(n, i)}, options...) {
				option(&w.options)
			}
			w.boot()
			r.all = append(r.all, w)
		}
		r.until(20 * time.Second) // they have found each other

		story(r)

		for _, w := range r.all {
			if !r.ended[w] {
				w.halt()
			}
		}
		stopReceiver()
		time.Sleep(time.Hour) // what still has a timer sees that all is over
		for i, w := range r.all {
			if t.Failed() {
				t.Logf("log of replica %d:\n%s", i, w.logs)
			}
		}
	})
}

// crash takes a replica off the network and ends it; what it would say goodbye
// with reaches nobody.
func (r *replicas) crash(i int) {
	r.net.Crash(gossipAddress(i))
	r.all[i].halt()
	r.ended[r.all[i]] = true
}

// show fails unless all replicas that live answer with a text.
func (r *replicas) show(path, text string) {
	r.t.Helper()
	for i, w := range r.all {
		if r.ended[w] {
			continue
		}
		if answer := w.must(http.MethodGet, path, ""); !strings.Contains(answer, text) {
			r.t.Errorf("replica %d does not have %s in %s: %s", i, text, path, answer)
		}
	}
}

// heard fails unless the receiver has heard a text so often, whenever that was.
func (r *replicas) heard(text string, times int) {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, told := range r.told {
		if strings.Contains(told, text) {
			n++
		}
	}
	if n != times {
		r.t.Errorf("heard %q %d times, want %d: %q", text, n, times, r.told)
	}
}

func TestReplicasKnowEachOther(t *testing.T) {
	inCluster(t, config, func(r *replicas) {
		r.show("/api/v2/status", `"status":"ready"`)
		r.show("/api/v2/status", `"name":"replica0"`)
		r.show("/api/v2/status", `"name":"replica2"`)
		r.show("/metrics", "alertmanager_cluster_members 3\n")
		r.show("/metrics", "alertmanager_cluster_enabled 1\n")
	})
}

func TestEventsSayTheirPosition(t *testing.T) {
	said := map[string]*logs{"replica0": {}, "replica1": {}, "replica2": {}}
	recording := config + "\nevent_recorder: {stdout_outputs: [{}]}\n"
	inCluster(t, recording, func(r *replicas) {
		for i, w := range r.all {
			w.fires(fmt.Sprint("host", i))
		}
		r.until(4 * time.Minute)
		for name, place := range map[string]string{"replica1": `"clusterPosition":1,`, "replica2": `"clusterPosition":2,`} {
			if text := said[name].String(); !strings.Contains(text, place+`"data":{"alertCreated"`) {
				t.Errorf("%s says\n%s", name, text)
			}
		}
		if text := said["replica0"].String(); !strings.Contains(text, `"data":{"alertCreated"`) || strings.Contains(text, "clusterPosition") {
			t.Errorf("the first says\n%s", text)
		}
	}, func(o *daemon.Options) { o.EventRecorder, o.Stdout = true, said[o.Cluster.PeerName] })
}

func TestAnAlertOfOneReplicaIsToldOnceAndShownByAll(t *testing.T) {
	for i := range 3 {
		t.Run(fmt.Sprint("replica", i), func(t *testing.T) {
			inCluster(t, config, func(r *replicas) {
				r.all[i].fires("a")
				r.until(22 * time.Second)
				r.show("/api/v2/alerts", `"host":"a"`)
				r.until(4 * time.Minute)
				r.heard("+a", 1)
				r.all[i].ends("a")
				r.until(time.Hour)
				r.heard("+a", 1)
				r.heard("-a", 1)
			})
		})
	}
}

func TestAnAlertOfAllReplicasIsToldOnce(t *testing.T) {
	inCluster(t, config, func(r *replicas) {
		for _, w := range r.all {
			w.fires("a")
		}
		r.until(4 * time.Minute)
		r.heard("+a", 1)
		for _, w := range r.all {
			w.ends("a")
		}
		r.until(time.Hour)
		r.heard("+a", 1)
		r.heard("-a", 1)
	})
}

func TestASilenceOfOneReplicaHoldsInAll(t *testing.T) {
	inCluster(t, config, func(r *replicas) {
		id := r.all[1].silence("a", time.Hour)
		r.until(22 * time.Second)
		r.show("/api/v2/silences", id)
		r.all[2].fires("a")
		r.until(10 * time.Minute)
		r.heard("+a", 0)
		r.all[0].must(http.MethodDelete, "/api/v2/silence/"+id, "")
		r.until(20 * time.Minute)
		r.heard("+a", 1)
	})
}

func TestACrashKeepsNobodyFromBeingTold(t *testing.T) {
	for i := range 3 {
		t.Run(fmt.Sprint("replica", i), func(t *testing.T) {
			inCluster(t, config, func(r *replicas) {
				r.all[i].fires("a")
				r.until(22 * time.Second)
				r.crash(i)
				r.until(3 * time.Minute)
				r.heard("+a", 1)
				r.all[(i+1)%3].ends("a")
				r.until(time.Hour)
				r.heard("+a", 1)
				r.heard("-a", 1)
			})
		})
	}
}

func TestAReplicaThatLeavesIsNotWaitedFor(t *testing.T) {
	inCluster(t, config, func(r *replicas) {
		for _, i := range []int{0, 1} {
			r.all[i].halt()
			r.ended[r.all[i]] = true
		}
		synctest.Wait()
		r.all[2].fires("a")
		begun := time.Since(r.start)
		r.until(begun + 31*time.Second)
		r.heard("+a", 1)
		r.show("/metrics", "alertmanager_cluster_members 1\n")
	})
}

func TestAlertsStayWhereTheyArePostedIfTheyAreNotPassedOn(t *testing.T) {
	inCluster(t, config, func(r *replicas) {
		r.all[0].fires("a")
		r.until(5 * time.Minute)
		if answer := r.all[1].must(http.MethodGet, "/api/v2/alerts", ""); answer != "[]\n" {
			t.Errorf("an alert got to another replica: %s", answer)
		}
		r.heard("+a", 1)
	}, func(o *daemon.Options) { o.Cluster.ReplicateAlerts = false })
}
