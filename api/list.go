package api

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// How much of a list is shown at once, and how much of what is counted.
const (
	defaultLimit = 100
	maxLimit     = 10_000
	maxCounts    = 5    // of one request
	maxValues    = 1000 // of one count
)

// list is what the parameters of the two lists of /api/tocsin/v1 ask for.
type list struct {
	selection
	state  string // empty: any
	order  order
	after  *position // nil: from the beginning
	limit  int
	fields fields
	counts []string
}

// kind is what the two lists have each for itself.
type kind struct {
	parameters []string // besides those of all lists
	fields     []string // of one element, in the order in which they are shown
	countable  []string // besides labels
}

// states are what state may ask for.
func states() []string { return []string{"active", "inhibited", "silenced", "suppressed"} }

// list reads the parameters. What is not known is an error: otherwise a mistake in
// a filter would show everything.
func (p params) list(k kind) (*list, error) {
	l := &list{selection: selection{active: true, silenced: true, inhibited: true}, limit: defaultLimit}
	err := p.known(append([]string{"filter", "receiver", "state", "limit", "cursor", "fields", "count"}, k.parameters...))
	for _, read := range []func() error{
		func() (err error) { l.filter, err = p.matchers("filter"); return err },
		func() (err error) { l.receiver, err = p.receiver(); return err },
		func() error { return p.state(l) },
		func() error { return p.limit(l) },
		func() (err error) { l.order, err = orderOf(p.last("sort")); return err },
		func() (err error) { l.after, err = parsePosition(p.last("cursor"), l.order); return err },
		func() (err error) { l.fields, err = p.fields(k.fields); return err },
		func() (err error) { l.counts, err = p.counts(k.countable); return err },
	} {
		if err == nil {
			err = read()
		}
	}
	if err != nil {
		return nil, badRequest(err)
	}
	return l, nil
}

func (p params) known(names []string) error {
	for _, name := range slices.Sorted(maps.Keys(p.Values)) {
		if !slices.Contains(names, name) {
			slices.Sort(names)
			return fmt.Errorf("%s: there is no such parameter, only %s", short(name), strings.Join(names, ", "))
		}
	}
	return nil
}

func (p params) state(l *list) error {
	if l.state = p.last("state"); l.state != "" && !slices.Contains(states(), l.state) {
		return fmt.Errorf("state: %q is not one of %s", short(l.state), strings.Join(states(), ", "))
	}
	return nil
}

func (p params) limit(l *list) error {
	text := p.last("limit")
	if text == "" {
		return nil
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil || n > maxLimit {
		return fmt.Errorf("limit: %q is not a number from 0 to %d", short(text), maxLimit)
	}
	l.limit = int(n)
	return nil
}

// fields are the keys of an element that are shown; nil: all.
type fields map[string]bool

func (f fields) has(name string) bool { return f == nil || f[name] }

func (p params) fields(known []string) (fields, error) {
	text := strings.Join(p.Values["fields"], ",")
	if text == "" {
		return nil, nil
	}
	f := make(fields)
	for name := range strings.SplitSeq(text, ",") {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("fields: %q is not one of %s", short(name), strings.Join(known, ", "))
		}
		f[name] = true
	}
	return f, nil
}

// counts reads by what is counted, each once.
func (p params) counts(known []string) ([]string, error) {
	asked := slices.Compact(slices.Sorted(slices.Values(p.Values["count"])))
	if len(asked) > maxCounts {
		return nil, fmt.Errorf("count: there are %d, and %d are the most", len(asked), maxCounts)
	}
	for _, by := range asked {
		if _, label := labelIn(by); !label && !slices.Contains(known, by) {
			return nil, fmt.Errorf("count: %q is not one of %s, labels.NAME", short(by), strings.Join(known, ", "))
		}
	}
	return asked, nil
}

// labelIn returns the label that labels.NAME names.
func labelIn(text string) (name string, ok bool) {
	name, ok = strings.CutPrefix(text, "labels.")
	return name, ok && name != ""
}

var errCursor = errors.New("cursor: it is not one that this list has given")

// page is the part of a list that is shown. It holds little more than that, however
// long the list is.
type page[T any] struct {
	compare func(a, b T) int
	limit   int
	items   []T
	total   int // of the list
}

// add counts an element, and takes it in if it comes after what was shown before.
func (p *page[T]) add(x T, after bool) {
	p.total++
	if !after || p.limit == 0 {
		return
	}
	if p.items = append(p.items, x); len(p.items) >= 2*p.limit+1024 {
		p.cut()
	}
}

// cut leaves what is shown, and one more if there is more.
func (p *page[T]) cut() {
	slices.SortFunc(p.items, p.compare)
	if len(p.items) > p.limit+1 {
		clear(p.items[p.limit+1:])
		p.items = p.items[:p.limit+1]
	}
}

// shown returns what is shown, in order, and whether there is more.
func (p *page[T]) shown() (items []T, more bool) {
	p.cut()
	n := min(len(p.items), p.limit)
	return p.items[:n], len(p.items) > n
}
