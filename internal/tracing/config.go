package tracing

import (
	"errors"
	"fmt"

	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
)

// Config is the section tracing of a configuration: where spans go, and how many.
type Config struct {
	ClientType string `yaml:"client_type,omitempty"` // grpc or http
	Endpoint   string `yaml:"endpoint,omitempty"`    // host:port
	// SamplingFraction is how many of the traces that begin here are recorded;
	// beyond 0 and 1 it means none and all. A trace that somebody else began is
	// recorded if its request says so.
	SamplingFraction float64 `yaml:"sampling_fraction,omitempty"`
	// Insecure sends without TLS; TLSConfig does not matter then.
	Insecure  bool                 `yaml:"insecure,omitempty"`
	TLSConfig *commoncfg.TLSConfig `yaml:"tls_config,omitempty"`
	// Headers go with everything that is sent; of each the first value or else the
	// first secret.
	Headers     *commoncfg.Headers `yaml:"headers,omitempty"`
	Compression string             `yaml:"compression,omitempty"` // gzip or nothing
	Timeout     yamlx.Duration     `yaml:"timeout,omitempty"`     // of one export; 0: 10s
}

// Defaults are the settings before a section is decoded over them.
func Defaults() Config { return Config{ClientType: "grpc"} }

// Check returns everything that is wrong with the section as it is written.
func (c Config) Check() error {
	var problems []error
	if c.Endpoint == "" {
		problems = append(problems, errors.New("endpoint is missing"))
	}
	if c.ClientType != "grpc" && c.ClientType != "http" {
		problems = append(problems, fmt.Errorf("client_type: %q is not one of grpc, http", c.ClientType))
	}
	if c.Compression != "" && c.Compression != "gzip" {
		problems = append(problems, fmt.Errorf("compression: %q is not gzip", c.Compression))
	}
	return errors.Join(problems...)
}

// readsFiles reports whether the settings may mean something else by now though
// they read the same: certificates are files.
func (c Config) readsFiles() bool {
	return c.TLSConfig != nil && *c.TLSConfig != commoncfg.TLSConfig{}
}

// headers are those that are sent.
func (c Config) headers() (map[string]string, error) {
	if c.Headers == nil {
		return nil, nil
	}
	sent := make(map[string]string, len(c.Headers.Headers))
	for name, h := range c.Headers.Headers {
		switch {
		case len(h.Files) > 0:
			return nil, fmt.Errorf("headers: %s: files cannot be used here", name)
		case len(h.Values) > 0:
			sent[name] = h.Values[0]
		case len(h.Secrets) > 0:
			sent[name] = string(h.Secrets[0])
		}
	}
	return sent, nil
}
