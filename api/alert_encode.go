package api

import (
	"github.com/tocsin-alerting/tocsin/alert"
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

func (v *view) append(b []byte) []byte {
	b = append(b, '{')
	b = appendLabels(b, "annotations", v.Annotations, forHTML)
	b = appendTime(b, "endsAt", v.EndsAt)
	b = appendFingerprint(appendKey(b, "fingerprint"), v.Fingerprint())
	b = append(appendKey(b, "receivers"), '[')
	for _, name := range v.receivers {
		b = appendReceiverName(appendComma(b), name, forHTML)
	}
	b = append(b, ']')
	b = appendTime(b, "startsAt", v.StartsAt)
	b = v.appendStatus(appendKey(b, "status"))
	b = appendTime(b, "updatedAt", v.UpdatedAt)
	if v.GeneratorURL != "" {
		b = appendField(b, "generatorURL", v.GeneratorURL, forHTML)
	}
	b = appendLabels(b, "labels", v.Labels, forHTML)
	return append(b, '}')
}

func (v *view) appendStatus(b []byte) []byte {
	b = append(b, '{')
	b = appendStrings(b, "inhibitedBy", v.inhibitedBy)
	b = appendStrings(b, "mutedBy", v.mutedBy)
	b = appendStrings(b, "silencedBy", v.silencedBy)
	b = appendField(b, "state", v.state(), forHTML)
	return append(b, '}')
}

func appendReceiverName(b []byte, name string, e escaping) []byte {
	return append(appendField(append(b, '{'), "name", name, e), '}')
}
