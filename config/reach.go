package config

import (
	"fmt"
	"slices"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/dispatch"
)

// maxReach bounds how many pairs of routes are compared, so that a file with
// thousands of them is loaded as soon as ever. It is enough for any that people
// write by hand.
const maxReach = 200_000

// reach finds routes that no alert gets to.
type reach struct {
	*parser
	left int // how many pairs may still be compared
}

// checkReach warns of routes that no alert gets to. What is below such a route is
// not looked at: it has the same reason.
func (p *parser) checkReach() {
	r := reach{parser: p, left: maxReach}
	r.below("route", p.config.Tree, nil)
}

// below looks at the children of a route, given all that its alerts must match.
func (r *reach) below(path string, node *dispatch.Route, above alert.Matchers) {
	before := newTakers()
	for i, child := range node.Children() {
		place := fmt.Sprintf("%s.routes[%d]", path, i)
		demanded := slices.Concat(above, child.Matchers)
		if a, b := excluding(demanded); a != nil {
			r.warn(place, fmt.Sprintf("no alert gets here: none matches both %s and %s", a, b))
			continue
		}
		if taker, found := before.of(demanded, &r.left); found {
			r.warn(place, fmt.Sprintf("no alert gets here: routes[%d] before it takes them all and does not continue", taker))
			continue
		}
		r.below(place, child, demanded)
		if child.Continue {
			continue
		}
		if len(child.Matchers) == 0 {
			if i+1 < len(node.Children()) {
				r.warn(fmt.Sprintf("%s.routes[%d]", path, i+1), fmt.Sprintf(
					"no alert gets here: routes[%d] before it has no matchers and does not continue", i))
			}
			return
		}
		before.add(i, child.Matchers)
	}
}

// excluding returns two matchers that no alert passes both of, nil if none are
// known to be.
func excluding(list alert.Matchers) (a, b *alert.Matcher) {
	for i, a := range list {
		for _, b := range list[i+1:] {
			if a.Name == b.Name && (refuses(a, b) || refuses(b, a) || opposite(a, b)) {
				return a, b
			}
		}
	}
	return nil, nil
}

// refuses reports whether b never lets pass what a demands.
func refuses(a, b *alert.Matcher) bool { return a.Type == alert.MatchEqual && !b.Matches(a.Value) }

func opposite(a, b *alert.Matcher) bool {
	return a.Value == b.Value &&
		(a.Type == alert.MatchRegexp && b.Type == alert.MatchNotRegexp || a.Type == alert.MatchNotRegexp && b.Type == alert.MatchRegexp)
}

// takers are routes that do not continue, by something that an alert must match for
// them to take it.
type takers struct {
	matchers map[int]alert.Matchers // by index among their siblings
	equal    map[alert.Label][]int
	other    map[string][]int // by the name of the label
	all      []int            // that take every alert
}

func newTakers() *takers {
	return &takers{matchers: make(map[int]alert.Matchers), equal: make(map[alert.Label][]int), other: make(map[string][]int)}
}

func (t *takers) add(index int, list alert.Matchers) {
	list = slices.DeleteFunc(slices.Clone(list), idle)
	t.matchers[index] = list
	if len(list) == 0 {
		t.all = append(t.all, index)
		return
	}
	for _, m := range list {
		if m.Type == alert.MatchEqual {
			label := alert.Label{Name: m.Name, Value: m.Value}
			t.equal[label] = append(t.equal[label], index)
			return
		}
	}
	t.other[list[0].Name] = append(t.other[list[0].Name], index)
}

// idle reports whether a matcher lets everything pass.
func idle(m *alert.Matcher) bool { return m.Type == alert.MatchRegexp && m.Value == ".*" }

// of returns the first route that takes every alert which passes all that is
// demanded. It may miss one: what regular expressions have in common is not known.
func (t *takers) of(demanded alert.Matchers, left *int) (index int, found bool) {
	if *left < 0 {
		return 0, false
	}
	candidates := slices.Clone(t.all)
	for _, m := range demanded {
		if m.Type == alert.MatchEqual {
			candidates = append(candidates, t.equal[alert.Label{Name: m.Name, Value: m.Value}]...)
		}
		candidates = append(candidates, t.other[m.Name]...)
	}
	slices.Sort(candidates)
	for _, i := range slices.Compact(candidates) {
		if *left--; *left < 0 {
			return 0, false
		}
		if implied(t.matchers[i], demanded) {
			return i, true
		}
	}
	return 0, false
}

// implied reports whether every alert that passes all that is demanded is known to
// pass the list as well.
func implied(list, demanded alert.Matchers) bool {
	for _, m := range list {
		known := func(d *alert.Matcher) bool {
			return d.Same(m) || d.Name == m.Name && d.Type == alert.MatchEqual && m.Matches(d.Value)
		}
		if !slices.ContainsFunc(demanded, known) {
			return false
		}
	}
	return true
}
