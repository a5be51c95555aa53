package timeinterval

import (
	"errors"
	"time"
)

// Named is one entry of the configuration: a name for several intervals.
type Named struct {
	Name      string     `yaml:"name"`
	Intervals []Interval `yaml:"time_intervals"`
}

// UnmarshalYAML reads the entry and demands a name. An interval that is null is
// one without fields.
func (n *Named) UnmarshalYAML(unmarshal func(any) error) error {
	// The decoder leaves out an item that is null, unless it is a pointer.
	var text struct {
		Name      string      `yaml:"name"`
		Intervals []*Interval `yaml:"time_intervals"`
	}
	if err := unmarshal(&text); err != nil {
		return err
	}
	if text.Name == "" {
		return errors.New("time interval without a name")
	}
	*n = Named{Name: text.Name}
	for _, i := range text.Intervals {
		if i == nil {
			i = &Interval{}
		}
		n.Intervals = append(n.Intervals, *i)
	}
	return nil
}

// Set finds intervals by name.
type Set map[string][]Interval

// Containing returns those of the names that contain t, in the order given; a
// name is repeated for each of its intervals that does. A name that is not in
// the set contains nothing.
func (s Set) Containing(names []string, t time.Time) (matching []string) {
	for _, name := range names {
		for _, i := range s[name] {
			if i.Contains(t) {
				matching = append(matching, name)
			}
		}
	}
	return matching
}
