package template

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// reasonUnknown is what route labels see, as they are rendered before anyone
// knows whether and why a notification will be sent.
const reasonUnknown = "unknown"

var errLabelCycle = errors.New("refers to itself")

// RouteLabels renders the labels of a route over d, which it does not change.
// A label can use others with the function routeLabels; .RouteLabels has the
// texts as written. A label that fails, for instance because it refers to
// itself, is left out, and its error is in the list, which is sorted by name.
func (s *Set) RouteLabels(labels map[string]Text, d *Data) (map[string]string, []error) {
	rendered := make(map[string]string, len(labels))
	if len(labels) == 0 {
		return rendered, nil
	}
	b, err := s.takeBench()
	if err != nil {
		return rendered, []error{err}
	}
	defer s.putBench(b)

	r := &labelRun{bench: b, data: rawLabels(labels, d), texts: labels, done: make(map[string]labelResult, len(labels))}
	b.labels = r.label
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		value, err := r.label(name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		rendered[name] = value
	}
	return rendered, errs
}

func rawLabels(labels map[string]Text, d *Data) *Data {
	var data Data
	if d != nil {
		data = *d
	}
	data.NotificationReason = reasonUnknown
	data.RouteLabels = make(KV, len(labels))
	for name, text := range labels {
		data.RouteLabels[name] = string(text)
	}
	return &data
}

// labelRun renders each label of a route at most once.
type labelRun struct {
	bench *workbench
	data  *Data
	texts map[string]Text
	done  map[string]labelResult
	path  []string // the labels being rendered, outermost first
}

type labelResult struct {
	value string
	err   error
}

// label is a labelLookup. Rendering calls it again for the labels that a text
// refers to.
func (r *labelRun) label(name string) (string, error) {
	text, known := r.texts[name]
	if !known {
		return "", nil
	}
	if result, ok := r.done[name]; ok {
		return result.value, result.err
	}
	if slices.Contains(r.path, name) {
		return "", fmt.Errorf("route label %q %w: %s", name, errLabelCycle, strings.Join(append(r.path, name), " -> "))
	}
	r.path = append(r.path, name)
	value, err := r.bench.render(text, r.data)
	r.path = r.path[:len(r.path)-1]
	if err != nil {
		err = fmt.Errorf("route label %q: %w", name, err)
	}
	r.done[name] = labelResult{value, err}
	return value, err
}
