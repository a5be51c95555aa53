package compare_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// side is one of the two programs in one timeline.
type side struct {
	program string
	dir     string
	zone    string
	process *process
	sink    *sink
	base    time.Time         // when the timeline starts
	names   map[string]string // of silences, by id
	record  record
	ctx     context.Context // of the test that it belongs to
}

// record is what one side has said.
type record struct {
	answers []answer
	heard   []delivery
	refused map[string]bool
}

// answer is what was answered to one request.
type answer struct {
	name   string
	status int
	header http.Header
	body   string
}

// open starts a program with a configuration in an empty directory.
func open(ctx context.Context, program, dir string, tl timeline) (*side, error) {
	s := &side{program: program, dir: dir, zone: tl.zone, sink: newSink(), names: map[string]string{}, ctx: ctx}
	if s.zone == "" {
		s.zone = "UTC"
	}
	err := s.writeConfig(tl.config)
	if err == nil {
		s.process, err = startProcess(ctx, program, dir, s.zone)
	}
	if err != nil {
		s.sink.Close()
		return nil, err
	}
	return s, nil
}

func (s *side) writeConfig(text string) error {
	text = strings.ReplaceAll(text, "SINK", s.sink.URL)
	return os.WriteFile(filepath.Join(s.dir, "config.yml"), []byte(text), 0o600)
}

func (s *side) restart() error {
	if err := s.process.stop(); err != nil {
		return err
	}
	log := s.process.log
	next, err := startProcess(s.ctx, s.program, s.dir, s.zone)
	if err != nil {
		return fmt.Errorf("restart: %w\nbefore it:\n%s", err, log)
	}
	_, _ = fmt.Fprintf(next.log, "log before the restart:\n%s", log)
	s.process = next
	return nil
}

// play does the steps at their time, then listens until the end.
func (s *side) play(tl timeline, base time.Time) error {
	s.base = base
	for i, step := range tl.steps {
		s.sleepUntil(step.at)
		if err := step.do.play(s, step.note); err != nil {
			return fmt.Errorf("step %d, at %vs: %w", i, step.at, err)
		}
	}
	s.sleepUntil(tl.end)
	return nil
}

func (s *side) sleepUntil(seconds float64) {
	time.Sleep(time.Until(after(s.base, seconds)))
}

// close ends the program and returns what was recorded.
func (s *side) close() record {
	s.process.kill()
	s.record.heard = s.sink.deliveries()
	s.record.refused = s.sink.refused
	for i := range s.record.answers {
		s.record.answers[i].body = s.nameIDs(s.record.answers[i].body)
	}
	return s.record
}

// now matches what stands for a time in a request.
var now = regexp.MustCompile(`NOW[+-][0-9.]+s`)

// fill puts times and ids into a request.
func (s *side) fill(text string) string {
	text = now.ReplaceAllStringFunc(text, func(found string) string {
		seconds, _ := strconv.ParseFloat(found[len("NOW"):len(found)-1], 64) // the pattern lets only numbers in
		return after(s.base, seconds).Format(time.RFC3339Nano)
	})
	for id, name := range s.names {
		text = strings.ReplaceAll(text, name, id)
	}
	return text
}

var uuid = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// nameIDs writes the names of silences for their random ids.
func (s *side) nameIDs(text string) string {
	return uuid.ReplaceAllStringFunc(text, func(id string) string {
		if name := s.names[id]; name != "" {
			return strings.Trim(name, "<>")
		}
		return "an id"
	})
}

// exchange makes a request and records the answer, whose body it returns.
func (s *side) exchange(r request, note string) (string, error) {
	if note == "" {
		note = fmt.Sprintf("%s %s", r.method, r.path)
	}
	url := "http://" + s.process.address + s.fill(r.path)
	q, err := http.NewRequestWithContext(s.ctx, r.method, url, strings.NewReader(s.fill(r.body)))
	if err != nil {
		return "", err
	}
	if r.body != "" {
		q.Header.Set("Content-Type", "application/json")
	}
	for name, value := range r.header {
		q.Header.Set(name, value)
	}
	client := http.Client{
		Timeout:       patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(q)
	if err != nil {
		s.record.answers = append(s.record.answers, answer{name: note, header: http.Header{}, body: "the connection is dropped"})
		return "", nil
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return "", err
	}
	s.record.answers = append(s.record.answers, answer{name: note, status: response.StatusCode, header: response.Header, body: string(body)})
	return string(body), nil
}
