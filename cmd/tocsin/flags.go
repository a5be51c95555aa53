package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kingpin/v2"
	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/prometheus/common/version"

	"github.com/tocsin-alerting/tocsin/api"
	"github.com/tocsin-alerting/tocsin/internal/daemon"
	"github.com/tocsin-alerting/tocsin/notify"
)

// flags is the command line.
type flags struct {
	configFile  string
	daemon      daemon.Options
	features    string   // as given
	enabled     []string // features, sorted
	memoryRatio float64  // of the memory there is, for Go's limit
	logLevel    string
	logFormat   string
}

// parseFlags reads the command line. done says that it asked for help or the
// version only, which have been printed.
func parseFlags(args []string, stdout, stderr io.Writer) (f *flags, done bool, err error) {
	f = &flags{}
	f.daemon.Version = api.VersionInfo{
		Branch:    version.Branch,
		BuildDate: version.BuildDate,
		BuildUser: version.BuildUser,
		GoVersion: version.GoVersion,
		Revision:  version.GetRevision(),
		Version:   cmp.Or(version.Version, "devel"),
	}
	app := kingpin.New("tocsin", "Routes alerts: receives them over HTTP, groups them, and tells receivers what is news. The way back to Alertmanager: tocsin "+exportCommand+" --help.")
	app.UsageWriter(stdout).ErrorWriter(stderr).Terminate(func(int) { done = true })
	app.HelpFlag.Short('h')
	app.Version(strings.Replace(version.Print("tocsin"), "version  (", "version "+f.daemon.Version.Version+" (", 1))

	d := definer{app: app}
	named := false
	app.Flag("config.file", "Configuration file. Without it: tocsin.yml or alertmanager.yml in the working directory, or else a built-in configuration that prints every alert.").
		IsSetByUser(&named).StringVar(&f.configFile)
	app.Flag("config.strict-templates", "Refuse a configuration with a template that fails, instead of a warning at the start and a plain text at night.").
		BoolVar(&f.daemon.StrictTemplates)
	app.Flag("config.expand-secrets", "Put environment variables and files in the place of ${env:NAME} and ${file:PATH} in secrets of the configuration.").
		BoolVar(&f.daemon.ExpandSecrets)
	app.Flag(notify.ExecFlag, "Accept a configuration with exec_configs, which run programs.").
		BoolVar(&f.daemon.EnableExec)
	d.storage(&f.daemon)
	d.web(&f.daemon)
	d.cluster(&f.daemon.Cluster)
	app.Flag("enable-feature", "Comma-separated features: "+strings.Join(featureNames(), ", ")+".").StringVar(&f.features)
	app.Flag("auto-gomemlimit.ratio", "With the feature auto-gomemlimit: which part of the memory of the container or the machine the Go runtime should keep to.").
		Default("0.9").Float64Var(&f.memoryRatio)
	app.Flag("log.level", "Only log what is at least this grave: debug, info, warn, error.").
		Default("info").StringVar(&f.logLevel)
	app.Flag("log.format", "Format of log lines: logfmt or json.").Default("logfmt").StringVar(&f.logFormat)

	if _, err = app.Parse(lastWins(app, args)); err != nil || done {
		return nil, done, err
	}
	if named && f.configFile == "" {
		return nil, false, errors.New("--config.file: must not be empty")
	}
	if err := d.check(f.daemon.Cluster); err != nil {
		return nil, false, err
	}
	return f, false, f.check()
}

// lastWins drops all but the last of flags that have one value and are given
// several times, which kingpin refuses. So a script can put its own flags behind
// those of a package.
func lastWins(app *kingpin.Application, args []string) []string {
	line, err := app.ParseContext(args)
	if err != nil || !line.EOL() {
		return args // Parse will say what is wrong
	}
	var kept []string
	seen := make(map[string]bool)
	for _, element := range slices.Backward(line.Elements) {
		clause, ok := element.Clause.(*kingpin.FlagClause)
		if !ok {
			return args
		}
		flag := clause.Model()
		several, ok := flag.Value.(interface{ IsCumulative() bool })
		if seen[flag.Name] && (!ok || !several.IsCumulative()) {
			continue
		}
		seen[flag.Name] = true
		kept = append(kept, written(flag, *element.Value))
	}
	slices.Reverse(kept)
	return kept
}

// written is a flag as it stands on a command line.
func written(flag *kingpin.FlagModel, value string) string {
	switch {
	case !flag.IsBoolFlag():
		return "--" + flag.Name + "=" + value
	case value == "false":
		return "--no-" + flag.Name
	}
	return "--" + flag.Name
}

// check returns the first thing that is wrong with the other values.
func (f *flags) check() error {
	if r := f.memoryRatio; math.IsNaN(r) || r <= 0 || r > 1 {
		return fmt.Errorf("--auto-gomemlimit.ratio: must be more than 0 and at most 1, is %g", r)
	}
	if n := f.daemon.MaxBodyBytes; n <= 0 {
		return fmt.Errorf("--web.max-request-body-bytes: must be more than 0, is %d", n)
	}
	f.logLevel, f.logFormat = strings.ToLower(f.logLevel), strings.ToLower(f.logFormat)
	switch f.logLevel {
	case "debug", "info", "warn", "error":
	default:
		return fmt.Errorf("--log.level: %q is not one of debug, info, warn, error", f.logLevel)
	}
	if f.logFormat != "logfmt" && f.logFormat != "json" {
		return fmt.Errorf("--log.format: %q is not one of logfmt, json", f.logFormat)
	}
	return f.enable()
}

// findConfig returns the file that was asked for, or the one that is there.
func (f *flags) findConfig(logger log.Logger) string {
	if f.configFile != "" {
		return f.configFile
	}
	for _, name := range []string{"tocsin.yml", "alertmanager.yml"} {
		if _, err := os.Stat(name); err == nil {
			_ = level.Info(logger).Log("msg", "Using the configuration file in the working directory", "file", name)
			return name
		}
	}
	_ = level.Info(logger).Log("msg", "No configuration file found, using the built-in configuration: every alert is printed here")
	return ""
}
