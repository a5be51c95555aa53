package config

import (
	"errors"
	"fmt"

	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
)

// Tracing says where spans go. It is read and checked and has no effect yet.
type Tracing struct {
	ClientType       string               `yaml:"client_type,omitempty"` // grpc or http
	Endpoint         string               `yaml:"endpoint,omitempty"`
	SamplingFraction float64              `yaml:"sampling_fraction,omitempty"`
	Insecure         bool                 `yaml:"insecure,omitempty"`
	TLSConfig        *commoncfg.TLSConfig `yaml:"tls_config,omitempty"`
	Headers          *commoncfg.Headers   `yaml:"headers,omitempty"`
	Compression      string               `yaml:"compression,omitempty"` // gzip or nothing
	Timeout          yamlx.Duration       `yaml:"timeout,omitempty"`
}

func (t Tracing) check() error {
	var problems []error
	if t.Endpoint == "" {
		problems = append(problems, errors.New("endpoint is missing"))
	}
	if t.ClientType != "grpc" && t.ClientType != "http" {
		problems = append(problems, fmt.Errorf("client_type: %q is not one of grpc, http", t.ClientType))
	}
	if t.Compression != "" && t.Compression != "gzip" {
		problems = append(problems, fmt.Errorf("compression: %q is not gzip", t.Compression))
	}
	return errors.Join(problems...)
}

// tracing reads the section of that name. One that is null is as good as absent.
func (p *parser) tracing(raw *yamlx.Raw) *Tracing {
	if raw.Null() {
		return nil
	}
	t := &Tracing{ClientType: "grpc"}
	if p.decode("tracing", raw, t) {
		if err := t.check(); err != nil {
			p.problem("tracing", err)
		}
		p.warn("tracing", "tracing has no effect yet in this version")
	}
	return t
}
