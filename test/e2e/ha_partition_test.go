package e2e_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// lan is a bridge with one network namespace for each replica, and the test at the
// bridge's own address.
type lan struct {
	t    *testing.T
	ip   string // the program
	name string
	net  string // of the addresses
}

// newLAN builds a lan for n replicas. It needs root and ip of iproute2.
func newLAN(t *testing.T, n int) *lan {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("namespaces need root")
	}
	id := os.Getpid() % 250
	l := &lan{t: t, ip: need(t, "ip", "iproute2"), name: fmt.Sprintf("tocsin%d", id), net: fmt.Sprintf("198.18.%d.", id)}
	l.undoLater("link", "del", l.name)
	l.run("link", "add", l.name, "type", "bridge")
	l.run("address", "add", l.net+"254/24", "dev", l.name)
	l.run("link", "set", l.name, "up")
	for i := range n {
		ns, inside := l.namespace(i), fmt.Sprintf("%s.%d", l.name, i)
		l.undoLater("netns", "del", ns)
		l.run("netns", "add", ns)
		l.run("link", "add", inside, "type", "veth", "peer", "name", "eth0", "netns", ns)
		l.run("link", "set", inside, "master", l.name, "up")
		l.run("-n", ns, "address", "add", l.address(i)+"/24", "dev", "eth0")
		l.run("-n", ns, "link", "set", "eth0", "up")
		l.run("-n", ns, "link", "set", "lo", "up")
	}
	return l
}

func (l *lan) run(args ...string) {
	l.t.Helper()
	if out, err := exec.CommandContext(l.t.Context(), l.ip, args...).CombinedOutput(); err != nil {
		l.t.Fatalf("ip %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

func (l *lan) undoLater(args ...string) {
	l.t.Cleanup(func() {
		//nolint:noctx // the test's context has ended by now
		_ = exec.Command(l.ip, args...).Run() // it may not have been made
	})
}

func (l *lan) namespace(i int) string { return fmt.Sprintf("%s-%d", l.name, i) }

func (l *lan) address(i int) string { return fmt.Sprintf("%s%d", l.net, i+1) }

// cut keeps one replica from the others; heal ends that. The webhook can be reached
// all the time.
func (l *lan) cut(one int, others ...int)  { l.routes("add", one, others) }
func (l *lan) heal(one int, others ...int) { l.routes("del", one, others) }

func (l *lan) routes(change string, one int, others []int) {
	l.t.Helper()
	for _, other := range others {
		l.run("-n", l.namespace(one), "route", change, "blackhole", l.address(other)+"/32")
		l.run("-n", l.namespace(other), "route", change, "blackhole", l.address(one)+"/32")
	}
}

// replicas starts replicas, each in its namespace.
func (l *lan) replicas(n int) *replicas {
	l.t.Helper()
	r := &replicas{t: l.t, hook: &board{said: make(map[string][]told)}}
	var lc net.ListenConfig
	listener, err := lc.Listen(l.t.Context(), "tcp", l.net+"254:0")
	if err != nil {
		l.t.Fatal(err)
	}
	r.hook.Server = &httptest.Server{Listener: listener, Config: &http.Server{Handler: r.hook, ReadHeaderTimeout: patience}}
	r.hook.Start()
	l.t.Cleanup(r.hook.Close)
	path, err := program()
	if err != nil {
		l.t.Fatal(err)
	}
	for i := range n {
		dir := l.t.TempDir()
		file := write(l.t, dir, "tocsin.yml", fmt.Sprintf(haRoute, r.hook.URL))
		args := []string{
			"netns", "exec", l.namespace(i), path, "--config.file=" + file,
			"--web.listen-address=" + l.address(i) + ":9093", "--cluster.listen-address=" + l.address(i) + ":9094",
			fmt.Sprintf("--web.external-url=http://replica%d", i), "--cluster.peer=" + l.address(0) + ":9094", "--cluster.peer-timeout=5s",
		}
		r.all = append(r.all, &replica{server: server{"http://" + l.address(i) + ":9093"}, path: l.ip, dir: dir, args: args})
	}
	for i := range n {
		r.start(i)
	}
	r.together(n)
	return r
}

// TestPartition cuts one of three replicas off. Both sides go on telling: what only
// one side knows is told once, what both know at most once by each.
func TestPartition(t *testing.T) {
	l := newLAN(t, 3)
	r := l.replicas(3)
	const groups = 200
	check := func(begin string, began time.Time, most int) {
		t.Helper()
		r.heard("firing", begin, groups)
		got := r.hook.round("firing", begin, began)
		t.Logf("%-6s %s", strings.TrimSuffix(begin, "."), got)
		if got.most > most || got.worst > haWait+failOver {
			t.Errorf("told %d times at most, want %d; last after %s, want %s", got.most, most, got.worst, haWait+failOver)
		}
	}
	check("whole.", r.fire("whole.", groups, 0, 1, 2), 1)

	l.cut(2, 0, 1)
	alone, pair, both := r.fire("alone.", groups, 2), r.fire("pair.", groups, 0), r.fire("both.", groups, 0, 1, 2)
	check("alone.", alone, 1)
	check("pair.", pair, 1)
	check("both.", both, 2)
	if !r.all[2].sees(t, 1) {
		waitFor(t, "the one that is cut off sees nobody", func() bool { return r.all[2].sees(t, 1) })
	}

	l.heal(2, 0, 1)
	r.together(3)
	ended := time.Now()
	for _, begin := range []string{"whole.", "alone.", "pair.", "both."} {
		r.all[0].post(t, "/api/v2/alerts", alerts(begin, groups, ended))
	}
	r.heard("resolved", "", 4*groups)
	pauseUntil(ended.Add(12 * time.Second)) // who is last in line would tell by then
	got := r.hook.round("resolved", "", ended)
	t.Logf("resolved %s", got)
	if got.extra > 0 {
		t.Errorf("told again:\n%s", strings.Join(got.twice, "\n"))
	}
}
