package compare_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// newInAnswer knows the fields of answers that came after 0.25: the time
// intervals that mute a group, labels of routes, and labels of receivers, of
// which there is always the name. Where they say something it is a difference.
func newInAnswer(key string, value any) bool {
	switch key {
	case "mutedBy", "routeLabels":
		return isEmpty(value)
	case "labels":
		o, ok := value.(*object)
		return ok && slices.Equal(o.keys, []string{"name"})
	}
	return false
}

// compareAnswers compares answer by answer: both sides were asked the same.
func compareAnswers(slack time.Duration, as, bs []answer) []difference {
	d := &differ{slack: slack, sameShape: true, isNew: newInAnswer}
	if len(as) != len(bs) {
		d.add("number of answers", fmt.Sprint(len(as)), fmt.Sprint(len(bs)))
	}
	seen := map[string]int{}
	for i := range min(len(as), len(bs)) {
		a, b := as[i], bs[i]
		name := a.name
		if seen[name]++; seen[name] > 1 {
			name = fmt.Sprintf("%s (%d)", name, seen[name])
		}
		if a.status != b.status {
			d.add(name+" status", fmt.Sprint(a.status), fmt.Sprint(b.status))
		}
		if !strings.HasPrefix(name, "HEAD") { // there is no content that could have a type
			d.headers(name, a.header, b.header)
		}
		d.bodies(name, a, b)
	}
	return d.found
}

// headers compares those that clients look at. Whether there is a Location is
// compared as a path, for each side has its own port.
func (d *differ) headers(name string, a, b http.Header) {
	for _, key := range []string{
		"Content-Type", "Allow", "Cache-Control", "Location",
		"Access-Control-Allow-Origin", "Access-Control-Allow-Methods",
	} {
		show := func(h http.Header) string {
			values := strings.Split(strings.Join(h.Values(key), ","), ",")
			slices.Sort(values) // Alertmanager orders methods by accident
			return cmp.Or(strings.Join(values, ","), nothing)
		}
		if show(a) == nothing && show(b) == "no-store" {
			continue // since 0.28 all answers of the API say so
		}
		if show(a) != show(b) {
			d.add(name+" "+key, show(a), show(b))
		}
	}
}

func (d *differ) bodies(name string, a, b answer) {
	escaped := func(a answer) string { return fmt.Sprint(strings.Contains(a.body, `\u003c`)) }
	if escaped(a) != escaped(b) {
		d.add(name+" escapes <", escaped(a), escaped(b))
	}
	d.values(name, a.document(), b.document())
}

// document is the body without what is different in every process.
func (a answer) document() any {
	document, err := parseDocument(a.body)
	if err != nil {
		return a.body
	}
	if a.status >= http.StatusBadRequest {
		return withoutWords(document)
	}
	return normalise("", document)
}

// withoutWords keeps the form of an error: clients look at the code, and the
// words are for people. What is said of a missing or wrong field is kept, for it
// names the field.
func withoutWords(document any) any {
	switch v := document.(type) {
	case string:
		return "a text"
	case *object:
		switch v.at("code") {
		case json.Number("400"), json.Number("405"), json.Number("415"):
			v.values["message"] = "a text"
		}
	}
	return document
}

// normalise replaces versions and start times, and orders what has no order.
func normalise(key string, value any) any {
	switch v := value.(type) {
	case *object:
		for _, key := range v.keys {
			v.values[key] = normalise(key, v.values[key])
		}
	case []any:
		for i := range v {
			v[i] = normalise("", v[i])
		}
		if key == "silencedBy" {
			slices.SortFunc(v, func(a, b any) int { return strings.Compare(text(a), text(b)) })
		}
	case string:
		switch key {
		case "original", "branch", "buildDate", "buildUser", "goVersion", "revision", "version", "uptime":
			return "a text"
		}
	}
	return value
}
