// Command tocsinctl looks after a tocsin daemon from the command line. Called by the
// name amtool it takes its place.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/tocsin-alerting/tocsin/internal/ctl"
)

func main() {
	// The second signal ends the process at once, as without the first line.
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(ctl.Run(ctx, ctl.System(), os.Args[1:]))
}
