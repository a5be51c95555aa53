package config

import (
	"github.com/tocsin-alerting/tocsin/internal/tracing"
	"github.com/tocsin-alerting/tocsin/internal/yamlx"
)

// tracing reads the section of that name. One that is null is as good as absent.
func (p *parser) tracing(raw *yamlx.Raw) *tracing.Config {
	if raw.Null() {
		return nil
	}
	c := tracing.Defaults()
	if p.decode("tracing", raw, &c) {
		if err := c.Check(); err != nil {
			p.problem("tracing", err)
		}
	}
	return &c
}
