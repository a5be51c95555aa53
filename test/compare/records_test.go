package compare_test

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// compareRecords returns what two sides of a timeline say differently.
func compareRecords(tl timeline, base time.Time, alertmanager, tocsin record) []difference {
	slack := time.Second
	if tl.slack > 0 {
		slack = time.Duration(tl.slack * float64(time.Second))
	}
	found := compareAnswers(slack, alertmanager.answers, tocsin.answers)
	for path := range merged(alertmanager.refused, tocsin.refused) {
		if a, b := alertmanager.refused[path], tocsin.refused[path]; a != b {
			found = append(found, difference{"refused " + path, fmt.Sprint(a), fmt.Sprint(b)})
		}
	}
	as, bs := streams(base, alertmanager.heard), streams(base, tocsin.heard)
	for name := range merged(as, bs) {
		found = append(found, compareStreams(name, slack, as[name], bs[name])...)
	}
	return found
}

// merged yields the keys of both maps in order.
func merged[V any](a, b map[string]V) func(func(string) bool) {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return slices.Values(slices.Sorted(maps.Keys(all)))
}
