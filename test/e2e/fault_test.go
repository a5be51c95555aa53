package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// faulty tells a webhook of everything but what is only there to fill the disk.
const faulty = `
route:
  {receiver: team, group_by: [alertname], group_wait: 0s, group_interval: 500ms, repeat_interval: 1h,
   routes: [{matchers: ['ballast!=""'], receiver: nobody}]}
receivers: [{name: nobody}, {name: team, webhook_configs: [{url: 'SINK'}]}]
`

// shortage is a disk with little room for tocsin.
type shortage struct {
	storage string                          // directory
	launch  func(flags ...string) *process  // starts tocsin there
	take    func(t *testing.T)              // leaves no room
	release func(t *testing.T, to *process) // gives it back
	reason  string                          // what the system says
	hook    *sink
	acked   []string // alerts
	*process
	server
}

// aSmallDisk is a real file system that a file fills.
func aSmallDisk(t *testing.T, hook *sink, dir string) *shortage {
	s := &shortage{storage: filepath.Join(smallDisk(t), "data"), hook: hook, reason: "no space left on device"}
	filler := filepath.Join(filepath.Dir(s.storage), "filler")
	s.launch = func(flags ...string) *process { return launch(t, dir, flags...) }
	s.take = func(t *testing.T) { fillDisk(t, filler) }
	s.release = func(t *testing.T, _ *process) {
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// aLimit is the limit of the system for the size of a file. Whoever exceeds it gets
// a signal that ends most programs.
func aLimit(t *testing.T, hook *sink, dir string) *shortage {
	prlimit := need(t, "prlimit", "util-linux")
	s := &shortage{storage: filepath.Join(dir, "data"), hook: hook, reason: "file too large"}
	s.launch = func(flags ...string) *process {
		path, err := program()
		if err != nil {
			t.Fatal(err)
		}
		args := append([]string{"--fsize=262144:", path, "--cluster.listen-address="}, flags...)
		return start(t, command{path: prlimit, args: args, dir: dir})
	}
	s.take = func(*testing.T) {}
	s.release = func(t *testing.T, p *process) {
		pid := fmt.Sprint(p.cmd.Process.Pid)
		if out, err := exec.CommandContext(t.Context(), prlimit, "--pid", pid, "--fsize=unlimited:").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	return s
}

// shortages are the ways in which a disk can have no room.
func shortages() map[string]func(t *testing.T, hook *sink, dir string) *shortage {
	return map[string]func(t *testing.T, hook *sink, dir string) *shortage{"small disk": aSmallDisk, "limit": aLimit}
}

// newShortage starts tocsin on such a disk.
func newShortage(t *testing.T, of func(t *testing.T, hook *sink, dir string) *shortage) *shortage {
	t.Helper()
	hook, dir := newSink(t), t.TempDir()
	write(t, dir, "tocsin.yml", strings.ReplaceAll(faulty, "SINK", hook.URL))
	s := of(t, hook, dir)
	s.runs(t, s.launch)
	return s
}

func (s *shortage) runs(t *testing.T, launch func(flags ...string) *process) {
	t.Helper()
	s.process = launch("--web.listen-address=127.0.0.1:0", "--storage.path="+s.storage, "--web.enable-admin-api")
	s.server = server{"http://" + s.address(t)}
	waitFor(t, "ready", func() bool { return ready(t, s.server) })
}

// restart starts tocsin again, without a limit.
func (s *shortage) restart(t *testing.T) {
	t.Helper()
	s.runs(t, func(flags ...string) *process { return launch(t, s.cmd.Dir, flags...) })
}

// fire reports an alert that people hear of.
func (s *shortage) fire(t *testing.T, name string) answer {
	t.Helper()
	a := s.send(t, http.MethodPost, "/api/v2/alerts", alertNow(name))
	if a.status == http.StatusOK {
		s.acked = append(s.acked, name)
	}
	return a
}

// silenceOther silences an alert that is not there.
func silenceOther(t *testing.T, of server) answer {
	t.Helper()
	return of.send(t, http.MethodPost, "/api/v2/silences", fmt.Sprintf(
		`{"matchers":[{"name":"a","value":"b","isRegex":false}],"startsAt":%q,"endsAt":%q,"createdBy":"ann","comment":"c"}`,
		time.Now().Format(time.RFC3339), time.Now().Add(time.Hour).Format(time.RFC3339)))
}

// exhaust leaves no room and reports large alerts until one is refused. It returns
// the refusal.
func (s *shortage) exhaust(t *testing.T) answer {
	t.Helper()
	s.take(t)
	ballast := strings.Repeat("0123456789abcdef", 4096)
	for i := range 1000 {
		name := fmt.Sprint("Ballast", i)
		body, err := json.Marshal([]map[string]any{{
			"labels":      map[string]string{"alertname": name, "ballast": "yes"},
			"annotations": map[string]string{"text": ballast},
		}})
		if err != nil {
			t.Fatal(err)
		}
		a := s.send(t, http.MethodPost, "/api/v2/alerts", string(body))
		if a.status != http.StatusOK {
			return a
		}
		s.acked = append(s.acked, name)
	}
	t.Fatal("there is no end of room")
	return answer{}
}

// checkAcked wants every alert that was acknowledged to be there.
func (s *shortage) checkAcked(t *testing.T) {
	t.Helper()
	names := s.alertNames(t)
	for _, name := range s.acked {
		if !slices.Contains(names, name) {
			t.Errorf("%s was acknowledged and is gone", name)
		}
	}
}

// alertNames returns the names of all alerts, sorted.
func (s server) alertNames(t *testing.T) (names []string) {
	t.Helper()
	var found []struct{ Labels map[string]string }
	s.getJSON(t, "/api/v2/alerts", &found)
	for _, a := range found {
		names = append(names, a.Labels["alertname"])
	}
	slices.Sort(names)
	return names
}

// groupsTold returns the alerts of which a receiver was told, in the order of that.
func groupsTold(hook *sink) (names []string) {
	for _, d := range hook.deliveries() {
		labels, _ := d.body["groupLabels"].(map[string]any)
		names = append(names, fmt.Sprint(labels["alertname"]))
	}
	return names
}
