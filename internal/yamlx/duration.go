package yamlx

import (
	"fmt"
	"time"

	"github.com/prometheus/common/model"
	"gopkg.in/yaml.v3"
)

// Duration is written as Prometheus does: 1h30m, 2d, 0. The units are y, w, d,
// h, m, s and ms, from large to small, each at most once.
type Duration time.Duration

// UnmarshalYAML reads a duration; the error says on which line.
func (d *Duration) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind != yaml.ScalarNode {
		return typeError(node, "a duration such as 5m is wanted here")
	}
	parsed, err := model.ParseDuration(node.Value)
	if err != nil {
		return typeError(node, err.Error())
	}
	*d = Duration(parsed)
	return nil
}

// MarshalYAML writes the duration with the largest units that fit.
func (d Duration) MarshalYAML() (any, error) { return d.String(), nil }

// String writes the duration with the largest units that fit.
func (d Duration) String() string { return model.Duration(d).String() }

// typeError is an error that the decoder collects, with its line, instead of
// ending at it.
func typeError(node *yaml.Node, problem string) error {
	return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %s", node.Line, problem)}}
}
