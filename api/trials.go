package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"slices"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// Trial asks for a receiver to be tried out.
type Trial struct {
	Receiver    string
	Send        bool         // otherwise say what would be sent, and send nothing
	Integration string       // such as slack[0]; empty: all
	Alerts      []TrialAlert // that are told; none: one that says that it is a test
}

// TrialAlert is what an alert of a trial has besides what marks it as a test.
type TrialAlert struct {
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

// TrialResult is what became of one integration. Secrets are hidden.
type TrialResult struct {
	Integration string         `json:"integration"` // its kind
	Index       int            `json:"index"`       // among those of its kind
	Status      string         `json:"status"`      // sent, failed, rendered or notRenderable
	Latency     float64        `json:"latency"`     // in seconds
	Attempts    int            `json:"attempts"`    // to send
	Requests    []TrialRequest `json:"requests,omitempty"`
	Text        string         `json:"text,omitempty"` // that would be sent in other ways than by requests
	Answer      *TrialAnswer   `json:"answer,omitempty"`
	Note        string         `json:"note,omitempty"`
	Error       string         `json:"error,omitempty"`
}

// TrialRequest is a request over HTTP that would be sent.
type TrialRequest struct {
	Method  string      `json:"method"`
	URL     string      `json:"url"`
	Headers http.Header `json:"headers"`
	Body    string      `json:"body"`
}

// TrialAnswer is what a service said over HTTP.
type TrialAnswer struct {
	Status int    `json:"status"`
	Body   string `json:"body"` // the beginning of it
}

// Errors of Trials that are the client's.
var (
	// ErrNoReceiver says that there is no such receiver or integration. Wrap it
	// with the reason.
	ErrNoReceiver = errors.New("no such receiver")
	// ErrTrialRuns says that the receiver is being tried out already.
	ErrTrialRuns = errors.New("the receiver is being tested already")
)

// maxTrial bounds the body of a request, and maxTrialAlerts what it asks for.
const (
	maxTrial       = 1 << 20
	maxTrialAlerts = 100
)

// routeTrials routes the test of a receiver.
func (s *server) routeTrials(mux *http.ServeMux) {
	const path = "/api/tocsin/v1/receivers/{name}/test"
	e := endpoints{http.MethodPost: s.postTrial}
	mux.Handle(s.prefix+path, s.metrics.timed(path, s.traced(path, caught(s.v2(e), s.logger))))
}

// postTrial tries a receiver out. It answers when all integrations have ended.
func (s *server) postTrial(w http.ResponseWriter, r *http.Request) error {
	// A form of another site can post without asking the browser first, but not
	// with this type. It is asked for even if there is no body.
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != mediaJSON {
		return unsupportedMedia(r.Header.Get("Content-Type"))
	}
	ask, err := s.readTrial(http.MaxBytesReader(w, r.Body, maxTrial))
	if err != nil {
		return err
	}
	ask.Receiver = r.PathValue("name")
	results, err := s.trials.Try(r.Context(), ask)
	switch {
	case errors.Is(err, ErrNoReceiver):
		return textProblem(http.StatusNotFound, err.Error())
	case errors.Is(err, ErrTrialRuns):
		return textProblem(http.StatusConflict, err.Error())
	case err != nil:
		return err
	}
	return s.writeTrial(w, ask.Receiver, results)
}

// readTrial reads what is asked for.
func (s *server) readTrial(body io.Reader) (Trial, error) {
	var in struct {
		Mode        string       `json:"mode"`
		Integration string       `json:"integration"`
		Alerts      []TrialAlert `json:"alerts"`
	}
	d := json.NewDecoder(body)
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		if errors.Is(err, io.EOF) {
			return Trial{}, required("mode")
		}
		return Trial{}, badBody("trial", err)
	}
	switch {
	case in.Mode == "":
		return Trial{}, required("mode")
	case !slices.Contains([]string{"render", "send"}, in.Mode):
		return Trial{}, badRequest(fmt.Errorf("mode: %q is not one of render, send", short(in.Mode)))
	case len(in.Alerts) > maxTrialAlerts:
		return Trial{}, badRequest(fmt.Errorf("alerts: there are %d, and %d are the most", len(in.Alerts), maxTrialAlerts))
	}
	for i, a := range in.Alerts {
		if err := s.checkTrialAlert(a); err != nil {
			return Trial{}, badRequest(fmt.Errorf("alerts[%d]: %w", i, err))
		}
	}
	return Trial{Send: in.Mode == "send", Integration: in.Integration, Alerts: in.Alerts}, nil
}

// checkTrialAlert holds an alert to what holds for all. It may lack labels.
func (s *server) checkTrialAlert(a TrialAlert) error {
	labels := maps.Clone(a.Labels)
	if len(labels) == 0 {
		labels = map[string]string{"alertname": "one of our own"}
	}
	whole := alert.Alert{Labels: alert.LabelsFromMap(labels), Annotations: alert.LabelsFromMap(a.Annotations), StartsAt: time.Now()}
	return whole.Validate(s.syntax.Names())
}

func (s *server) writeTrial(w http.ResponseWriter, receiver string, results []TrialResult) error {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)
	if results == nil {
		results = []TrialResult{} // not null
	}
	if err := e.Encode(struct {
		Receiver     string        `json:"receiver"`
		Integrations []TrialResult `json:"integrations"`
	}{receiver, results}); err != nil {
		return err
	}
	w.Header().Set("Content-Type", mediaJSON)
	if _, err := w.Write(body.Bytes()); err != nil {
		return errAborted
	}
	return nil
}
