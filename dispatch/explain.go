package dispatch

import (
	"fmt"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/notify"
)

// Step is a node of the tree on the way of a label set through it.
type Step struct {
	Route *Route
	Path  string // in the file, such as route.routes[2]
	Tests []Test // of the matchers of the node
	// Matches says that all tests succeed. It is false for a node that is skipped.
	Matches bool
	// Taken says that Match returns the node: it matches, and none below it does.
	Taken bool
	// StoppedBy is the path of an earlier sibling that matches and does not continue,
	// because of which the node is skipped; else empty.
	StoppedBy string
}

// Test is a matcher and whether it accepts the labels.
type Test struct {
	Matcher *alert.Matcher
	OK      bool
}

// Explain returns how Match comes to its result: every node that it has to look at,
// in that order, and those that it skips because of a sibling. What is below a node
// that does not match, or is skipped, is not there.
func (r *Route) Explain(l alert.Labels) []Step {
	return r.explain(nil, "route", l)
}

func (r *Route) explain(steps []Step, path string, l alert.Labels) []Step {
	own := len(steps)
	steps = append(steps, Step{Route: r, Path: path, Tests: r.tests(l), Matches: true, Taken: true})
	stopped := ""
	for i, child := range r.children {
		place := fmt.Sprintf("%s.routes[%d]", path, i)
		switch {
		case stopped != "":
			steps = append(steps, Step{Route: child, Path: place, Tests: child.tests(l), StoppedBy: stopped})
		case child.Matchers.Match(l):
			steps = child.explain(steps, place, l)
			steps[own].Taken = false
			if !child.Continue {
				stopped = place
			}
		default:
			steps = append(steps, Step{Route: child, Path: place, Tests: child.tests(l)})
		}
	}
	return steps
}

func (r *Route) tests(l alert.Labels) []Test {
	tests := make([]Test, len(r.Matchers))
	for i, m := range r.Matchers {
		tests[i] = Test{m, m.Matches(l.Get(m.Name))}
	}
	return tests
}

// Group names the group of the route that an alert with these labels belongs to.
func (r *Route) Group(l alert.Labels) notify.Group { return r.group(r.groupLabels(l)) }

// Standing is a group at the moment, as far as one alert is concerned.
type Standing struct {
	Source notify.Source
	// Member says that the alert is in the group.
	Member bool
	// NextLook is when the group is looked at next.
	NextLook time.Time
	// Busy says that it is being looked at, or is in line for that.
	Busy bool
}

// Standing returns the group of a route that an alert with these labels belongs to,
// with every alert that has been put into the store until now, and whether there is
// one. The route is one of those in force; others have no groups.
func (d *Dispatcher) Standing(r *Route, l alert.Labels) (Standing, bool) {
	d.ingest()
	d.mu.Lock()
	defer d.mu.Unlock()
	g := d.groups[groupKey{r, r.groupLabels(l)}]
	if g == nil {
		return Standing{}, false
	}
	return Standing{Source: g, Member: g.alerts.has(l.Fingerprint()), NextLook: g.next, Busy: g.queued}, true
}

// Earliest is when the first group may speak; the past if groups may speak.
func (d *Dispatcher) Earliest() time.Time { return d.startAt }
