package opsgenie

import (
	"maps"
	"slices"
	"strings"

	"github.com/tocsin-alerting/tocsin/notify"
)

// alert is the body of a request that makes one.
type alert struct {
	Alias       string            `json:"alias"`
	Message     string            `json:"message"`
	Description string            `json:"description,omitempty"`
	Details     map[string]string `json:"details"`
	Source      string            `json:"source"`
	Responders  []responder       `json:"responders,omitempty"`
	Tags        []string          `json:"tags,omitempty"`
	Note        string            `json:"note,omitempty"`
	Priority    string            `json:"priority,omitempty"`
	Entity      string            `json:"entity,omitempty"`
	Actions     []string          `json:"actions,omitempty"`
}

type responder struct {
	ID       string `json:"id,omitempty"`
	Name     string `json:"name,omitempty"`
	Username string `json:"username,omitempty"`
	Type     string `json:"type"`
}

// The bodies of the other requests.
type (
	closing struct {
		Source string `json:"source"`
	}
	newMessage struct {
		Message string `json:"message,omitempty"`
	}
	newDescription struct {
		Description string `json:"description,omitempty"`
	}
)

func (s sender) alert(n *notify.Notification) alert {
	return alert{
		Alias:       n.Hash(),
		Message:     s.deps.CutRunes(name, n, "message", n.Text(s.Message), maxMessage),
		Description: n.Text(s.Description),
		Details:     s.details(n),
		Source:      s.source(n),
		Responders:  s.responders(n),
		Tags:        items(n.Word(s.Tags, "")),
		Note:        n.Text(s.Note),
		Priority:    n.Word(s.Priority, ""),
		Entity:      n.Word(s.Entity, ""),
		Actions:     items(n.Word(s.Actions, "")),
	}
}

// details are the labels that all alerts share, and over them what is configured.
func (s sender) details(n *notify.Notification) map[string]string {
	details := make(map[string]string, len(n.Data.CommonLabels)+len(s.Details))
	maps.Copy(details, n.Data.CommonLabels)
	for _, key := range slices.Sorted(maps.Keys(s.Details)) {
		details[key] = n.Text(s.Details[key])
	}
	return details
}

// responders are those of which anything is left after rendering. The name of
// type teams is a list of them.
func (s sender) responders(n *notify.Notification) []responder {
	var list []responder
	for _, c := range s.Responders {
		r := responder{ID: n.Value(c.ID), Name: n.Value(c.Name), Username: n.Value(c.Username), Type: typeName(n.Value(c.Type))}
		switch {
		case r == responder{}:
		case r.Type == "teams":
			for _, team := range items(r.Name) {
				list = append(list, responder{Name: team, Type: "team"})
			}
		default:
			list = append(list, r)
		}
	}
	return list
}

// typeName is a type as Opsgenie writes it; one that it does not know stays as
// it is.
func typeName(text string) string {
	if lower := strings.ToLower(text); slices.Contains(types(), lower) {
		return lower
	}
	return text
}

// types of responders. Opsgenie itself does not know teams.
func types() []string { return []string{"team", "teams", "user", "escalation", "schedule"} }
