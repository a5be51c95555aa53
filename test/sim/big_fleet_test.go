package sim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/go-kit/log"

	"github.com/tocsin-alerting/tocsin/api"
	"github.com/tocsin-alerting/tocsin/cluster/clustertest"
	"github.com/tocsin-alerting/tocsin/internal/daemon"
)

// fleetConfig is what all replicas run; the interval is that of the second route.
const fleetConfig = `
global: {resolve_timeout: 10h}
route:
  receiver: ops
  group_by: [alertname]
  group_wait: 5100ms
  group_interval: 31s
  repeat_interval: %s
  routes:
    - matchers: [alertname="G1"]
      receiver: two
      group_interval: %s
      continue: true
    - matchers: [alertname=~"G.*"]
      receiver: ops
inhibit_rules:
  - source_matchers: [host="router"]
    target_matchers: [host="behind"]
    equal: [alertname]
receivers:
  - name: ops
    webhook_configs: [{url: http://ops.example/, timeout: 10s, http_config: {enable_http2: false}}]
  - name: two
    webhook_configs: [{url: http://two.example/, timeout: 10s, http_config: {enable_http2: false}}]
`

// fleet is the replicas, the network between them and what they talk to.
type fleet struct {
	t       *testing.T
	dir     string
	net     *clustertest.Network
	who     *audience
	dice    *rand.Rand
	nodes   []*node
	lines   int
	side    []int          // of the replicas, while the network is split
	ending  sync.WaitGroup // lives that have been told to end
	posting sync.WaitGroup

	mu sync.Mutex
	history
}

// node is a replica and what is left of it between its lives.
type node struct {
	index int
	file  string // its configuration
	fs    *vfs.MemFS
	left  bool // for good
	// missed says that it was down when the network became whole again.
	missed bool
	logs   *logs
	again  bool // it has lived once more when all was over
	// Of the present life; nil: it is down.
	run *running
}

type running struct {
	line  *line
	front *frontDoor
	stop  context.CancelFunc
	done  chan struct{}
	from  time.Duration
}

// frontDoor is the listener of a replica whose connections can be broken off.
type frontDoor struct {
	*pipes
	mu    sync.Mutex
	cut   bool
	conns []net.Conn
}

func (f *frontDoor) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := f.pipes.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cut {
		_ = c.Close()
		return nil, errCut
	}
	f.conns = append(f.conns, c)
	return c, nil
}

func (f *frontDoor) breakOff() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cut = true
	for _, c := range f.conns {
		_ = c.Close()
	}
}

func (f *fleet) now() time.Duration { return time.Since(f.start) }

func (f *fleet) problem(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.problems = append(f.problems, fmt.Sprintf("%s "+format, append([]any{f.now()}, args...)...))
}

// span notes that something is wrong from now on, and endSpan that it is not any more
// in a while.
func (f *fleet) span(s span) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s.from, s.to = f.now(), endless
	f.spans = append(f.spans, s)
}

func (f *fleet) endSpan(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.spans {
		if f.spans[i].what == what && f.spans[i].to == endless {
			f.spans[i].to = f.now() + mends
		}
	}
}

const endless = 1000 * time.Hour

// add makes a replica that has never run.
func (f *fleet) add() *node {
	i := len(f.nodes)
	n := &node{index: i, fs: vfs.NewCrashableMem(), logs: &logs{}}
	n.file = filepath.Join(f.dir, fmt.Sprintf("replica%d.yml", i))
	f.configure(n, "first")
	f.nodes = append(f.nodes, n)
	return n
}

func (f *fleet) configure(n *node, which string) {
	interval := map[string]string{"first": "31s", "other": "26700ms"}[which]
	if interval == "" {
		return // as it is
	}
	next := n.file + ".next"
	err := os.WriteFile(next, fmt.Appendf(nil, fleetConfig, f.script.repeat, interval), 0o600)
	if err = errors.Join(err, os.Rename(next, n.file)); err != nil {
		f.problem("configuration: %v", err)
	}
}

// addresses are where all replicas are that may be there, as their name service
// knows.
func (f *fleet) addresses() []string {
	var list []string
	for _, n := range f.nodes {
		if !n.left {
			list = append(list, gossipAddress(n.index))
		}
	}
	return list
}

// boot begins a life of a replica.
func (f *fleet) boot(n *node) {
	f.lines++
	r := &running{
		line:  &line{u: f.who, id: f.lines, replica: n.index},
		front: &frontDoor{pipes: newPipes()},
		done:  make(chan struct{}),
		from:  f.now(),
	}
	d, err := daemon.New(daemon.Options{
		ConfigFile:          n.file,
		Retention:           120 * time.Hour,
		StoragePath:         "data",
		StorageFS:           n.fs,
		AlertsGCInterval:    f.script.tidy,
		MaintenanceInterval: f.script.tidy,
		Version:             api.VersionInfo{Version: "sim"},
		Logger:              log.With(log.NewLogfmtLogger(log.NewSyncWriter(n.logs)), "t", log.Valuer(func() any { return f.now() })),
		Stdout:              io.Discard,
		Dial:                r.line.dial,
		Listeners:           []net.Listener{r.front},
		Cluster: daemon.ClusterOptions{
			ListenAddress:   gossipAddress(n.index),
			PeerName:        fmt.Sprintf("replica%d", n.index),
			Peers:           f.addresses(),
			ReplicateAlerts: f.script.passing,
			SettleTimeout:   time.Minute,
			Transport:       f.net.Listen(gossipAddress(n.index)),
		},
	})
	if err != nil {
		f.problem("replica %d does not start: %v", n.index, err)
		return
	}
	ctx, stop := context.WithCancel(f.t.Context())
	r.stop = stop
	n.run = r
	go func() {
		defer close(r.done)
		if err := d.Run(ctx); err != nil && !r.line.isCut() {
			f.problem("replica %d ended with %v", n.index, err)
		}
	}()
}

// kill ends the life of a replica at once. What is not synced is lost, in part.
func (f *fleet) kill(n *node) {
	r := n.run
	r.front.breakOff()
	r.line.breakOff()
	f.net.Crash(gossipAddress(n.index))
	n.fs = n.fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: f.dice.IntN(101), RNG: f.dice})
	f.over(n, false)
	f.ending.Go(func() { // a process that reaches nobody any more
		r.stop()
		<-r.done
	})
}

// halt ends the life of a replica in an orderly way.
func (f *fleet) halt(n *node) {
	r := n.run
	r.stop()
	<-r.done
	f.over(n, true)
}

func (f *fleet) over(n *node, clean bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.lives = append(f.lives, life{replica: n.index, from: n.run.from, to: f.now(), clean: clean})
	n.run = nil
}

// call makes a request to a replica.
func (f *fleet) call(n *node, method, path, body string) (string, error) {
	r := n.run
	if r == nil {
		return "", errCut
	}
	ctx, cancel := context.WithTimeout(f.t.Context(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, "http://tocsin"+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	client := http.Client{Transport: &http.Transport{DialContext: r.front.dial, DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%w: %d: %s", errStatus, resp.StatusCode, text)
	}
	return string(text), err
}

var errStatus = errors.New("status")

// inFleet plays with replicas in a bubble and returns the history.
func inFleet(t *testing.T, s script, play func(f *fleet)) (*history, []*logs) {
	dir := t.TempDir()
	var f *fleet
	clustertest.Bubble(t, func(t *testing.T) {
		dice := rand.New(rand.NewPCG(s.seed, 7))
		f = &fleet{t: t, dir: dir, dice: dice, history: history{script: s, start: time.Now()}}
		f.net = clustertest.New(rand.New(rand.NewPCG(s.seed, 8)))
		f.who = newAudience(f.start, rand.New(rand.NewPCG(s.seed, 9)))
		silent := f.who.serve()
		for range s.replicas {
			f.add()
		}
		for _, n := range f.nodes {
			f.boot(n)
		}
		play(f)
		f.posting.Wait()
		who := f.living()
		for _, i := range who {
			f.halt(f.nodes[i])
		}
		f.ending.Wait()
		f.again(f.nodes[who[s.seed%uint64(len(who))]])
		silent()
		f.told, f.end = f.who.told, f.now()
		time.Sleep(time.Hour) // what still has a timer sees that all is over
		synctest.Wait()
	})
	var all []*logs
	for _, n := range f.nodes {
		all = append(all, n.logs)
		f.loaded = append(f.loaded, n.loaded()...)
	}
	return &f.history, all
}
