package api

import (
	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/jsontext"
)

// view is one alert as it is shown.
type view struct {
	*alert.Alert
	receivers   []string
	silencedBy  []string
	inhibitedBy []string
	mutedBy     []string
}

func (v *view) state() string {
	if len(v.silencedBy)+len(v.inhibitedBy)+len(v.mutedBy) > 0 {
		return "suppressed"
	}
	return "active"
}

func (v *view) append(b []byte) []byte { return v.appendFields(b, nil) }

// viewFields are the keys of an alert in the order in which they are shown.
func viewFields() []string {
	return []string{"annotations", "endsAt", "fingerprint", "receivers", "startsAt", "status", "updatedAt", "generatorURL", "labels"}
}

// appendFields is append with some of the fields.
func (v *view) appendFields(b []byte, f fields) []byte {
	b = append(b, '{')
	if f.has("annotations") {
		b = appendLabels(b, "annotations", v.Annotations, jsontext.ForHTML)
	}
	if f.has("endsAt") {
		b = appendTime(b, "endsAt", v.EndsAt)
	}
	if f.has("fingerprint") {
		b = appendFingerprint(appendKey(b, "fingerprint"), v.Fingerprint())
	}
	if f.has("receivers") {
		b = v.appendReceivers(b)
	}
	if f.has("startsAt") {
		b = appendTime(b, "startsAt", v.StartsAt)
	}
	if f.has("status") {
		b = v.appendStatus(appendKey(b, "status"))
	}
	if f.has("updatedAt") {
		b = appendTime(b, "updatedAt", v.UpdatedAt)
	}
	if v.GeneratorURL != "" && f.has("generatorURL") {
		b = appendField(b, "generatorURL", v.GeneratorURL, jsontext.ForHTML)
	}
	if f.has("labels") {
		b = appendLabels(b, "labels", v.Labels, jsontext.ForHTML)
	}
	return append(b, '}')
}

func (v *view) appendReceivers(b []byte) []byte {
	b = append(appendKey(b, "receivers"), '[')
	for _, name := range v.receivers {
		b = appendReceiverName(appendComma(b), name, jsontext.ForHTML)
	}
	return append(b, ']')
}

func (v *view) appendStatus(b []byte) []byte {
	b = append(b, '{')
	b = appendStrings(b, "inhibitedBy", v.inhibitedBy)
	b = appendStrings(b, "mutedBy", v.mutedBy)
	b = appendStrings(b, "silencedBy", v.silencedBy)
	b = appendField(b, "state", v.state(), jsontext.ForHTML)
	return append(b, '}')
}

func appendReceiverName(b []byte, name string, e jsontext.Escaping) []byte {
	return append(appendField(append(b, '{'), "name", name, e), '}')
}
