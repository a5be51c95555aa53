package api

import (
	"errors"
	"fmt"
	"net/http"
	"path"
	"runtime"
	"strings"
	"time"

	"github.com/go-kit/log"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/tocsin-alerting/tocsin/alert"
)

// Options are what the API needs. Interfaces are required unless something else is said.
type Options struct {
	Alerts    Alerts
	Silences  Silences
	Engine    Engine
	Lifecycle Lifecycle
	Trials    Trials
	Explainer Explainer
	Snapshots Snapshots // nil: switched off

	Syntax alert.Syntax // of matchers in queries, and of names of labels

	Gatherer   prometheus.Gatherer   // what /metrics shows; nil: nothing
	Registerer prometheus.Registerer // where the API's own metrics go; nil: nowhere
	Logger     log.Logger            // nil: silent

	// RoutePrefix stands before every path. Slashes at its ends do not matter:
	// "" and "/" mean the root, "tocsin/" means /tocsin. It must be a clean path
	// without spaces and braces.
	RoutePrefix string
	// GetConcurrency is how many GET requests are served at once; more are
	// turned away with 503. 0 or less: the number of CPUs in use, at least 8.
	GetConcurrency int
	// Timeout cuts off every request with 503. Since that can only be said as
	// long as nothing else has been, answers are then held back in memory until
	// they are complete. 0 or less: none.
	Timeout time.Duration
	// MaxBodyBytes is how large the body of a request may be; a larger one is
	// answered with 413. Decoding costs up to about 12 times that much memory at
	// worst. 0 or less: 64 MiB, some 80,000 alerts in one request.
	MaxBodyBytes int64

	// Trace makes spans of the requests to a route of /api/v2; nil: nobody does.
	Trace func(route string, next http.Handler) http.Handler

	Version VersionInfo
	Started time.Time // when the daemon was started
}

const defaultMaxBody = 64 << 20

// server is the state that handlers share. All of it is fixed.
type server struct {
	alerts    Alerts
	silences  Silences
	engine    Engine
	lifecycle Lifecycle
	trials    Trials
	explainer Explainer
	snapshots Snapshots // nil: switched off
	syntax    alert.Syntax
	logger    log.Logger
	version   VersionInfo
	started   time.Time

	prefix  string // "" or a path without a slash at its end
	maxBody int64
	metrics *metrics
	trace   func(route string, next http.Handler) http.Handler // may be nil
	readers *bodyReaders
	streams *streams
}

// New returns the handler of every path the daemon serves. It fails if something
// required is missing or a metric is registered already. It starts nothing.
func New(o Options) (http.Handler, error) {
	if o.Alerts == nil || o.Silences == nil || o.Engine == nil || o.Lifecycle == nil || o.Trials == nil || o.Explainer == nil {
		return nil, errors.New("api: alerts, silences, engine, lifecycle, trials and explainer are required")
	}
	o = o.withDefaults()
	if p := o.RoutePrefix; p != "" && (path.Clean(p) != p || strings.ContainsAny(p, "{} \t")) {
		return nil, fmt.Errorf("api: route prefix %q is not a clean path", p)
	}
	m, err := newMetrics(o.Registerer)
	if err != nil {
		return nil, err
	}
	s := &server{
		alerts:    o.Alerts,
		silences:  o.Silences,
		engine:    o.Engine,
		lifecycle: o.Lifecycle,
		trials:    o.Trials,
		explainer: o.Explainer,
		snapshots: o.Snapshots,
		syntax:    o.Syntax,
		logger:    o.Logger,
		version:   o.Version,
		started:   o.Started,
		prefix:    o.RoutePrefix,
		maxBody:   o.MaxBodyBytes,
		metrics:   m,
		trace:     o.Trace,
		readers:   &bodyReaders{},
		streams:   &streams{},
	}
	limited := limitGets(s.routes(o.Gatherer, o.Registerer), o.GetConcurrency, m)
	return withTimeout(limited, o.Timeout), nil
}

func (o Options) withDefaults() Options {
	if o.Logger == nil {
		o.Logger = log.NewNopLogger()
	}
	if o.Gatherer == nil {
		o.Gatherer = prometheus.NewRegistry()
	}
	if o.GetConcurrency <= 0 {
		o.GetConcurrency = max(runtime.GOMAXPROCS(0), 8)
	}
	if o.MaxBodyBytes <= 0 {
		o.MaxBodyBytes = defaultMaxBody
	}
	if o.RoutePrefix = strings.Trim(o.RoutePrefix, "/"); o.RoutePrefix != "" {
		o.RoutePrefix = "/" + o.RoutePrefix
	}
	return o
}

// params are those of the query of a request.
func (s *server) params(r *http.Request) params {
	return params{Values: r.URL.Query(), syntax: s.syntax, logger: s.logger}
}
