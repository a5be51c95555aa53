package inhibit

import (
	"errors"
	"fmt"
	"slices"

	"github.com/tocsin-alerting/tocsin/alert"
)

// RuleConfig is one entry of inhibit_rules. Everything is optional; the
// matchers of one side, however they are given, must all match.
type RuleConfig struct {
	// Name is for people; several rules may have the same.
	Name string `yaml:"name,omitempty"`

	// The maps are deprecated. Their keys are classic label names in every
	// syntax. A pattern that is null is a mistake, hence the pointers.
	SourceMatch    map[string]string  `yaml:"source_match,omitempty"`
	SourceMatchRE  map[string]*string `yaml:"source_match_re,omitempty"`
	SourceMatchers []string           `yaml:"source_matchers,omitempty"`

	TargetMatch    map[string]string  `yaml:"target_match,omitempty"`
	TargetMatchRE  map[string]*string `yaml:"target_match_re,omitempty"`
	TargetMatchers []string           `yaml:"target_matchers,omitempty"`

	// Equal are labels that must have the same values on both sides.
	Equal []string `yaml:"equal,omitempty"`
}

// Rule is an entry of inhibit_rules in working order.
type Rule struct {
	Name           string
	Source, Target alert.Matchers
	Equal          []string
}

// Rule reads the matchers in the given syntax. The error tells everything that
// is wrong, each with its field. The notices are for the log.
func (c RuleConfig) Rule(syntax alert.Syntax) (Rule, []*alert.Notice, error) {
	source, sourceNotices, sourceErr := alert.MatcherConfig{
		Prefix: "source_", Match: c.SourceMatch, MatchRE: c.SourceMatchRE, Matchers: c.SourceMatchers,
	}.Compile(syntax)
	target, targetNotices, targetErr := alert.MatcherConfig{
		Prefix: "target_", Match: c.TargetMatch, MatchRE: c.TargetMatchRE, Matchers: c.TargetMatchers,
	}.Compile(syntax)
	notices := slices.Concat(sourceNotices, targetNotices)
	if err := errors.Join(sourceErr, targetErr, c.checkEqual(syntax.Names())); err != nil {
		return Rule{}, notices, err
	}
	return Rule{Name: c.Name, Source: source, Target: target, Equal: c.Equal}, notices, nil
}

func (c RuleConfig) checkEqual(names alert.Names) error {
	var problems []error
	for i, name := range c.Equal {
		if !names.Valid(name) {
			problems = append(problems, fmt.Errorf("equal[%d]: invalid label name %q", i, name))
		}
	}
	return errors.Join(problems...)
}
