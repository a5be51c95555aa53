package main

import (
	"fmt"
	"io"

	"github.com/alecthomas/kingpin/v2"

	"github.com/tocsin-alerting/tocsin/internal/daemon"
)

// exportCommand is the first word of a command line that asks for an export. It is
// no command of the daemon's parser, whose flags need none.
const exportCommand = "export-alertmanager"

// export writes the files with which Alertmanager takes over; it returns the exit
// code.
func export(args []string, stdout, stderr io.Writer) int {
	e, done, err := parseExport(args, stdout, stderr)
	if done {
		return 0
	}
	if err != nil {
		fmt.Fprintf(stderr, "tocsin %s: error: %s, try --help\n", exportCommand, err)
		return 1
	}
	e.Logger = newLogger(stderr, "info", "logfmt")
	written, err := e.Run()
	if err != nil {
		fmt.Fprintf(stderr, "tocsin %s: error: %s\n", exportCommand, err)
		return 1
	}
	fmt.Fprintf(stdout, "Wrote to %[3]s: silences %[1]d, notifications %[2]d\n", written.Silences, written.Notifications, e.Output)
	return 0
}

// parseExport reads the command line behind the word. done says that it asked for
// help only.
func parseExport(args []string, stdout, stderr io.Writer) (e daemon.Export, done bool, err error) {
	app := kingpin.New("tocsin "+exportCommand, "Writes silences, and what was told, as the files of Alertmanager, so that it can take over and tells nothing twice.")
	app.UsageWriter(stdout).ErrorWriter(stderr).Terminate(func(int) { done = true })
	app.HelpFlag.Short('h')
	app.Flag("storage.path", "Storage directory of a tocsin that does not run, or a copy of one.").
		Default("data/").StringVar(&e.StoragePath)
	app.Flag("output", "Directory to write the files silences and nflog to.").Required().StringVar(&e.Output)
	app.Flag("force", "Replace files that are there.").BoolVar(&e.Force)
	_, err = app.Parse(args)
	return e, done, err
}
