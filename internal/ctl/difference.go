package ctl

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// change is something that is not the same on two sides.
type change struct {
	Change  string   `json:"change"`            // added, removed or changed
	Name    string   `json:"name"`              // of what it is
	Details []string `json:"details,omitempty"` // of what changed
}

// The values of change.Change.
const (
	added   = "added"
	removed = "removed"
	changed = "changed"
)

// sign is how a change begins in a text.
func sign(kind string) string {
	switch kind {
	case added:
		return "+"
	case removed:
		return "-"
	}
	return "~"
}

// changesByName compares what has names.
func changesByName(before, after map[string]any) []change {
	list := []change{}
	for _, name := range slices.Sorted(maps.Keys(union(before, after))) {
		old, was := before[name]
		now, is := after[name]
		switch {
		case !was:
			list = append(list, change{Change: added, Name: name})
		case !is:
			list = append(list, change{Change: removed, Name: name})
		default:
			if details := contrasts("", old, now); len(details) > 0 {
				list = append(list, change{changed, name, details})
			}
		}
	}
	return list
}

// contrasts says for each value in which two values differ what it was and what it
// becomes, in the order of the paths.
func contrasts(path string, before, after any) []string {
	oldMap, wasMap := before.(map[string]any)
	newMap, isMap := after.(map[string]any)
	oldList, wasList := before.([]any)
	newList, isList := after.([]any)
	switch {
	case wasMap && isMap:
		return mapDifferences(path, oldMap, newMap)
	case wasList && isList && !plain(oldList) && !plain(newList):
		return listDifferences(path, oldList, newList)
	}
	was, is := inline(before), inline(after)
	switch {
	case was == is:
		return nil
	case absent(before) && long(after):
		return []string{path + ": added"}
	case absent(after) && long(before):
		return []string{path + ": removed"}
	}
	return []string{fmt.Sprintf("%s: %s → %s", path, was, is)}
}

func absent(v any) bool {
	_, none := v.(nothing)
	return none
}

// long reports whether a value is better not written on one line.
func long(v any) bool {
	list, isList := v.([]any)
	_, isMap := v.(map[string]any)
	return isMap || isList && !plain(list)
}

func mapDifferences(path string, before, after map[string]any) []string {
	var list []string
	for _, key := range slices.Sorted(maps.Keys(union(before, after))) {
		place := key
		if path != "" {
			place = path + "." + key
		}
		list = append(list, contrasts(place, orNothing(before, key), orNothing(after, key))...)
	}
	return list
}

func listDifferences(path string, before, after []any) []string {
	var list []string
	for i := range max(len(before), len(after)) {
		var old, now any = nothing{}, nothing{}
		if i < len(before) {
			old = before[i]
		}
		if i < len(after) {
			now = after[i]
		}
		list = append(list, contrasts(fmt.Sprintf("%s[%d]", path, i), old, now)...)
	}
	return list
}

// plain reports whether a list is one of texts and numbers, which is easier to read as
// a whole.
func plain(list []any) bool {
	return !slices.ContainsFunc(list, func(v any) bool {
		_, isMap := v.(map[string]any)
		_, isList := v.([]any)
		return isMap || isList
	})
}

// nothing stands for a value that is not there.
type nothing struct{}

func orNothing(m map[string]any, key string) any {
	if v, ok := m[key]; ok {
		return v
	}
	return nothing{}
}

func union(a, b map[string]any) map[string]bool {
	all := make(map[string]bool, len(a)+len(b))
	for name := range a {
		all[name] = true
	}
	for name := range b {
		all[name] = true
	}
	return all
}

// inline is a value on one line.
func inline(v any) string {
	if absent(v) {
		return "nothing"
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
