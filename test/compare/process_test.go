package compare_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"syscall"
	"time"
)

// patience is how long something may take that should take a moment.
const patience = 30 * time.Second

// output is what a process has written so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// process is one of the two programs while it runs.
type process struct {
	cmd     *exec.Cmd
	log     *output
	ended   chan struct{} // closed when it has
	address string        // where it listens
}

// startProcess starts a program in a directory of its own, with the file
// config.yml that is there, and returns when it is ready. The zone is the local
// time of the process.
func startProcess(ctx context.Context, path, dir, zone string) (*process, error) {
	log := &output{}
	cmd := exec.CommandContext(ctx, path, "--config.file=config.yml", "--storage.path=data",
		"--web.listen-address=127.0.0.1:0", "--web.external-url=http://compare.test", "--cluster.listen-address=")
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TZ=" + zone}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, log: log, ended: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // that it has ended is all that counts
		close(p.ended)
	}()
	if err := p.becomeReady(ctx); err != nil {
		p.kill()
		return nil, fmt.Errorf("start %s: %w\n%s", path, err, log)
	}
	return p, nil
}

// listening matches what both programs say of their port.
var listening = regexp.MustCompile(`msg="Listening on" address=(\S+)`)

// becomeReady waits until the process says so.
func (p *process) becomeReady(ctx context.Context) error {
	deadline := time.After(patience)
	for {
		select {
		case <-p.ended:
			return fmt.Errorf("it ended: %s", p.cmd.ProcessState)
		case <-deadline:
			return fmt.Errorf("not ready within %s", patience)
		case <-time.After(20 * time.Millisecond):
		}
		if found := listening.FindStringSubmatch(p.log.String()); found != nil {
			p.address = found[1]
		}
		if p.address != "" && p.ready(ctx) {
			return nil
		}
	}
}

func (p *process) ready(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.address+"/-/ready", nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	_ = response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// stop asks the process to end and waits until it has.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.ended:
		return nil
	case <-time.After(patience):
		return fmt.Errorf("still runs %s after SIGTERM", patience)
	}
}

// kill ends the process at once.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended on its own
	<-p.ended
}
