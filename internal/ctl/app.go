package ctl

import (
	"cmp"
	"context"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/go-kit/log"
	"github.com/prometheus/common/version"

	"github.com/tocsin-alerting/tocsin/alert"
)

const (
	ownName = "tocsinctl"
	oldName = "amtool"
)

// runner is a command whose flags have been read.
type runner func(ctx context.Context) error

// tool is one run of the program: what it was told, and what commands work with.
type tool struct {
	World
	name string // ownName or oldName
	app  *kingpin.Application
	// defined are the application and its commands, for defaults of flags.
	defined []flagGroup
	runs    map[string]runner // by the full name of the command
	// lasting are commands that go on until they are ended: --timeout is for each of
	// their requests. lasts says that the present one is one of them.
	lasting map[string]bool
	lasts   bool

	address      address
	addressGiven bool // on the command line and not in a file
	output       string
	dateFormat   string
	timeout      time.Duration
	httpConfig   string
	versionCheck bool
	features     string
	verbose      bool

	syntax alert.Syntax
	logger log.Logger
}

// flagGroup is what has flags.
type flagGroup interface {
	GetFlag(name string) *kingpin.FlagClause
}

// parent is what has commands.
type parent interface {
	Command(name, help string) *kingpin.CmdClause
}

// summary says in a few words what the program is for.
const summary = "look at alerts, silences and routes of tocsin or Alertmanager, and change them"

const about = `Looks at alerts, silences, routes and the state of tocsin or Alertmanager, and changes them.

Defaults for flags are read from .config/tocsinctl/config.yml and .config/amtool/config.yml in the home directory, then from /etc/tocsinctl/config.yml and /etc/amtool/config.yml: YAML with the long name of a flag and its value on each line, such as

  alertmanager.url: http://localhost:9093
  author: ann
  output: extended

The first file that has a name counts, and the command line counts more than all of them.`

func newTool(w World) *tool {
	t := &tool{World: w, name: ownName, runs: make(map[string]runner), lasting: make(map[string]bool), logger: log.NewNopLogger()}
	if w.Name == oldName {
		t.name = oldName
	}
	t.app = kingpin.New(t.name, about)
	t.app.UsageWriter(w.Out).ErrorWriter(w.Err)
	t.app.HelpFlag.Short('h')
	t.app.Version(strings.Replace(version.Print(t.name), "version  (", "version "+ownVersion()+" (", 1))
	t.defined = append(t.defined, t.app)
	t.defineFlags()
	for _, define := range commands() {
		define(t)
	}
	return t
}

// commands are the commands in the order in which help lists them.
func commands() []func(*tool) {
	return []func(*tool){
		alertCommands,
		silenceCommands,
		checkConfigCommand,
		explainCommand,
		clusterCommands,
		configCommands,
		templateCommands,
		routesCommands,
		receiverCommands,
		snapshotCommand,
		topCommand,
		completionCommand,
	}
}

func ownVersion() string { return cmp.Or(version.Version, "devel") }

func (t *tool) defineFlags() {
	app := t.app
	app.Flag("alertmanager.url", "Address of the daemon, with its path prefix. What is missing of http://localhost:9093 is filled in.").
		PlaceHolder("URL").IsSetByUser(&t.addressGiven).SetValue(&t.address)
	app.Flag("output", "How to print: simple, extended or json.").Short('o').
		Default(simple).SetValue(choice{"--output", &t.output, []string{simple, extended, asJSON}})
	app.Flag("date.format", "How to print times, as Go writes a layout.").
		Default("2006-01-02 15:04:05 MST").StringVar(&t.dateFormat)
	app.Flag("timeout", "How long a command may take.").
		Default("30s").SetValue(duration{flag: "timeout", to: &t.timeout, positive: true})
	app.Flag("http.config.file", "File with TLS settings and credentials, as http_config of a receiver has them.").
		PlaceHolder("FILE").StringVar(&t.httpConfig)
	app.Flag("version-check", "Warn if the daemon is of another version. Use --no-version-check to disable.").
		Default("true").BoolVar(&t.versionCheck)
	app.Flag("enable-feature", "Comma-separated features of the daemon: "+strings.Join(featureNames(), ", ")+". classic-mode and utf8-strict-mode say how matchers are read.").
		StringVar(&t.features)
	app.Flag("verbose", "Log to standard error what is done.").Short('v').BoolVar(&t.verbose)
}

// group adds a command that has commands itself.
func (t *tool) group(p parent, name, help string) *kingpin.CmdClause {
	c := p.Command(name, help)
	t.defined = append(t.defined, c)
	return c
}

// command adds a command that does something.
func (t *tool) command(p parent, name, help string, run runner) *kingpin.CmdClause {
	c := t.group(p, name, help)
	t.runs[c.FullCommand()] = run
	return c
}

// settle is done with the flags of all commands.
func (t *tool) settle() error {
	if t.verbose {
		t.logger = log.NewLogfmtLogger(log.NewSyncWriter(t.Err))
	}
	return t.enable()
}
