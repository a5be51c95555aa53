package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/template"
)

// Trial tries out integrations, with a notification that says that it is a test.
// Log, groups and what integrations keep of a group have no part in it.
type Trial struct {
	Deps        Deps
	Templates   *template.Set
	ExternalURL string // without a trailing slash
	Receiver    string
	// Alerts are told in place of the usual one, if there are any. They are those
	// of TestAlert.
	Alerts []*alert.Alert
}

// TrialEntry is an integration to try out. It need not be open.
type TrialEntry struct {
	Kind   string
	Index  int // among those of its kind
	Config Config
}

// TrialStatus says what became of a trial.
type TrialStatus string

// The ways in which a trial of an integration can end.
const (
	TrialSent          TrialStatus = "sent"
	TrialFailed        TrialStatus = "failed"
	TrialRendered      TrialStatus = "rendered"
	TrialNotRenderable TrialStatus = "notRenderable" // Note says why
)

// TrialResult is what became of the trial of one integration. Secrets are hidden
// in all of it.
type TrialResult struct {
	Kind     string
	Index    int
	Status   TrialStatus
	Took     time.Duration
	Attempts int            // to send: one, or none if it did not come to that
	Requests []TrialRequest // that would be sent over HTTP
	Text     string         // that would be sent in other ways; at most the first 64 KiB
	Answer   *TrialAnswer   // the last one over HTTP; nil: none
	Note     string         // what should be known besides
	Err      string
}

// TrialRequest is a request that would be sent.
type TrialRequest struct {
	Method string
	URL    string // of one that is a secret itself only scheme and host
	Header http.Header
	Body   string // at most the first 64 KiB
}

// TrialAnswer is what a service said.
type TrialAnswer struct {
	Code int
	Body string // at most the first 4 KiB
}

// Previewer is a Sender that does not speak HTTP and can say what it would send.
type Previewer interface {
	// Preview returns what Send would send, for people to read, and sends nothing.
	// Nothing in it is secret. Errors are as those of Send.
	Preview(ctx context.Context, n *Notification) (string, error)
}

// atOnce is how many integrations of a receiver are tried out at the same time.
const atOnce = 8

// Render says what integrations would send, and sends nothing. The results are in
// the order of the entries.
func (t Trial) Render(ctx context.Context, entries []TrialEntry) []TrialResult {
	return t.each(entries, func(e TrialEntry, r *TrialResult) { t.render(ctx, e, r) })
}

// Send makes one attempt to tell each integration. It returns when all have ended;
// ctx ends them early. The results are in the order of the entries.
func (t Trial) Send(ctx context.Context, entries []TrialEntry) []TrialResult {
	return t.each(entries, func(e TrialEntry, r *TrialResult) { t.send(ctx, e, r) })
}

func (t Trial) each(entries []TrialEntry, try func(TrialEntry, *TrialResult)) []TrialResult {
	results := make([]TrialResult, len(entries))
	slots := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i, e := range entries {
		results[i] = TrialResult{Kind: e.Kind, Index: e.Index}
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			start := time.Now()
			try(e, &results[i])
			results[i].Took = time.Since(start)
		})
	}
	all.Wait()
	return results
}

// attempt opens an integration, lets it do one thing, and closes it.
func (t Trial) attempt(e TrialEntry, d Deps, do func(*Integration) error) error {
	sender, err := e.Config.Open(d)
	if err != nil {
		return err
	}
	if c, ok := sender.(io.Closer); ok {
		defer func() { _ = c.Close() }() // what was to be found out is
	}
	return do(&Integration{Receiver: t.Receiver, Kind: e.Kind, Index: e.Index, Timeout: e.Config.AttemptTimeout(), Sender: sender})
}

func (t Trial) send(ctx context.Context, e TrialEntry, r *TrialResult) {
	n := t.notification()
	m := newMask(e.Config, n)
	w := &eavesdropper{}
	d := t.Deps
	d.Transport = func(rt http.RoundTripper) http.RoundTripper {
		w.below = append(w.below, rt)
		if t.Deps.Transport != nil {
			rt = t.Deps.Transport(rt)
		}
		return w.around(rt)
	}
	defer w.closeIdle()
	err := t.attempt(e, d, func(in *Integration) error {
		r.Attempts = 1
		return in.send(ctx, n)
	})
	r.Status, r.Answer = TrialSent, w.answer(m)
	r.note(n, m)
	if err != nil {
		r.Status, r.Err = TrialFailed, m.err(err)
	}
}

// errNothingSent ends whatever would leave the process.
var errNothingSent = errors.New("nothing is sent when a notification is only rendered")

// renderTime bounds what should take no time at all.
const renderTime = 30 * time.Second

func (t Trial) render(ctx context.Context, e TrialEntry, r *TrialResult) {
	ctx, cancel := context.WithTimeout(ctx, renderTime)
	defer cancel()
	n := t.notification()
	m := newMask(e.Config, n)
	c := &rehearsal{}
	d := t.Deps
	d.Transport = func(http.RoundTripper) http.RoundTripper { return c }
	d.Dial = func(context.Context, string, string) (net.Conn, error) { return nil, errNothingSent }
	d.Stdout = io.Discard
	common, overHTTP := httpSettings(e.Config)
	err := t.attempt(e, d, func(in *Integration) error {
		if p, ok := in.Sender.(Previewer); ok {
			return in.guarded(ctx, func(ctx context.Context) (err error) {
				r.Text, err = p.Preview(ctx, n)
				return err
			})
		}
		if !overHTTP {
			return fmt.Errorf("%s: %w", e.Kind, errNothingSent)
		}
		return in.send(ctx, n)
	})
	r.Requests, r.Text = c.shown(common, d.UserAgent, m), m.body(r.Text, maxAnswer)
	r.conclude(err, m)
	r.note(n, m)
}

// conclude says what became of rendering. That a service does not answer is no
// failure of it.
func (r *TrialResult) conclude(err error, m mask) {
	r.Status = TrialRendered
	switch {
	case err == nil:
	case len(r.Requests) > 0:
		r.Note = "More may follow, depending on what the service answers; here it was taken to say nothing."
	case errors.Is(err, errNothingSent):
		r.Status, r.Note = TrialNotRenderable, "This integration cannot say what it would send without sending it."
	default:
		r.Status, r.Err = TrialFailed, m.err(err)
	}
}

// note adds that a template has failed.
func (r *TrialResult) note(n *Notification, m mask) {
	if n.broken == nil {
		return
	}
	if r.Note != "" {
		r.Note += " "
	}
	r.Note += "A template failed, and something plain is in its place: " + m.err(n.broken)
}
