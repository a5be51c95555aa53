package api

import (
	"net/http"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/jsontext"
)

// labels are those of the receiver with its name among them.
func (r Receiver) labels() alert.Labels {
	pairs := make([]alert.Label, 0, len(r.Labels)+1)
	for name, value := range r.Labels {
		pairs = append(pairs, alert.Label{Name: name, Value: value})
	}
	return alert.NewLabels(append(pairs, alert.Label{Name: "name", Value: r.Name}))
}

// getReceivers lists the configured receivers.
func (s *server) getReceivers(w http.ResponseWriter, r *http.Request) error {
	byLabels, err := s.params(r).matchers("receiver_matchers")
	if err != nil {
		return badRequest(err)
	}
	out := s.streams.open(w)
	defer s.streams.recycle(out)
	out.buf = append(out.buf, '[')
	for _, rec := range s.engine.Receivers() {
		labels := rec.labels()
		if !matches(byLabels, labels) {
			continue
		}
		b := append(appendComma(out.buf), '{')
		b = appendLabels(b, "labels", labels, jsontext.Verbatim)
		b = appendField(b, "name", rec.Name, jsontext.Verbatim)
		out.buf = append(b, '}')
	}
	out.buf = append(out.buf, ']')
	return out.end()
}
