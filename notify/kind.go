package notify

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net"
	"time"

	"github.com/go-kit/log"
	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/template"
)

// Kind is a sort of integration: its name, and how one is configured. The
// configuration of a receiver lists integrations of a kind under the key
// <name>_configs.
type Kind struct {
	Name   string
	decode func(unmarshal func(any) error) (Config, error)
}

// Decode reads one entry of a configuration. Keys that are unknown are errors
// if unmarshal is strict.
func (k Kind) Decode(unmarshal func(any) error) (Config, error) { return k.decode(unmarshal) }

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

// located is implemented by settings that name files.
type located interface{ SetDirectory(dir string) }

// Deps is what integrations may use of the world. The zero value of a field
// means the real thing or none.
type Deps struct {
	// HTTP is the http_config of entries that have none of their own.
	HTTP      *commoncfg.HTTPClientConfig
	UserAgent string
	Dial      func(ctx context.Context, network, address string) (net.Conn, error)
	Stdout    io.Writer
	Logger    log.Logger
}

// Common is embedded, with `yaml:",inline"`, in the settings of every kind.
type Common struct {
	SendResolved bool `yaml:"send_resolved"`
	// Timeout bounds one attempt; 0 means the default.
	Timeout time.Duration `yaml:"timeout"`
}

func (c Common) common() Common { return c }

// HTTPCommon is Common for integrations that speak HTTP.
type HTTPCommon struct {
	Common     `yaml:",inline"`
	HTTPConfig *commoncfg.HTTPClientConfig `yaml:"http_config,omitempty"`
}

// SetDirectory makes relative paths in http_config begin at dir.
func (c HTTPCommon) SetDirectory(dir string) { c.HTTPConfig.SetDirectory(dir) }

// settings is what embedding Common gives a struct.
type settings interface{ common() Common }

// checker is implemented by settings with rules of their own.
type checker interface{ Check() error }

// NewKind describes a kind. defaults are the settings before an entry is
// decoded over them; settings with a method Check() error are checked after it.
func NewKind[C settings](name string, defaults C, open func(C, Deps) (Sender, error)) Kind {
	return Kind{Name: name, decode: func(unmarshal func(any) error) (Config, error) {
		c := defaults
		if err := unmarshal(&c); err != nil {
			return nil, err
		}
		if timeout := c.common().Timeout; timeout < 0 {
			return nil, fmt.Errorf("timeout: %s is negative", timeout)
		}
		if checks, ok := any(c).(checker); ok {
			if err := checks.Check(); err != nil {
				return nil, err
			}
		}
		return config[C]{name: name, settings: c, open: open}, nil
	}}
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

// SetDirectory makes relative paths of files begin at dir, the folder of the
// configuration file.
func (c config[C]) SetDirectory(dir string) {
	if files, ok := any(c.settings).(located); ok {
		files.SetDirectory(dir)
	}
}

// String keeps the settings, and the secrets in them, out of whatever prints
// the value by accident.
func (c config[C]) String() string   { return c.name + " entry" }
func (c config[C]) GoString() string { return c.String() }
