package daemon

import (
	"context"
	"errors"
	"fmt"
	stdlog "log" //nolint:depguard // http.Server wants one
	"net"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
)

// listen opens the ports. None stays open after an error.
func (d *Daemon) listen(ctx context.Context) ([]net.Listener, error) {
	listeners := slices.Clone(d.o.Listeners)
	var listenConfig net.ListenConfig
	for _, address := range d.o.ListenAddresses {
		l, err := listenConfig.Listen(ctx, "tcp", address)
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

func closeAll(listeners []net.Listener) {
	for _, l := range listeners {
		_ = l.Close() // closed already, if the server was shut down
	}
}

// httpErrors takes what net/http has to complain of, such as a client that breaks
// off.
func (d *Daemon) httpErrors() *stdlog.Logger {
	return stdlog.New(log.NewStdlibAdapter(level.Debug(d.logger), log.MessageKey("err")), "", 0)
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
