package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/version"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/api"
	"github.com/tocsin-alerting/tocsin/internal/daemon"
)

// flags is the command line.
type flags struct {
	configFile string
	daemon     daemon.Options
	features   string
	logLevel   string
	logFormat  string
}

// duration is a flag value that knows days and weeks beside what Go knows.
type duration struct{ to *time.Duration }

func (d duration) Set(text string) error {
	parsed, err := time.ParseDuration(text)
	if err != nil {
		days, dayErr := model.ParseDuration(text)
		if dayErr != nil {
			return dayErr
		}
		parsed = time.Duration(days)
	}
	*d.to = parsed
	return nil
}

func (d duration) String() string { return d.to.String() }

// parseFlags reads the command line. done says that it asked for help or the
// version only, which have been printed.
func parseFlags(args []string, stdout, stderr io.Writer) (f *flags, done bool, err error) {
	f = &flags{}
	o := &f.daemon
	o.Version = api.VersionInfo{
		Branch:    version.Branch,
		BuildDate: version.BuildDate,
		BuildUser: version.BuildUser,
		GoVersion: version.GoVersion,
		Revision:  version.GetRevision(),
		Version:   releaseVersion(),
	}
	app := kingpin.New("tocsin", "Routes alerts: receives them over HTTP, groups them, and tells receivers what is news.")
	app.UsageWriter(stdout).ErrorWriter(stderr).Terminate(func(int) { done = true })
	app.HelpFlag.Short('h')
	app.Version(strings.Replace(version.Print("tocsin"), "version  (", "version "+o.Version.Version+" (", 1))

	app.Flag("config.file", "Configuration file. Without it: tocsin.yml or alertmanager.yml in the working directory, or else a built-in configuration that prints every alert.").
		StringVar(&f.configFile)
	app.Flag("storage.path", "Directory for what has to survive a restart.").
		Default("data/").StringVar(&o.StoragePath)
	durationVar := func(name, help, defaults string, to *time.Duration) {
		app.Flag(name, help).Default(defaults).SetValue(duration{to})
	}
	durationVar("data.retention", "How long to keep expired silences and what was told.", "120h", &o.Retention)
	durationVar("data.maintenance-interval", "How often to drop what has passed its retention.", "15m", &o.MaintenanceInterval)
	app.Flag("silences.max-silences", "How many silences there may be, expired ones included; 0: any number.").
		Default("0").IntVar(&o.MaxSilences)
	app.Flag("silences.max-silence-size-bytes", "How large one silence may be; 0: any size.").
		Default("0").IntVar(&o.MaxSilenceBytes)
	app.Flag("log.silences", "Log every silence that is created, updated or expired.").BoolVar(&o.LogSilences)
	durationVar("alerts.gc-interval", "How often to forget resolved alerts.", "30m", &o.AlertsGCInterval)
	durationVar("dispatch.start-delay", "How long after the start the first group may speak, so that senders have time to repeat what fires.", "0s", &o.StartDelay)

	app.Flag("web.listen-address", "Address to listen on, host:port. May be given several times.").
		Default(":9093").StringsVar(&o.ListenAddresses)
	app.Flag("web.external-url", "URL under which tocsin is reached from outside, for links in notifications.").
		StringVar(&o.ExternalURL)
	app.Flag("web.route-prefix", "Path before all paths that are served. Default: the path of the external URL.").
		StringVar(&o.RoutePrefix)
	app.Flag("web.get-concurrency", "How many GET requests are served at once; 0: the number of processors, but at least 8.").
		Default("0").IntVar(&o.GetConcurrency)
	durationVar("web.timeout", "How long a request may take; 0: any time.", "0s", &o.WebTimeout)

	app.Flag("enable-feature", "Comma-separated features: classic-mode, utf8-strict-mode.").StringVar(&f.features)
	app.Flag("log.level", "Only log what is at least this grave: debug, info, warn, error.").
		Default("info").StringVar(&f.logLevel)
	app.Flag("log.format", "Format of log lines: logfmt or json.").Default("logfmt").StringVar(&f.logFormat)

	if _, err = app.Parse(args); err != nil || done {
		return nil, done, err
	}
	return f, false, f.check()
}

// releaseVersion is the version of the build, or of the module where it was
// built without one.
func releaseVersion() string {
	if version.Version != "" {
		return version.Version
	}
	return "devel"
}

// check returns the first thing that is wrong with the values.
func (f *flags) check() error {
	for name, d := range map[string]time.Duration{
		"data.retention":            f.daemon.Retention,
		"data.maintenance-interval": f.daemon.MaintenanceInterval,
		"alerts.gc-interval":        f.daemon.AlertsGCInterval,
	} {
		if d <= 0 {
			return fmt.Errorf("--%s: must be more than 0, is %s", name, d)
		}
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

// enable switches features on.
func (f *flags) enable() error {
	for feature := range strings.SplitSeq(f.features, ",") {
		var syntax alert.Syntax
		switch feature = strings.TrimSpace(feature); feature {
		case "":
			continue
		case "classic-mode":
			syntax = alert.SyntaxClassic
		case "utf8-strict-mode":
			syntax = alert.SyntaxUTF8
		default:
			return fmt.Errorf("--enable-feature: unknown feature %q", feature)
		}
		if f.daemon.Syntax != alert.SyntaxFallback && f.daemon.Syntax != syntax {
			return errors.New("--enable-feature: classic-mode and utf8-strict-mode exclude each other")
		}
		f.daemon.Syntax = syntax
	}
	return nil
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
