package yamlx

import (
	"errors"
	"time"

	"github.com/prometheus/common/model"
)

// Duration is written as Prometheus does: 1h30m, 2d, 0. The units are y, w, d,
// h, m, s and ms, from large to small, each at most once.
type Duration time.Duration

// UnmarshalYAML reads a duration.
func (d *Duration) UnmarshalYAML(unmarshal func(any) error) error {
	var text string
	if err := unmarshal(&text); err != nil {
		return err
	}
	parsed, err := model.ParseDuration(text)
	if err != nil {
		return errors.New("want a duration such as 30s, 5m or 1h30m")
	}
	*d = Duration(parsed)
	return nil
}

// MarshalYAML writes the duration with the largest units that fit.
func (d Duration) MarshalYAML() (any, error) { return d.String(), nil }

// String writes the duration with the largest units that fit.
func (d Duration) String() string { return model.Duration(d).String() }
