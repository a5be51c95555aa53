package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/explain"
)

// Question asks what happens to an alert.
type Question struct {
	// Labels are those of the alert, which need not exist. They are empty if a
	// fingerprint is given.
	Labels      alert.Labels
	Fingerprint alert.Fingerprint
	// At is the time for which silences and time intervals are looked at; zero: now.
	At time.Time
}

// ErrNoAlert says that there is no alert with a fingerprint.
var ErrNoAlert = errors.New("no such alert: it is over and forgotten, or there never was one")

// Explainer is what the API needs to explain what happens to an alert.
type Explainer interface {
	// Explain answers a question; the answer is the caller's. It changes nothing. An
	// error that wraps ErrNoAlert is the client's.
	Explain(ctx context.Context, q Question) (*explain.Answer, error)
}

// maxLabels is how many labels an alert that is asked for may have.
const maxLabels = 1000

// routeExplain routes the explanation of an alert.
func (s *server) routeExplain(mux *http.ServeMux) {
	const path = "/api/tocsin/v1/explain"
	e := endpoints{http.MethodGet: s.getExplain}
	mux.Handle(s.prefix+path, s.metrics.timed(path, s.traced(path, caught(s.v2(e), s.logger))))
}

// getExplain says what happens to an alert, and why.
func (s *server) getExplain(w http.ResponseWriter, r *http.Request) error {
	q, err := s.params(r).question()
	if err != nil {
		return badRequest(err)
	}
	answer, err := s.explainer.Explain(r.Context(), q)
	switch {
	case errors.Is(err, ErrNoAlert):
		return textProblem(http.StatusNotFound, err.Error())
	case err != nil:
		return err
	}
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	if err := e.Encode(answer); err != nil {
		return fmt.Errorf("write the explanation: %w", err)
	}
	w.Header().Set("Content-Type", mediaJSON)
	if _, err := w.Write(body.Bytes()); err != nil {
		return errAborted
	}
	return nil
}

// question reads what is asked for.
func (p params) question() (Question, error) {
	var q Question
	var err error
	if text := p.last("at"); text != "" {
		if q.At, err = time.Parse(time.RFC3339, text); err != nil {
			return q, fmt.Errorf("at: %q is not a time such as 2006-01-02T15:04:05Z", short(text))
		}
	}
	given := p.last("fingerprint")
	switch labels := p.Values["label"]; {
	case given != "" && len(labels) > 0:
		return q, errors.New("label and fingerprint exclude each other")
	case given != "":
		id, err := strconv.ParseUint(given, 16, 64)
		if err != nil || len(given) != len(q.Fingerprint.String()) {
			return q, fmt.Errorf("fingerprint: %q is not one such as a8622ef97516fa6c", short(given))
		}
		q.Fingerprint = alert.Fingerprint(id)
		return q, nil
	case len(labels) == 0:
		return q, errors.New("label or fingerprint is required")
	case len(labels) > maxLabels:
		return q, fmt.Errorf("label: there are %d, and %d are the most", len(labels), maxLabels)
	}
	q.Labels, err = p.labels("label")
	return q, err
}

// labels reads a parameter that holds one label each time it is given, as a matcher
// with =.
func (p params) labels(name string) (alert.Labels, error) {
	list, err := p.matchers(name)
	if err != nil {
		return alert.Labels{}, err
	}
	values := make(map[string]string, len(list))
	for _, m := range list {
		if m.Type != alert.MatchEqual {
			return alert.Labels{}, fmt.Errorf("%s: %s: only name=value is possible", name, short(m.String()))
		}
		if _, twice := values[m.Name]; twice {
			return alert.Labels{}, fmt.Errorf("%s: %q is there twice", name, short(m.Name))
		}
		values[m.Name] = m.Value
	}
	imagined := alert.Alert{Labels: withoutEmpty(alert.LabelsFromMap(values)), StartsAt: time.Now()}
	if err := imagined.Validate(p.syntax.Names()); err != nil {
		return alert.Labels{}, fmt.Errorf("%s: %w", name, err)
	}
	return imagined.Labels, nil
}
