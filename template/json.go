package template

import (
	"fmt"
	"iter"
	"maps"
	"regexp"
	"slices"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/jsontext"
)

// Data as JSON can be had without Data: what follows appends the bytes that
// encoding/json makes of NewData(b), from the alerts themselves. For a group of many
// thousands that saves most of the time and nearly all of the memory. It comes in
// pieces, so that whoever wants it need not hold it in one: AppendJSONHead, then
// AppendJSONAlert for each alert, then AppendJSONTail.

// AppendJSONHead begins the object and, in it, the list of alerts.
func (b Batch) AppendJSONHead(text []byte) []byte {
	text = appendField(text, `{"receiver":`, regexp.QuoteMeta(b.Receiver))
	text = appendField(text, `,"status":`, b.status())
	return append(text, `,"alerts":[`...)
}

// AppendJSONAlert appends the alert with index i. It fails if a time of the alert has
// no form in JSON, as one after the year 9999 has not.
func (b Batch) AppendJSONAlert(text []byte, i int) ([]byte, error) {
	if i > 0 {
		text = append(text, ',')
	}
	a, status, end := b.Alerts[i], StatusFiring, time.Time{}
	if a.ResolvedAt(b.Now) {
		status, end = StatusResolved, a.EndsAt
	}
	text = appendField(text, `{"status":`, status)
	text = appendPairs(append(text, `,"labels":`...), a.Labels.All())
	text = appendPairs(append(text, `,"annotations":`...), a.Annotations.All())
	text, err := a.StartsAt.AppendText(append(text, `,"startsAt":"`...)) // as strict as JSON is
	if err != nil {
		return nil, fmt.Errorf("start of alert: %w", err)
	}
	text, err = end.AppendText(append(text, `","endsAt":"`...))
	if err != nil {
		return nil, fmt.Errorf("end of alert: %w", err)
	}
	text = appendField(text, `","generatorURL":`, a.GeneratorURL)
	text = appendFingerprint(append(text, `,"fingerprint":"`...), a.Fingerprint())
	return append(text, `"}`...), nil
}

// AppendJSONTail ends the list of alerts and appends what comes after it. The object
// stays open, for fields of the caller.
func (b Batch) AppendJSONTail(text []byte) []byte {
	text = appendField(text, `],"notification_reason":`, b.Reason)
	text = appendPairs(append(text, `,"groupLabels":`...), b.GroupLabels.All())
	text = appendPairs(append(text, `,"commonLabels":`...), b.common(labelsOfAlert).all())
	text = appendPairs(append(text, `,"commonAnnotations":`...), b.common(annotationsOfAlert).all())
	text = appendPairs(append(text, `,"routeLabels":`...), inOrder(b.RouteLabels))
	return appendField(text, `,"externalURL":`, b.ExternalURL)
}

// appendField appends a key with all that stands around it, and its value.
func appendField(text []byte, key, value string) []byte {
	return jsontext.AppendString(append(text, key...), value, jsontext.ForHTML)
}

// appendPairs appends an object. The pairs are sorted by name.
func appendPairs(text []byte, pairs iter.Seq2[string, string]) []byte {
	text = append(text, '{')
	first := true
	for name, value := range pairs {
		if !first {
			text = append(text, ',')
		}
		first = false
		text = append(jsontext.AppendString(text, name, jsontext.ForHTML), ':')
		text = jsontext.AppendString(text, value, jsontext.ForHTML)
	}
	return append(text, '}')
}

// appendFingerprint appends 16 hexadecimal digits.
func appendFingerprint(text []byte, f alert.Fingerprint) []byte {
	for shift := 60; shift >= 0; shift -= 4 {
		text = append(text, "0123456789abcdef"[f>>shift&0xf])
	}
	return text
}

func (ps Pairs) all() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, p := range ps {
			if !yield(p.Name, p.Value) {
				return
			}
		}
	}
}

func inOrder(kv map[string]string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, name := range slices.Sorted(maps.Keys(kv)) {
			if !yield(name, kv[name]) {
				return
			}
		}
	}
}
