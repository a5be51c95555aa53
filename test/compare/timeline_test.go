package compare_test

import (
	"encoding/json"
	"strings"
	"syscall"
	"time"
)

// timeline is a story that is played against both programs.
type timeline struct {
	name   string
	config string // YAML; SINK stands for the URL of the webhook receiver
	steps  []step
	end    float64 // seconds; when to stop listening
	// zone is the local time of both programs, UTC if empty.
	zone string
	// slack is how many seconds the same notification may be apart; 0 stands for
	// 1. Where an accident decides when an attempt is made it has to be more.
	slack float64
}

// step is something that happens at an offset from the start.
type step struct {
	at   float64 // seconds
	note string  // names the answer, "" for method and path
	do   action
}

// action is done to one side. It returns an error when the timeline cannot be
// played at all; what the program answers is recorded, whatever it is.
type action interface {
	play(s *side, note string) error
}

func at(seconds float64, do action) step { return step{at: seconds, do: do} }

// ask is a request that is made at the start; the note names it.
func ask(note string, r request) step { return step{note: note, do: r} }

// request is any HTTP request. In the body and path NOW+1.5s stands for a time
// after the start, and <name> for the id of a silence.
type request struct {
	method, path, body string
	header             map[string]string
}

func (r request) play(s *side, note string) error {
	_, err := s.exchange(r, note)
	return err
}

func get(path string) request { return request{method: "GET", path: path} }

// post posts alerts.
type post []alert

func (p post) play(s *side, note string) error {
	list := make([]map[string]any, len(p))
	for i, a := range p {
		list[i] = a.fields(s.base)
	}
	body, err := json.Marshal(list)
	if err != nil {
		return err
	}
	return request{method: "POST", path: "/api/v2/alerts", body: string(body)}.play(s, note)
}

// alert is an alert to post. Labels are written like "DiskFull host=db1", the
// first word being the alertname; so are annotations, without that exception.
type alert struct {
	labels, annotations string
	starts, ends        *float64 // seconds from the start of the timeline; nil: not said
}

func fire(labels string) alert { return alert{labels: labels} }

// ended is an alert with an end, which is over if that is in the past.
func ended(labels string, at float64) alert { return fire(labels).until(at) }

func (a alert) since(seconds float64) alert { a.starts = &seconds; return a }
func (a alert) until(seconds float64) alert { a.ends = &seconds; return a }
func (a alert) says(text string) alert      { a.annotations = text; return a }

func (a alert) fields(base time.Time) map[string]any {
	fields := map[string]any{"labels": pairs(a.labels), "annotations": pairs(a.annotations)}
	if a.starts != nil {
		fields["startsAt"] = after(base, *a.starts)
	}
	if a.ends != nil {
		fields["endsAt"] = after(base, *a.ends)
	}
	return fields
}

func after(base time.Time, seconds float64) time.Time {
	return base.Add(time.Duration(seconds * float64(time.Second)))
}

func pairs(text string) map[string]string {
	set := map[string]string{}
	for word := range strings.FieldsSeq(text) {
		if name, value, found := strings.Cut(word, "="); found {
			set[name] = value
		} else {
			set["alertname"] = word
		}
	}
	return set
}

// silence creates a silence, or changes the one that has the id. It lasts from
// start to end, seconds from the start of the timeline.
type silence struct {
	as         string // the name under which later steps know the id
	id         string // <name> of another silence, "" for a new one
	matchers   string // like `host=db1 env!=test zone=~a|b`
	start, end float64
	comment    string
}

func (q silence) play(s *side, note string) error {
	fields := map[string]any{
		"matchers": matchers(q.matchers), "createdBy": "me", "comment": q.comment,
		"startsAt": after(s.base, q.start), "endsAt": after(s.base, q.end),
	}
	if q.id != "" {
		fields["id"] = q.id
	}
	body, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	text := strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(string(body))
	answer, err := s.exchange(request{method: "POST", path: "/api/v2/silences", body: text}, note)
	if err != nil {
		return err
	}
	var created struct {
		SilenceID string `json:"silenceID"`
	}
	_ = json.Unmarshal([]byte(answer), &created) // an error message has no id
	if q.as != "" && created.SilenceID != "" {
		s.names[created.SilenceID] = "<" + q.as + ">"
	}
	return nil
}

func matchers(text string) []map[string]any {
	var list []map[string]any
	for word := range strings.FieldsSeq(text) {
		for _, op := range []string{"!=", "!~", "=~", "="} {
			name, value, found := strings.Cut(word, op)
			if !found {
				continue
			}
			list = append(list, map[string]any{
				"name": name, "value": value,
				"isEqual": op[0] == '=', "isRegex": strings.HasSuffix(op, "~"),
			})
			break
		}
	}
	return list
}

// expire ends the silence that has the name.
func expire(name string) request {
	return request{method: "DELETE", path: "/api/v2/silence/<" + name + ">"}
}

// reload changes the configuration file and has it read.
type reload string

func (r reload) play(s *side, note string) error {
	if err := s.writeConfig(string(r)); err != nil {
		return err
	}
	return request{method: "POST", path: "/-/reload"}.play(s, note)
}

// hangup changes the configuration file and sends SIGHUP.
type hangup string

func (h hangup) play(s *side, _ string) error {
	if err := s.writeConfig(string(h)); err != nil {
		return err
	}
	return s.process.cmd.Process.Signal(syscall.SIGHUP)
}

// turnAway has the receiver refuse what comes next at a path.
type turnAway struct {
	path string
	refusal
}

func (a turnAway) play(s *side, _ string) error {
	s.sink.setRefusal(a.path, a.refusal)
	return nil
}

// restart ends the program with SIGTERM and starts it again.
type restart struct{}

func (restart) play(s *side, _ string) error { return s.restart() }
