package api

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/alert"
)

// params are the parameters of a query.
type params struct {
	url.Values
	syntax alert.Syntax
	logger log.Logger
}

// last returns the value that was given last, "" if there is none.
func (p params) last(name string) string {
	values := p.Values[name]
	if len(values) == 0 {
		return ""
	}
	return values[len(values)-1]
}

// on reads a switch that is on unless it is turned off. No text is an error:
// what does not mean yes means no.
func (p params) on(name string) bool {
	switch strings.ToLower(p.last(name)) {
	case "", "true", "1", "yes", "ok", "y", "on", "selected", "checked", "t", "enabled":
		return true
	}
	return false
}

// matchers reads a parameter that holds one matcher each time it is given.
func (p params) matchers(name string) (alert.Matchers, error) {
	var ms alert.Matchers
	for _, text := range p.Values[name] {
		m, notice, err := p.syntax.ParseOne(text)
		if err != nil {
			return nil, err
		}
		if notice != nil {
			_ = level.Warn(p.logger).Log("msg", "matcher means different things to the two parsers", "matcher", text, "notice", notice)
		}
		ms = append(ms, m)
	}
	return ms, nil
}

// receiver reads the regular expression for names of receivers. It is nil if
// none is given.
func (p params) receiver() (*regexp.Regexp, error) {
	text := p.last("receiver")
	if text == "" {
		return nil, nil
	}
	re, err := regexp.Compile("^(?:" + text + ")$")
	if err != nil {
		return nil, fmt.Errorf("failed to parse receiver param: %w", err)
	}
	return re, nil
}

// selection is what the parameters of the two lists of alerts choose.
type selection struct {
	active, silenced, inhibited bool
	filter                      alert.Matchers
	receiver                    *regexp.Regexp  // nil: all
	receivers                   map[string]bool // by their labels; nil: all
}

// selection reads the parameters that the two lists of alerts share.
func (p params) selection(configured func() []Receiver) (*selection, error) {
	sel := &selection{active: p.on("active"), silenced: p.on("silenced"), inhibited: p.on("inhibited")}
	var err error
	if sel.filter, err = p.matchers("filter"); err != nil {
		return nil, badRequest(err)
	}
	if sel.receiver, err = p.receiver(); err != nil {
		return nil, badRequest(err)
	}
	byLabels, err := p.matchers("receiver_matchers")
	if err != nil {
		return nil, badRequest(fmt.Errorf("failed to parse receiver_matchers param: %w", err))
	}
	if len(byLabels) > 0 {
		sel.receivers = namesOf(configured(), byLabels)
	}
	return sel, nil
}

// namesOf returns the names of the receivers whose labels pass.
func namesOf(receivers []Receiver, ms alert.Matchers) map[string]bool {
	names := make(map[string]bool)
	for _, rec := range receivers {
		if matches(ms, rec.labels()) {
			names[rec.Name] = true
		}
	}
	return names
}

// matches is Match, but an empty value asks whether the label is there.
func matches(ms alert.Matchers, l alert.Labels) bool {
	for _, m := range ms {
		value, present := l.Lookup(m.Name)
		if m.Value == "" {
			wantAbsent := m.Type == alert.MatchEqual || m.Type == alert.MatchRegexp
			if present == wantAbsent {
				return false
			}
			continue
		}
		if !m.Matches(value) {
			return false
		}
	}
	return true
}

// told reports whether one of the receivers of an alert is chosen by its name,
// and one by its labels.
func (sel *selection) told(names []string) bool {
	byName := sel.receiver == nil || slices.ContainsFunc(names, sel.receiver.MatchString)
	byLabels := sel.receivers == nil || slices.ContainsFunc(names, func(n string) bool { return sel.receivers[n] })
	return byName && byLabels
}

// shows reports whether alerts in the state of v are asked for.
func (sel *selection) shows(v *view) bool {
	silenced, inhibited := len(v.silencedBy) > 0, len(v.inhibitedBy) > 0
	switch {
	case silenced && !sel.silenced, inhibited && !sel.inhibited:
		return false
	}
	return sel.active || silenced || inhibited
}
