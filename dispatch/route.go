package dispatch

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
)

// Route is a node of the routing tree: what matches, how it groups, how often
// it speaks. It does not change once it is built.
type Route struct {
	Matchers      alert.Matchers
	Continue      bool
	GroupWait     time.Duration
	GroupInterval time.Duration
	GroupBy       []string // sorted
	GroupByAll    bool
	Policy        *notify.Policy

	key      string // what group keys of users begin with
	id       string // the same, made unique
	children []*Route
	index    alert.Index[int] // of the children by their matchers
}

// Notice is something legal in a route that the operator should know of.
type Notice struct {
	Path   string // such as route.routes[2]
	Notice *alert.Notice
}

// Error is a problem of one route.
type Error struct {
	Path string // such as route.routes[2]
	Err  error
}

// Error gives the place and the problem.
func (e *Error) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap returns the problem.
func (e *Error) Unwrap() error { return e.Err }

// NewTree builds the tree below a root. All problems are reported together.
func NewTree(root *RouteConfig, syntax alert.Syntax) (*Route, []Notice, error) {
	if root == nil {
		return nil, nil, errors.New("no route provided")
	}
	b := builder{syntax: syntax, ids: make(map[string]int)}
	if err := root.checkRoot(); err != nil {
		b.problem("route", err)
	}
	base := &Route{
		GroupWait:     defaultGroupWait,
		GroupInterval: defaultGroupInterval,
		Policy:        &notify.Policy{RepeatInterval: defaultRepeatInterval, SendMutedResolved: true},
	}
	r := b.build("route", root, base)
	return r, b.notices, errors.Join(b.problems...)
}

// builder collects what is found on the way through a tree.
type builder struct {
	syntax   alert.Syntax
	ids      map[string]int // how many routes share a key
	notices  []Notice
	problems []error
}

func (b *builder) problem(path string, err error) {
	b.problems = append(b.problems, &Error{Path: path, Err: err})
}

func (b *builder) build(path string, c *RouteConfig, parent *Route) *Route {
	if err := c.check(b.syntax.Names()); err != nil {
		b.problem(path, err)
	}
	matchers, notices, err := alert.MatcherConfig{Match: c.Match, MatchRE: c.MatchRE, Matchers: c.Matchers}.Compile(b.syntax)
	if err != nil {
		b.problem(path, err)
	}
	for _, n := range notices {
		b.notices = append(b.notices, Notice{Path: path, Notice: n})
	}
	r := inherit(c, parent)
	r.Matchers = matchers
	r.key = matchers.String()
	if parent.key != "" {
		r.key = parent.key + "/" + r.key
	}
	r.id = b.unique(r.key)
	for i, child := range c.Routes {
		place := fmt.Sprintf("%s.routes[%d]", path, i)
		if child == nil {
			b.problem(place, errors.New("route is empty"))
			continue
		}
		node := b.build(place, child, r)
		r.index.Add(len(r.children), node.Matchers)
		r.children = append(r.children, node)
	}
	return r
}

// unique makes an id of a key. Only a route that repeats the matchers of an
// earlier one gets a number, so that adding other routes changes no id.
func (b *builder) unique(key string) string {
	n := b.ids[key]
	b.ids[key]++
	if n == 0 {
		return key
	}
	return key + "#" + strconv.Itoa(n)
}

// inherit returns the node with what it takes from its parent.
func inherit(c *RouteConfig, parent *Route) *Route {
	policy := *parent.Policy
	policy.ActiveIntervals = c.ActiveTimeIntervals
	policy.MuteIntervals = c.MuteTimeIntervals
	if c.Receiver != "" {
		policy.Receiver = c.Receiver
	}
	if c.SendMutedResolved != nil {
		policy.SendMutedResolved = *c.SendMutedResolved
	}
	if c.SendUnseenResolved != nil {
		policy.SendUnseenResolved = *c.SendUnseenResolved
	}
	if len(c.Labels) > 0 {
		policy.Labels = maps.Clone(parent.Policy.Labels)
		if policy.Labels == nil {
			policy.Labels = maps.Clone(c.Labels)
		}
		maps.Copy(policy.Labels, c.Labels)
	}
	r := &Route{
		Continue:      c.Continue,
		GroupWait:     parent.GroupWait,
		GroupInterval: parent.GroupInterval,
		GroupBy:       parent.GroupBy,
		GroupByAll:    parent.GroupByAll,
		Policy:        &policy,
	}
	if c.GroupBy != nil {
		r.GroupByAll = slices.Contains(c.GroupBy, groupByAll)
		r.GroupBy = nil
		if !r.GroupByAll {
			r.GroupBy = slices.Sorted(slices.Values(c.GroupBy))
		}
	}
	override(&r.GroupWait, c.GroupWait)
	override(&r.GroupInterval, c.GroupInterval)
	override(&policy.RepeatInterval, c.RepeatInterval)
	return r
}

func override(d *time.Duration, by *yamlx.Duration) {
	if by != nil {
		*d = time.Duration(*by)
	}
}

// Match returns the routes for a label set, in the order in which they are
// found: depth first, the deepest that match, the next sibling only after one
// that continues. The receiver itself must match; a root always does.
func (r *Route) Match(l alert.Labels) []*Route {
	return r.match(nil, l)
}

// few children are tried one by one; more are found through the index.
const few = 8

func (r *Route) match(found []*Route, l alert.Labels) []*Route {
	before := len(found)
	var room [few]int
	for _, i := range r.matching(room[:0], l) {
		child := r.children[i]
		found = child.match(found, l)
		if !child.Continue {
			break
		}
	}
	if len(found) == before {
		found = append(found, r)
	}
	return found
}

// matching appends the numbers of the children whose matchers accept the labels, in
// order. It may stop behind one that does not continue.
func (r *Route) matching(numbers []int, l alert.Labels) []int {
	if len(r.children) > few {
		for i := range r.index.Match(l) {
			numbers = append(numbers, i)
		}
		slices.Sort(numbers)
		return numbers
	}
	for i, child := range r.children {
		if child.Matchers.Match(l) {
			if numbers = append(numbers, i); !child.Continue {
				break
			}
		}
	}
	return numbers
}

// Children returns the routes directly below, in the order of the file. The slice
// must not be changed.
func (r *Route) Children() []*Route { return r.children }

// All yields the route and every route below it, parents first.
func (r *Route) All() iter.Seq[*Route] {
	return func(yield func(*Route) bool) { r.walk(yield) }
}

func (r *Route) walk(yield func(*Route) bool) bool {
	if !yield(r) {
		return false
	}
	for _, child := range r.children {
		if !child.walk(yield) {
			return false
		}
	}
	return true
}

// groupLabels is the part of an alert's labels that names its group.
func (r *Route) groupLabels(l alert.Labels) alert.Labels {
	if r.GroupByAll {
		return l
	}
	if len(r.GroupBy) == 0 {
		return alert.Labels{}
	}
	return l.Only(func(name string) bool {
		_, found := slices.BinarySearch(r.GroupBy, name)
		return found
	})
}

// group names the group of the route that has these labels.
func (r *Route) group(labels alert.Labels) notify.Group {
	text := ":" + labels.String()
	g := notify.Group{ID: r.id + text, Labels: labels, Policy: r.Policy}
	g.Key = g.ID
	if r.id != r.key {
		g.Key = r.key + text
	}
	return g
}

// sameGroups reports whether groups of the old route can go on under r.
func (r *Route) sameGroups(old *Route) bool {
	return r.id == old.id && r.Policy.Receiver == old.Policy.Receiver &&
		r.GroupByAll == old.GroupByAll && slices.Equal(r.GroupBy, old.GroupBy)
}
