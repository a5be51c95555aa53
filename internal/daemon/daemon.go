// Package daemon joins everything.
//
//	clients ──HTTP──▶ api ──Put──▶ store.Alerts ──Watch──┬──▶ dispatch.Dispatcher
//	                   │                                 │      routes, groups, timers
//	                   │                                 │             │ Notify
//	                   │                                 │             ▼
//	                   │            inhibit.Inhibitor ◀──┘      notify.Pipeline ──▶ receivers
//	                   │                    ▲                    │     │
//	                   └──Set──▶ silence.Silences ◀── MutedBy ───┘     ▼
//	                                                               notify.Log
//
// What stands below the dispatcher depends on the configuration and is built
// anew for each: a generation. Everything else lives as long as the process.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/api"
	"github.com/tocsin-alerting/tocsin/config"
	"github.com/tocsin-alerting/tocsin/dispatch"
	"github.com/tocsin-alerting/tocsin/internal/tracing"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/all"
	"github.com/tocsin-alerting/tocsin/silence"
	"github.com/tocsin-alerting/tocsin/store"
	"github.com/tocsin-alerting/tocsin/store/disk"
	"github.com/tocsin-alerting/tocsin/template"
)

// Options is what a daemon is told from outside. Zero values mean the defaults
// of the command line where nothing else is said.
type Options struct {
	ConfigFile string // empty: the built-in configuration
	// StrictTemplates makes a template that fails an error in the configuration.
	StrictTemplates bool
	// ExpandSecrets puts environment variables and files in the place of references
	// to them in the configuration.
	ExpandSecrets bool
	// EnableExec allows a configuration with programs to run.
	EnableExec bool
	Syntax     alert.Syntax

	StoragePath         string // empty: nothing is stored
	StorageFS           vfs.FS // nil: that of the system
	StorageSync         string // always, interval or off; empty: always
	Retention           time.Duration
	MaintenanceInterval time.Duration
	AlertsGCInterval    time.Duration
	StartDelay          time.Duration // until the first group may speak
	MaxSilences         int
	MaxSilenceBytes     int
	LogSilences         bool

	// AlertsPerNameLimit is how many alerts of one name there may be; 0 or
	// less: any number.
	AlertsPerNameLimit int

	ListenAddresses []string // host:port or vsock://:port
	SystemdSocket   bool     // use the sockets that systemd passes instead
	// Listeners are used in addition; the daemon closes them.
	Listeners      []net.Listener
	WebConfigFile  string // TLS, users and headers; empty: plain HTTP
	ExternalURL    string // empty: made from the host name and the first port
	RoutePrefix    string // empty: the path of ExternalURL
	GetConcurrency int
	WebTimeout     time.Duration
	MaxBodyBytes   int64 // of a request; 0: 64 MiB
	// EnableAdminAPI lets clients make snapshots.
	EnableAdminAPI bool

	// EventRecorder makes the section of that name have an effect.
	EventRecorder bool

	Cluster ClusterOptions
	Metrics MetricsOptions

	Version  api.VersionInfo
	Logger   log.Logger
	Registry *prometheus.Registry // nil: a new one
	// Gatherers are shown on /metrics beside the registry.
	Gatherers prometheus.Gatherers
	Stdout    io.Writer // where the integration log prints; nil: standard output
	// Dial makes the connections of integrations and of tracing; nil: the network.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Daemon is the whole program but its flags.
type Daemon struct {
	o        Options
	logger   log.Logger
	registry *prometheus.Registry
	metrics  metrics
	notified *notify.Metrics
	started  time.Time

	storage    storage
	alerts     *store.Alerts
	silences   *silence.Silences
	log        *notify.Log
	dispatcher *dispatch.Dispatcher
	tracing    *tracing.Tracing
	events     *events
	replicas   *replicas // nil: it is alone
	external   external

	// reloading is held while a generation is replaced. After stopping none is.
	reloading sync.Mutex
	stopping  bool
	current   atomic.Pointer[generation]
	ready     atomic.Bool

	// Generations that were replaced may still be sending. forsake cuts that off.
	replaced sync.WaitGroup
	patience context.Context
	forsake  context.CancelFunc
}

// New checks the options, reads the configuration and the storage directory,
// and starts nothing.
func New(o Options) (*Daemon, error) {
	d := &Daemon{o: o, logger: o.Logger, registry: o.Registry, started: time.Now()}
	if d.logger == nil {
		d.logger = log.NewNopLogger()
	}
	if d.registry == nil {
		d.registry = prometheus.NewRegistry()
	}
	d.patience, d.forsake = context.WithCancel(context.Background())
	d.tracing = newTracing(o)
	d.events = newEvents(o, d.registry, d.logger, func() int { return d.replicas.position() })
	if o.StoragePath != "" {
		if err := disk.CheckDir(d.storageFS(), o.StoragePath); err != nil {
			return nil, err
		}
	}
	d.notified = notify.NewMetrics(d.registry, o.Metrics.Receivers)
	d.notified.Prepare(all.Kinds())
	d.metrics = newMetrics(d.registry, o.Version)

	// A mistake in the configuration should be seen before a port is opened.
	c, err := d.readConfig()
	if err != nil {
		return nil, err
	}
	if _, err := template.New(c.Templates); err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	if err := checkWebConfig(o.WebConfigFile); err != nil {
		return nil, err
	}
	if d.replicas, err = newReplicas(d); err != nil {
		return nil, err
	}
	d.metrics.clustered(d.replicas != nil)
	d.replicas.countPropagated(d.registry)
	return d, nil
}

// grace is how long sends that run may go on after the daemon was told to stop,
// and drain how long requests may.
const (
	grace = 5 * time.Second
	drain = 5 * time.Second
)

// Run serves until ctx is done and returns when everything it started has
// ended. An error means that it could not start or go on.
func (d *Daemon) Run(ctx context.Context) (err error) {
	// Ports first: a port in use should be the first thing one hears of, and
	// links to tocsin need the number of the port.
	listeners, err := d.listen(ctx)
	if err != nil {
		return err
	}
	defer closeAll(listeners)
	if d.external, err = newExternal(d.o.ExternalURL, d.o.RoutePrefix, listeners[0].Addr()); err != nil {
		return err
	}

	// Last of all, since it may wait for a service that is gone.
	defer d.events.end()

	// What was stored, before anybody can ask for it or add to it.
	if err := d.migrate(); err != nil {
		return err
	}
	if d.storage, err = d.openStorage(d.registry); err != nil {
		return err
	}
	writing, stopWriting := context.WithCancel(context.WithoutCancel(ctx))
	var written errgroup.Group
	defer func() { err = errors.Join(err, written.Wait()) }()
	defer stopWriting()
	d.remember()
	d.replicas.share(d)
	if err := d.load(); err != nil {
		return errors.Join(err, d.storage.close())
	}
	written.Go(func() error { return d.storage.run(writing) })

	// The first generation, with everything in it that can fail. Spans are made
	// until nothing runs.
	defer d.tracing.Close()
	if err := d.build(); err != nil {
		return err
	}

	// From here on it runs.
	handler, err := d.handler()
	if err != nil {
		return err
	}
	d.events.begin(d.current.Load().config.EventRecorder)
	running, ctx := errgroup.WithContext(ctx)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	together, leave := context.WithCancel(context.WithoutCancel(ctx))
	defer leave()
	running.Go(func() error { return d.replicas.run(together, d.membersChanged) })
	background, end := context.WithCancel(context.WithoutCancel(ctx))
	var behind errgroup.Group
	for _, part := range []func(context.Context) error{d.alerts.Run, d.silences.Run, d.log.Run, d.beat, d.dispatcher.Run} {
		behind.Go(func() error { return part(background) })
	}
	d.ready.Store(true)
	servers := make([]*http.Server, len(listeners))
	for i, l := range listeners {
		servers[i] = d.newServer(handler)
		running.Go(func() error { return d.serve(servers[i], l) })
	}
	running.Go(func() error {
		<-ctx.Done()
		// The others should know what was told before they tell it themselves.
		defer leave()
		return d.shutdown(servers, end, &behind)
	})
	return running.Wait()
}

// remember makes the memory over what is stored.
func (d *Daemon) remember() {
	storms := storms{free: debug.FreeOSMemory}
	d.alerts = store.NewAlerts(store.Options{
		Journal:      d.storage.alerts,
		Held:         d.held,
		Retention:    d.o.Retention,
		GCInterval:   d.o.AlertsGCInterval,
		PerNameLimit: d.o.AlertsPerNameLimit,
		Created:      d.events.created(),
		Forgot:       storms.over,
		News:         d.replicas.news(d.o.Cluster.ReplicateAlerts),
		Logger:       log.With(d.logger, "component", "alerts"),
		Metrics:      store.NewMetrics(d.registry, d.o.Metrics.AlertNames),
	})
	d.silences = silence.New(silence.Options{
		Table:       d.storage.silences,
		Retention:   d.o.Retention,
		Interval:    d.o.MaintenanceInterval,
		MaxSilences: d.o.MaxSilences,
		MaxBytes:    d.o.MaxSilenceBytes,
		Names:       d.o.Syntax.Names(),
		Logger:      log.With(d.logger, "component", "silences"),
		LogChanges:  d.o.LogSilences,
		Changed:     d.replicas.changed(d, d.events.changed()),
		Registerer:  d.registry,
	})
	d.log = notify.NewLog(notify.LogOptions{
		Table:     d.storage.log,
		Retention: d.o.Retention,
		Interval:  d.o.MaintenanceInterval,
		Metrics:   d.notified,
		Self:      d.replicas.name(),
		Told:      d.replicas.told(),
	})
}

// shutdown ends everything, in an order that loses nothing.
func (d *Daemon) shutdown(servers []*http.Server, end context.CancelFunc, behind *errgroup.Group) error {
	_ = level.Info(d.logger).Log("msg", "Shutting down")
	// Not ready: load balancers and clients go elsewhere.
	d.ready.Store(false)
	// Requests that are being answered are answered: an alert that is on the
	// way in is acknowledged or refused, but not left in doubt.
	ctx, cancel := context.WithTimeout(context.Background(), drain)
	defer cancel()
	d.stopServing(ctx, servers)
	// No reload, or it would start what nobody ends.
	d.reloading.Lock()
	d.stopping = true
	d.reloading.Unlock()
	// No group speaks any more.
	end()
	err := behind.Wait()
	// Sends that run may end, so that what was told is also recorded.
	ctx, cancel = context.WithTimeout(context.Background(), grace)
	defer cancel()
	d.current.Load().close(ctx)
	stop := context.AfterFunc(ctx, d.forsake)
	defer stop()
	d.replaced.Wait()
	return err
}

// handler is the API over the parts of the daemon.
func (d *Daemon) handler() (http.Handler, error) {
	gatherers := append(prometheus.Gatherers{d.registry}, d.o.Gatherers...)
	return api.New(api.Options{
		Alerts:         tracedAlerts{alerts{d.alerts}, d.tracing},
		Silences:       silences{d.silences},
		Engine:         engine{d},
		Lifecycle:      lifecycle{d},
		Trials:         newTrials(d),
		Explainer:      explainer{d},
		Snapshots:      snapshotsOf(d),
		Syntax:         d.o.Syntax,
		Gatherer:       gatherers,
		Registerer:     d.registry,
		Logger:         log.With(d.logger, "component", "api"),
		RoutePrefix:    d.external.prefix,
		GetConcurrency: d.o.GetConcurrency,
		Timeout:        d.o.WebTimeout,
		MaxBodyBytes:   d.o.MaxBodyBytes,
		Trace:          d.tracing.Handler,
		Version:        d.o.Version,
		Started:        d.started,
	})
}

func (d *Daemon) readConfig() (*config.Config, error) {
	o := config.Options{Kinds: all.Kinds(), Syntax: d.o.Syntax, Retention: d.o.Retention, Flags: kindFlags(d.o), ExpandSecrets: d.o.ExpandSecrets}
	if d.o.ConfigFile == "" {
		return config.Parse(config.Default, o)
	}
	return config.Load(d.o.ConfigFile, o)
}
