package ctl

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

// alertName is the label that a name alone is the value of.
const alertName = "alertname"

// matchers reads arguments as matchers. The first may be the name of an alert alone. It
// warns of those whose meaning depends on the syntax.
func (t *tool) matchers(args []string) (alert.Matchers, error) {
	list, notices, err := t.read(args, true)
	for _, n := range notices {
		t.warn(n.String())
	}
	return list, err
}

// labels reads arguments as labels: matchers of which only = is allowed. What their
// values are is settled here, so that there is nothing to warn of.
func (t *tool) labels(args []string) (map[string]string, error) {
	list, _, err := t.read(args, true)
	if err != nil {
		return nil, err
	}
	return onlyEqual(list)
}

// pairs reads texts such as summary=text, of which none may be a name alone.
func (t *tool) pairs(texts []string) (map[string]string, error) {
	list, _, err := t.read(texts, false)
	if err != nil {
		return nil, err
	}
	return onlyEqual(list)
}

// read reads one matcher from each text.
func (t *tool) read(texts []string, nameFirst bool) (alert.Matchers, []*alert.Notice, error) {
	list := make(alert.Matchers, len(texts))
	var notices []*alert.Notice
	for i, text := range texts {
		m, notice, err := t.syntax.ParseOne(text)
		if err != nil && i == 0 && nameFirst {
			m, err = t.alertNamed(text, err)
		}
		if err != nil {
			return nil, nil, err
		}
		if notice != nil {
			notices = append(notices, notice)
		}
		list[i] = m
	}
	return list, notices, nil
}

// alertNamed takes an argument as the name of an alert. One that looks like a matcher is
// told of: it is probably a mistake.
func (t *tool) alertNamed(arg string, problem error) (*alert.Matcher, error) {
	if strings.Contains(arg, "=") || strings.Contains(arg, "!~") {
		t.warn(fmt.Sprintf("%q is taken as the name of an alert, since it is not a matcher: %s", arg, problem))
	}
	return alert.NewMatcher(alert.MatchEqual, alertName, arg)
}

func onlyEqual(list alert.Matchers) (map[string]string, error) {
	values := make(map[string]string, len(list))
	for _, m := range list {
		if m.Type != alert.MatchEqual {
			return nil, fmt.Errorf("%s: only name=value is possible here", m)
		}
		values[m.Name] = m.Value
	}
	return values, nil
}

// filter writes matchers as parameters of the API. It writes them anew, so that the
// daemon reads them as they were read here.
func filter(list alert.Matchers) []string {
	texts := make([]string, len(list))
	for i, m := range list {
		texts[i] = m.String()
	}
	return texts
}

// toAPI is a matcher as silences have it.
func toAPI(m *alert.Matcher) client.Matcher {
	return client.Matcher{
		IsEqual: m.Type == alert.MatchEqual || m.Type == alert.MatchRegexp,
		IsRegex: m.Type == alert.MatchRegexp || m.Type == alert.MatchNotRegexp,
		Name:    m.Name,
		Value:   m.Value,
	}
}

// showMatchers prints the matchers of a silence.
func showMatchers(list []client.Matcher, between string) string {
	texts := make([]string, len(list))
	for i, m := range list {
		texts[i] = (&alert.Matcher{Type: typeOf(m), Name: m.Name, Value: m.Value}).String()
	}
	return strings.Join(texts, between)
}

func typeOf(m client.Matcher) alert.MatchType {
	switch {
	case m.IsEqual && m.IsRegex:
		return alert.MatchRegexp
	case m.IsRegex:
		return alert.MatchNotRegexp
	case m.IsEqual:
		return alert.MatchEqual
	}
	return alert.MatchNotEqual
}

// showLabels prints labels sorted by name.
func showLabels(labels map[string]string) string {
	var texts []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		texts = append(texts, name+"="+strconv.Quote(labels[name]))
	}
	return strings.Join(texts, " ")
}
