// Command tocsin routes alerts to the people who need to know.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	_ "time/tzdata" // time intervals and templates name zones; a container may have none

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tocsin-alerting/tocsin/internal/daemon"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run is the program; it returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == exportCommand {
		return export(args[1:], stdout, stderr)
	}
	flags, done, err := parseFlags(args, stdout, stderr)
	if done {
		return 0
	}
	if err != nil {
		fmt.Fprintf(stderr, "tocsin: error: %s, try --help\n", err)
		return 1
	}
	logger := newLogger(stderr, flags.logLevel, flags.logFormat)
	o := flags.daemon
	o.Logger = logger
	o.Stdout = stdout
	o.Gatherers = prometheus.Gatherers{prometheus.DefaultGatherer} // the Go runtime, the process, outgoing connections
	_ = level.Info(logger).Log("msg", "Starting tocsin", "version", o.Version.Version, "revision", o.Version.Revision, "go", o.Version.GoVersion)
	flags.applyFeatures(logger)
	profileBlocking(os.Getenv("DEBUG"))
	o.ConfigFile = flags.findConfig(logger)

	if err := serve(o, logger); err != nil {
		_ = level.Error(logger).Log("msg", "tocsin cannot go on", "err", err)
		return 1
	}
	return 0
}

// profileBlocking lets /debug/pprof show what waits for locks and channels, if the
// setting is not empty. It costs some time.
func profileBlocking(setting string) {
	if setting != "" {
		runtime.SetBlockProfileRate(20)
		runtime.SetMutexProfileFraction(20)
	}
}

// serve runs the daemon until a signal ends it.
func serve(o daemon.Options, logger log.Logger) error {
	// Signals first: one that comes early must not end the process.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	hup := make(chan os.Signal, 1) // one pending reload stands for all that are asked for meanwhile
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	d, err := daemon.New(o)
	if err != nil {
		return err
	}
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-hup:
				_ = d.Reload(ctx) // it has logged why, if it failed
			}
		}
	}()
	if err := d.Run(ctx); err != nil {
		return err
	}
	_ = level.Info(logger).Log("msg", "See you next time")
	return nil
}
