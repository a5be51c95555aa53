package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"github.com/tocsin-alerting/tocsin/test/bench/proc"
)

// process is a subject while it runs.
type process struct {
	cmd    *exec.Cmd
	url    string        // http://host:port
	ended  chan struct{} // closed when it has
	client *http.Client
	// connections is how many requests are under way at once.
	connections int
}

// poll is the pause between two looks at something that is awaited.
const poll = 2 * time.Millisecond

// startProcess starts a subject in a directory that holds config.yml, and returns
// when it is ready. It ends with ctx at the latest.
func startProcess(ctx context.Context, s subject, dir string, flags []string) (*process, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	args := slices.Concat(s.args, []string{
		"--config.file=config.yml", "--storage.path=data", "--cluster.listen-address=",
		"--web.listen-address=" + address,
	}, flags)
	cmd := exec.CommandContext(ctx, s.path, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = dir, s.env, log, log, dieWithParent()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, url: "http://" + address, ended: make(chan struct{}), client: newClient(), connections: connections}
	go func() {
		_ = cmd.Wait() // that it has ended is all that counts
		close(p.ended)
	}()
	if err := p.becomeReady(ctx); err != nil {
		p.kill()
		return nil, fmt.Errorf("start %s: %w\n%s", s.name, err, tail(log.Name()))
	}
	return p, nil
}

// freeAddress returns an address that nobody listens on. Somebody else may take it
// before it is used; then the start fails and says so.
func freeAddress(ctx context.Context) (string, error) {
	var c net.ListenConfig
	l, err := c.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// tail returns the end of a file, for an error.
func tail(path string) string {
	text, _ := os.ReadFile(path) // what is missing is not shown
	return string(text[max(0, len(text)-2000):])
}

func (p *process) becomeReady(ctx context.Context) error {
	pace := time.NewTicker(poll)
	defer pace.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.ended:
			return fmt.Errorf("it ended: %s", p.cmd.ProcessState)
		case <-pace.C:
		}
		if _, err := get(ctx, p.client, p.url+"/-/ready"); err == nil {
			return nil
		}
	}
}

// kill ends the process at once, if it still runs, and waits until it has ended.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended on its own
	<-p.ended
	p.client.CloseIdleConnections()
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// quietFor is how long a process must do nothing to have come to rest.
const quietFor = 300 * time.Millisecond

// rest waits until the process has nothing more to do, or half a minute, and returns
// the processor time that it has used since its start.
func (p *process) rest(ctx context.Context) (time.Duration, error) {
	pace := time.NewTicker(quietFor)
	defer pace.Stop()
	last, err := proc.CPU(p.pid())
	for range int(30 * time.Second / quietFor) {
		if err != nil {
			return 0, err
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-p.ended:
			return 0, errors.New("the process has ended")
		case <-pace.C:
		}
		before := last
		if last, err = proc.CPU(p.pid()); err == nil && last-before <= quietFor/30 {
			break
		}
	}
	return last, err
}
