package httpany

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-kit/log"
	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

// service answers with what stands in its list and remembers what it was asked.
type service struct {
	url     string
	answers []receivertest.Answer
	asked   []string
}

func serve(t *testing.T, answers ...receivertest.Answer) *service {
	s := &service{answers: answers}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.asked = append(s.asked, fmt.Sprintf("%s %s %s", r.Method, r.RequestURI, body))
		if len(s.answers) == 0 {
			return
		}
		answer := s.answers[0]
		s.answers = s.answers[1:]
		if answer.Status != 0 {
			w.WriteHeader(answer.Status)
		}
		_, _ = io.WriteString(w, answer.Body)
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// episode tells one group several times, as a pipeline would.
type episode struct {
	t      *testing.T
	sender notify.Sender
	state  map[string]string
	logged bytes.Buffer
}

func newEpisode(t *testing.T, config string) *episode {
	t.Helper()
	e := &episode{t: t, state: make(map[string]string)}
	c, err := decodeConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	if e.sender, err = c.Open(notify.Deps{Logger: log.NewLogfmtLogger(&e.logged)}); err != nil {
		t.Fatal(err)
	}
	return e
}

func (e *episode) tell(fixture string, reason notify.Reason) error {
	n := receivertest.Notification(e.t, fixture)
	n.Reason = reason
	if reason != notify.ReasonFirst {
		n.State = e.state
	}
	err := e.sender.Send(e.t.Context(), n)
	if err == nil {
		e.state = n.State
	}
	return err
}

func (s *service) want(t *testing.T, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, s.asked); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

const threaded = `{url: '$URL/threads', text: '{{ .Status }}', keep: {id: data.id, tag: data.tag},
	update: {method: PATCH, url: '$URL/threads/{{ .Kept.id }}', query: {tag: '{{ .Kept.tag }}'}}}`

func answer(status int, body string) receivertest.Answer {
	return receivertest.Answer{Status: status, Body: body}
}

func TestUpdate(t *testing.T) {
	s := serve(t, answer(200, `{"data":{"id":17,"tag":"a b"}}`), answer(200, `{"data":{"tag":"c"}}`))
	e := newEpisode(t, strings.ReplaceAll(threaded, "$URL", s.url))
	for _, reason := range []notify.Reason{notify.ReasonFirst, notify.ReasonNew, notify.ReasonAllResolved, notify.ReasonFirst} {
		fixture := "firing"
		if reason == notify.ReasonAllResolved {
			fixture = "resolved"
		}
		if err := e.tell(fixture, reason); err != nil {
			t.Fatal(err)
		}
	}
	s.want(t, "POST /threads firing", "PATCH /threads/17?tag=a+b firing", "PATCH /threads/17?tag=c resolved", "POST /threads firing")
	if got := e.logged.String(); !strings.Contains(got, "key=keep.id") || !strings.Contains(got, "integration=http") {
		t.Errorf("the log does not say what could not be kept:\n%s", got)
	}
}

func TestUpdateOfNothing(t *testing.T) {
	s := serve(t, answer(200, `{"data":{"id":17,"tag":"a"}}`), answer(404, ""), answer(200, `{"data":{"id":18,"tag":"b"}}`))
	e := newEpisode(t, strings.ReplaceAll(threaded, "$URL", s.url))
	for _, reason := range []notify.Reason{notify.ReasonFirst, notify.ReasonNew, notify.ReasonNew} {
		if err := e.tell("firing", reason); err != nil {
			t.Fatal(err)
		}
	}
	s.want(t, "POST /threads firing", "PATCH /threads/17?tag=a firing", "POST /threads firing", "PATCH /threads/18?tag=b firing")
}

func TestUpdateRefused(t *testing.T) {
	s := serve(t, answer(200, `{"data":{"id":17,"tag":"a"}}`), answer(400, "no"))
	e := newEpisode(t, strings.ReplaceAll(threaded, "$URL", s.url))
	if err := e.tell("firing", notify.ReasonFirst); err != nil {
		t.Fatal(err)
	}
	if err := e.tell("firing", notify.ReasonNew); err == nil {
		t.Error("a refusal is a success")
	}
	s.want(t, "POST /threads firing", "PATCH /threads/17?tag=a firing")
}

// What was not kept cannot be updated.
func TestUpdateWithoutKept(t *testing.T) {
	for name, body := range map[string]string{
		"missing":  `{"data":{"id":17}}`,
		"null":     `{"data":{"id":17,"tag":null}}`,
		"too long": `{"data":{"id":17,"tag":"` + strings.Repeat("x", 1025) + `"}}`,
		"no JSON":  "ok",
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, answer(200, body))
			e := newEpisode(t, strings.ReplaceAll(threaded, "$URL", s.url))
			for _, reason := range []notify.Reason{notify.ReasonFirst, notify.ReasonNew} {
				if err := e.tell("firing", reason); err != nil {
					t.Fatal(err)
				}
			}
			s.want(t, "POST /threads firing", "POST /threads firing")
			if !strings.Contains(e.logged.String(), "key=keep.tag") {
				t.Errorf("the log says nothing:\n%s", e.logged.String())
			}
		})
	}
}

// Without keep, what comes after the first notification is an update.
func TestUpdateWithoutKeep(t *testing.T) {
	s := serve(t)
	e := newEpisode(t, `{url: `+s.url+`, method: PUT, text: a, query: {q: x}, update: {text: 'b{{ .Kept.none }}', query: {}}}`)
	for _, reason := range []notify.Reason{notify.ReasonFirst, notify.ReasonRepeat} {
		if err := e.tell("firing", reason); err != nil {
			t.Fatal(err)
		}
	}
	s.want(t, "PUT /?q=x a", "PUT / b")
}

func TestTimestamp(t *testing.T) {
	var s Signature
	if err := s.UnmarshalYAML(func(any) error { return nil }); err != nil {
		t.Fatal(err)
	}
	s.Secret, s.TimestampHeader = "k3y", "x-time"
	header := make(http.Header)
	if _, err := s.sign(header, []byte("body"), time.Unix(1700000000, 999)); err != nil {
		t.Fatal(err)
	}
	want := http.Header{
		"X-Time":          {"1700000000"},
		"X-Signature-256": {"sha256=c2784c91c84217f56f554932c335d787602fb80f7fd04bb0d2a342c17e24a732"},
	}
	if diff := cmp.Diff(want, header); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

func TestHiddenSecrets(t *testing.T) {
	s := serve(t, answer(400, "the-key or Bearer-token or short or s3cr3t-query"))
	e := newEpisode(t, `{url: `+s.url+`, query: {q: s3cr3t-query}, headers: {a: 'x Bearer-token', b: short}, signature: {secret: the-key}}`)
	err := e.tell("firing", notify.ReasonFirst)
	if err == nil || !strings.HasSuffix(err.Error(), "400: <secret> or <secret> or short or <secret>") {
		t.Errorf("error %v, want one without secrets", err)
	}
}

func TestSecretsThatCannotBeRead(t *testing.T) {
	for config, want := range map[string]string{
		"{url: 'http://h', signature: {secret_file: /nowhere}}": "signature.secret_file: read secret",
		"{url: 'http://h', signature: {secret: <secret>}}":      "signature.secret: <secret> is shown in place of a secret",
		"{url_file: /nowhere}":                                  "read secret",
	} {
		if err := newEpisode(t, config).tell("firing", notify.ReasonFirst); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", config, err, want)
		}
	}
}
