package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/mdlayher/vsock"
)

// listen opens the ports. None stays open after an error.
func (d *Daemon) listen(ctx context.Context) ([]net.Listener, error) {
	listeners := slices.Clone(d.o.Listeners)
	if d.o.SystemdSocket {
		passed, err := systemdListeners()
		if err != nil {
			closeAll(listeners)
			return nil, err
		}
		return append(listeners, passed...), nil
	}
	for _, address := range d.o.ListenAddresses {
		l, err := listenOn(ctx, address)
		if err != nil {
			closeAll(listeners)
			return nil, fmt.Errorf("listen on %s: %w", address, err)
		}
		listeners = append(listeners, l)
	}
	if len(listeners) == 0 {
		return nil, errors.New("no address to listen on")
	}
	return listeners, nil
}

// listenOn opens one port, of the network or of the host of a virtual machine.
func listenOn(ctx context.Context, address string) (net.Listener, error) {
	hostPort, virtual := strings.CutPrefix(address, "vsock://")
	if !virtual {
		var c net.ListenConfig
		return c.Listen(ctx, "tcp", address)
	}
	_, text, err := net.SplitHostPort(hostPort)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return nil, err
	}
	l, err := vsock.Listen(uint32(port), nil)
	if err != nil {
		return nil, err // l in an interface would not be nil
	}
	return l, nil
}

// systemdListeners returns the sockets that systemd has opened.
func systemdListeners() ([]net.Listener, error) {
	passed, err := activation.Listeners()
	if err != nil {
		return nil, fmt.Errorf("sockets of systemd: %w", err)
	}
	// What is not a socket that connections come from is nil.
	passed = slices.DeleteFunc(passed, func(l net.Listener) bool { return l == nil })
	if len(passed) == 0 {
		return nil, errors.New("sockets of systemd: none was passed")
	}
	return passed, nil
}

func closeAll(listeners []net.Listener) {
	for _, l := range listeners {
		_ = l.Close() // closed already, if the server was shut down
	}
}

// external is how tocsin is reached from outside.
type external struct {
	url    string // without a slash at the end
	prefix string // of every path that is served
}

// newExternal completes what was configured with the host name and the address
// that is listened on.
func newExternal(configured, prefix string, address net.Addr) (external, error) {
	if configured == "" {
		host, err := os.Hostname()
		if err != nil {
			return external{}, fmt.Errorf("external URL: %w", err)
		}
		_, port, err := net.SplitHostPort(address.String())
		if err != nil {
			port = "9093"
		}
		configured = "http://" + net.JoinHostPort(host, port)
	}
	u, err := url.Parse(configured)
	switch {
	case err != nil:
		return external{}, fmt.Errorf("external URL: %w", err)
	case u.Scheme != "http" && u.Scheme != "https":
		return external{}, fmt.Errorf("external URL %q: unsupported scheme %q, want http or https", configured, u.Scheme)
	}
	u.Path = strings.TrimRight(u.Path, "/")
	if u.Path != "" && !strings.HasPrefix(u.Path, "/") {
		u.Path = "/" + u.Path
	}
	if prefix == "" {
		prefix = u.Path
	}
	prefix = "/" + strings.Trim(prefix, "/")
	return external{url: u.String(), prefix: prefix}, nil
}
