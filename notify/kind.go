package notify

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"time"

	"github.com/go-kit/log"
	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/template"
)

// Kind is a sort of integration: its name, and how one is configured. The
// configuration of a receiver lists integrations of a kind under the key
// <name>_configs.
type Kind struct {
	Name string
	// Flag is the flag of the command line without which a configuration must
	// not have entries of this kind; empty: it always may.
	Flag     string
	globals  func() any
	defaults func() any
	decode   func(unmarshal func(any) error, around Around) (Config, error)
}

// Around is what an entry can take from outside itself.
type Around struct {
	Dir    string                      // of the configuration file: relative paths begin there
	HTTP   *commoncfg.HTTPClientConfig // of the global section; nil: the defaults
	Global any                         // what Globals returned, decoded; nil: as it was returned
}

// Globals returns a pointer to what the global section may say for this kind,
// its defaults filled in, or nil if it has nothing to say. The keys are those of
// yaml struct tags.
func (k Kind) Globals() any {
	if k.globals == nil {
		return nil
	}
	return k.globals()
}

// Defaults returns what the settings of an entry are before it is decoded over
// them: a struct with yaml tags, which must not be changed.
func (k Kind) Defaults() any { return k.defaults() }

// Decode reads one entry of a configuration and fills in what it takes from
// around. Keys that are unknown are errors if unmarshal is strict.
func (k Kind) Decode(unmarshal func(any) error, around Around) (Config, error) {
	return k.decode(unmarshal, around)
}

// Config is one configured integration, checked and ready to be opened.
type Config interface {
	// SendsResolved reports whether the integration wants resolved alerts.
	SendsResolved() bool
	// AttemptTimeout bounds one attempt; 0 means the default.
	AttemptTimeout() time.Duration
	// Open prepares the integration. It fails on what cannot be seen in the
	// configuration alone, such as a missing certificate file.
	Open(d Deps) (Sender, error)
	// Texts yields the templates of the entry by the path of their key.
	Texts() iter.Seq2[string, template.Text]
	// MarshalYAML returns the entry as it is shown, secrets hidden.
	MarshalYAML() (any, error)
}

// Deps is what integrations may use of the world. The zero value of a field
// means the real thing or none.
type Deps struct {
	UserAgent string
	Dial      func(ctx context.Context, network, address string) (net.Conn, error)
	// Transport goes around what sends HTTP requests. It is called once for each
	// client.
	Transport func(http.RoundTripper) http.RoundTripper
	Stdout    io.Writer
	Logger    log.Logger
	// AllowExec says that programs may be run, as ExecFlag does.
	AllowExec bool
}

// ExecFlag is the flag of kinds that run programs.
const ExecFlag = "notify.enable-exec"

// Common is embedded, with `yaml:",inline"`, in the settings of every kind.
type Common struct {
	SendResolved bool `yaml:"send_resolved"`
	// Timeout bounds one attempt; 0 means the default.
	Timeout time.Duration `yaml:"timeout,omitempty"`
}

func (c Common) common() Common { return c }

// HTTPCommon is Common for integrations that speak HTTP.
type HTTPCommon struct {
	Common     `yaml:",inline"`
	HTTPConfig *commoncfg.HTTPClientConfig `yaml:"http_config,omitempty"`
}

// locate makes relative paths in http_config begin at dir.
func (c *HTTPCommon) locate(dir string) { c.HTTPConfig.SetDirectory(dir) }

// borrow takes the global http_config if the entry has none.
func (c *HTTPCommon) borrow(global *commoncfg.HTTPClientConfig) {
	if c.HTTPConfig == nil {
		c.HTTPConfig = global
	}
}

// settings is what embedding Common gives a struct.
type settings interface{ common() Common }

// checker is implemented by settings, of entries or global, with rules of their
// own.
type checker interface{ Check() error }

func check(settings any) error {
	if c, ok := settings.(checker); ok {
		return c.Check()
	}
	return nil
}

// locator is implemented by pointers to settings in which a relative path of a
// file, their own or a global one, begins at the folder of the configuration
// instead of the working directory.
type locator interface{ Locate(dir string) }

// speaksHTTP is what embedding HTTPCommon gives a pointer to a struct.
type speaksHTTP interface {
	locate(dir string)
	borrow(global *commoncfg.HTTPClientConfig)
}

// NewKind describes a kind. defaults are the settings before an entry is
// decoded over them; settings with a method Check() error are checked after it.
func NewKind[C settings](name string, defaults C, open func(C, Deps) (Sender, error)) Kind {
	return Kind{Name: name, defaults: func() any { return defaults }, decode: func(unmarshal func(any) error, around Around) (Config, error) {
		return decode(entry[C]{name: name, defaults: defaults, open: open}, unmarshal, around)
	}}
}

// NewKindWithGlobals is NewKind for a kind that takes settings from the global
// section. globals are the global settings before that section is decoded over
// them. inherit fills in what an entry lacks, after the entry has been checked
// on its own, and returns what is still missing; the http_config of the entry is
// nil then if it has none, and http is the global one.
func NewKindWithGlobals[C settings, G any](
	name string, defaults C, globals G,
	inherit func(c *C, g G, http *commoncfg.HTTPClientConfig) error,
	open func(C, Deps) (Sender, error),
) Kind {
	return Kind{
		Name:     name,
		globals:  func() any { g := globals; return &g },
		defaults: func() any { return defaults },
		decode: func(unmarshal func(any) error, around Around) (Config, error) {
			g, given := around.Global.(*G)
			if !given {
				g = &globals
			}
			e := entry[C]{name: name, defaults: defaults, open: open}
			e.inherit = func(c *C, http *commoncfg.HTTPClientConfig) error { return inherit(c, *g, http) }
			return decode(e, unmarshal, around)
		},
	}
}

// entry is how entries of a kind are read.
type entry[C settings] struct {
	name     string
	defaults C
	inherit  func(c *C, http *commoncfg.HTTPClientConfig) error // may be nil
	open     func(C, Deps) (Sender, error)
}

func decode[C settings](e entry[C], unmarshal func(any) error, around Around) (Config, error) {
	c := e.defaults
	if err := unmarshal(&c); err != nil {
		return nil, err
	}
	if timeout := c.common().Timeout; timeout < 0 {
		return nil, fmt.Errorf("timeout: %s is negative", timeout)
	}
	if err := check(c); err != nil {
		return nil, err
	}
	http, overHTTP := any(&c).(speaksHTTP)
	if overHTTP {
		http.locate(around.Dir)
	}
	if e.inherit != nil {
		if err := e.inherit(&c, around.HTTP); err != nil {
			return nil, err
		}
	}
	if files, ok := any(&c).(locator); ok {
		files.Locate(around.Dir)
	}
	if overHTTP {
		http.borrow(around.HTTP)
	}
	return config[C]{name: e.name, settings: c, open: e.open}, nil
}

type config[C settings] struct {
	name     string
	settings C
	open     func(C, Deps) (Sender, error)
}

func (c config[C]) SendsResolved() bool           { return c.settings.common().SendResolved }
func (c config[C]) AttemptTimeout() time.Duration { return c.settings.common().Timeout }
func (c config[C]) Open(d Deps) (Sender, error)   { return c.open(c.settings, d) }
func (c config[C]) MarshalYAML() (any, error)     { return c.settings, nil }

// String keeps the settings, and the secrets in them, out of whatever prints
// the value by accident.
func (c config[C]) String() string   { return c.name + " entry" }
func (c config[C]) GoString() string { return c.String() }
