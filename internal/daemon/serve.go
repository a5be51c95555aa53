package daemon

import (
	"context"
	"errors"
	"fmt"
	stdlog "log" //nolint:depguard // http.Server wants one
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/prometheus/exporter-toolkit/web"
	"golang.org/x/sync/errgroup"
)

// checkWebConfig reads the file and the certificates it names.
func checkWebConfig(file string) error {
	if err := web.Validate(file); err != nil {
		return fmt.Errorf("web configuration file %s: %w", file, err)
	}
	return nil
}

// newServer returns a server for one listener. One server could have them all,
// but web.Serve wraps the handler of its server, and would do so once for each.
func (d *Daemon) newServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: time.Minute,
		IdleTimeout:       5 * time.Minute,
		ErrorLog:          d.httpErrors(),
	}
}

// serve answers requests from one listener until the server is shut down. It
// begins with a line that says where it listens: web.Serve writes it.
func (d *Daemon) serve(server *http.Server, l net.Listener) error {
	flags := &web.FlagConfig{WebConfigFile: &d.o.WebConfigFile}
	err := web.Serve(l, server, flags, slog.New(slogHandler{to: d.logger}))
	if !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve on %s: %w", l.Addr(), err)
	}
	return nil
}

// stopServing stops taking requests, and waits for those that are being
// answered until ctx is done.
func (d *Daemon) stopServing(ctx context.Context, servers []*http.Server) {
	var closing errgroup.Group
	for _, server := range servers {
		closing.Go(func() error {
			err := server.Shutdown(ctx)
			if err != nil {
				_ = server.Close() // that some were cut off is in the other error
			}
			return err
		})
	}
	if err := closing.Wait(); err != nil {
		_ = level.Warn(d.logger).Log("msg", "Requests were cut off", "err", err)
	}
}

// httpErrors takes what net/http has to complain of, such as a client that breaks
// off.
func (d *Daemon) httpErrors() *stdlog.Logger {
	return stdlog.New(log.NewStdlibAdapter(level.Debug(d.logger), log.MessageKey("err")), "", 0)
}
