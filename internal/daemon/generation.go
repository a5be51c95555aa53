package daemon

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/config"
	"github.com/tocsin-alerting/tocsin/dispatch"
	"github.com/tocsin-alerting/tocsin/inhibit"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// generation is everything that one configuration determines.
type generation struct {
	config       *config.Config
	text         string // the configuration as it is shown
	inputs       string // what it was made from, hashed
	templates    *template.Set
	inhibitor    *inhibit.Inhibitor
	pipeline     *notify.Pipeline
	used         []notify.Receiver // by a route
	integrations int               // of those
}

// close ends a generation that no group uses any more. Sends that run may end
// until ctx is done.
func (g *generation) close(ctx context.Context) {
	g.pipeline.Close(ctx)
	g.inhibitor.Close()
}

// generate builds a generation. Nothing that runs is touched.
func (d *Daemon) generate(c *config.Config) (*generation, error) {
	templates, err := template.New(c.Templates)
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	if problems := c.CheckTemplates(templates); len(problems) > 0 {
		if d.o.StrictTemplates {
			return nil, fmt.Errorf("templates that fail:\n%w", problems)
		}
		for _, err := range problems {
			_ = level.Warn(d.logger).Log("msg", "Template fails with a stock notification; it will be replaced or left out", "err", err)
		}
	}
	inputs, err := hashInputs(c)
	if err != nil {
		return nil, err
	}
	g := &generation{config: c, text: c.String(), inputs: inputs, templates: templates}
	if g.used, err = d.receivers(c); err != nil {
		return nil, err
	}
	for _, r := range g.used {
		g.integrations += len(r.Integrations)
	}
	g.inhibitor = inhibit.New(c.Rules, d.alerts)
	g.pipeline = notify.New(notify.Options{
		Receivers:   g.used,
		Intervals:   c.Intervals,
		Inhibitions: g.inhibitor,
		Silences:    d.silences,
		Cluster:     d.replicas.turns(),
		Templates:   templates,
		ExternalURL: d.external.url,
		Log:         d.log,
		Metrics:     d.notified,
		Observer:    d.events.notifications(),
		Tracer:      d.tracing,
		Logger:      log.With(d.logger, "component", "notify"),
	})
	return g, nil
}

// membersChanged has what waits for other replicas look again whose turn it is.
func (d *Daemon) membersChanged() { d.current.Load().pipeline.MembersChanged() }

// hashInputs identifies everything that a generation is made from: the file, and
// the templates and secrets that it names. Secrets under keys that end with _file,
// and certificates, are read again when they are used.
func hashInputs(c *config.Config) (string, error) {
	sum := sha256.New()
	_, _ = fmt.Fprintf(sum, "%s\x00%s", c.Source, c.Secrets) // a hash does not fail
	for _, glob := range c.Templates {
		files, err := filepath.Glob(glob)
		if err != nil {
			return "", fmt.Errorf("templates: %s: %w", glob, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				return "", fmt.Errorf("templates: %w", err)
			}
			_, _ = fmt.Fprintf(sum, "\x00%s\x00%d\x00%s", file, len(text), text)
		}
	}
	return string(sum.Sum(nil)), nil
}

// deps is what integrations may use of the world.
func (d *Daemon) deps() notify.Deps {
	return notify.Deps{
		UserAgent: userAgent(d.o.Version.Version),
		Dial:      d.o.Dial,
		Transport: d.tracing.Transport,
		Stdout:    d.o.Stdout,
		Logger:    d.logger,
		AllowExec: d.o.EnableExec,
	}
}

// receivers opens the integrations of all receivers that a route names.
func (d *Daemon) receivers(c *config.Config) ([]notify.Receiver, error) {
	deps := d.deps()
	used := c.Used()
	var receivers []notify.Receiver
	for _, rc := range c.Receivers {
		if !used[rc.Name] {
			_ = level.Info(d.logger).Log("msg", "Receiver is not used by any route", "receiver", rc.Name)
			continue
		}
		r := notify.Receiver{Name: rc.Name}
		for _, ic := range rc.Integrations {
			sender, err := ic.Config.Open(deps)
			if err != nil {
				return nil, fmt.Errorf("receiver %q: %s_configs[%d]: %w", rc.Name, ic.Kind, ic.Index, err)
			}
			r.Integrations = append(r.Integrations, &notify.Integration{
				Receiver:     rc.Name,
				Kind:         ic.Kind,
				Index:        ic.Index,
				SendResolved: ic.Config.SendsResolved(),
				Timeout:      ic.Config.AttemptTimeout(),
				Sender:       sender,
			})
		}
		receivers = append(receivers, r)
	}
	return receivers, nil
}

// userAgent begins with the name that webhook consumers know.
func userAgent(version string) string {
	return "Alertmanager/0.34.0 (tocsin/" + version + ")"
}

// build reads the configuration and makes the first generation.
func (d *Daemon) build() error {
	c, err := d.readConfig()
	if err != nil {
		return err
	}
	g, err := d.generate(c)
	if err != nil {
		return err
	}
	if err := d.tracing.Apply(c.Tracing); err != nil {
		return err
	}
	startAt := time.Time{}
	if d.o.StartDelay > 0 {
		startAt = d.started.Add(d.o.StartDelay)
	}
	d.dispatcher = dispatch.New(dispatch.Options{
		Alerts:     d.alerts,
		Root:       c.Tree,
		Notifier:   g.pipeline,
		StartAt:    startAt,
		Timers:     d.storage.timers,
		Before:     d.storage.due,
		Registerer: d.registry,
		Logger:     log.With(d.logger, "component", "dispatcher"),
		Traces:     d.tracing,

		GroupKeysInMetrics: d.o.Metrics.GroupKeys,
		Observer:           d.events.groups(),
	})
	d.install(g)
	return nil
}

// Reload reads the configuration again and puts it in force. Everything that can
// fail fails before anything that runs is touched. Reloads take turns.
func (d *Daemon) Reload(ctx context.Context) error {
	d.reloading.Lock()
	defer d.reloading.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	switch {
	case d.current.Load() == nil:
		return errors.New("still starting")
	case d.stopping:
		return errors.New("shutting down")
	}
	useKeys, err := d.replicas.readKeys(d.o.Cluster.EncryptionKeyFile)
	if err == nil {
		err = d.reload()
	}
	if err == nil {
		err = useKeys()
	}
	if err != nil {
		d.metrics.reloaded.Set(0)
		_ = level.Error(d.logger).Log("msg", "Loading configuration failed, the old one stays in force", "err", err)
		return err
	}
	return nil
}

func (d *Daemon) reload() error {
	c, err := d.readConfig()
	if err != nil {
		return err
	}
	next, err := d.generate(c)
	if err != nil {
		return err
	}
	if err := d.tracing.Apply(c.Tracing); err != nil {
		next.close(d.patience)
		return err
	}
	d.events.reload(c.EventRecorder)
	old := d.current.Load()
	if next.inputs == old.inputs {
		// Nothing that runs is touched, not even by a replacement that is equal.
		next.close(d.patience)
		d.metrics.installed(old)
		_ = level.Info(d.logger).Log("msg", "Configuration is as it was")
		return nil
	}
	d.dispatcher.Swap(c.Tree, next.pipeline)
	d.install(next)
	// What the old receivers are sending may end in its own time.
	d.replaced.Go(func() { old.close(d.patience) })
	return nil
}

// install makes a generation the current one.
func (d *Daemon) install(g *generation) {
	for _, warning := range g.config.Warnings {
		_ = level.Warn(d.logger).Log("msg", "Configuration", "err", warning)
	}
	d.notified.PrepareReceivers(g.used)
	d.current.Store(g)
	d.metrics.installed(g)
	file := d.o.ConfigFile
	if file == "" {
		file = "built in"
	}
	_ = level.Info(d.logger).Log("msg", "Configuration in force", "file", file, "receivers", len(g.used), "integrations", g.integrations)
}
