package jira

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/tocsin-alerting/tocsin/notify"
)

// What Jira takes at most, in characters.
const (
	maxSummary     = 255
	maxDescription = 32767
)

// issue is what is to be written about a group.
type issue struct {
	project string
	label   string // that by which the issue of the group is found
	fields  map[string]any
	// kept are fields that the configuration does not want changed once an issue
	// is there.
	kept []string
}

// body is a request to make or change an issue.
type body struct {
	Fields map[string]any `json:"fields"`
}

func (i issue) made() body { return body{Fields: i.fields} }

func (i issue) changed() body {
	fields := make(map[string]any, len(i.fields))
	for name, value := range i.fields {
		if !slices.Contains(i.kept, name) {
			fields[name] = value
		}
	}
	return body{Fields: fields}
}

// issue renders all templates of the entry. It fails on what cannot be sent in
// any form.
func (s sender) issue(n *notify.Notification) (issue, error) {
	project, kind := n.Value(s.c.Project), n.Value(s.c.IssueType)
	i := issue{project: project, label: "ALERT{" + n.Hash() + "}"}
	i.fields = map[string]any{
		"project":   map[string]string{"key": project},
		"issuetype": map[string]string{"name": kind},
		"labels":    s.labels(n, i.label),
		"summary":   s.summary(n),
	}
	if priority := n.Word(s.c.Priority, ""); priority != "" {
		i.fields["priority"] = map[string]string{"name": priority}
	}
	if description := s.description(n); description != nil {
		i.fields["description"] = description
	}
	i.kept = s.addFields(n, i.fields)
	if err := n.Err(); err != nil {
		return issue{}, err
	}
	for key, value := range map[string]string{"project": project, "issue_type": kind} {
		if value == "" {
			return issue{}, fmt.Errorf("%s: empty after rendering", key)
		}
	}
	return i, nil
}

// labels are sorted. One that is empty is left out: Jira refuses it.
func (s sender) labels(n *notify.Notification, own string) []string {
	labels := []string{own}
	for _, t := range s.c.Labels {
		if label := n.Word(t, ""); label != "" {
			labels = append(labels, label)
		}
	}
	slices.Sort(labels)
	return labels
}

// addFields puts the configured fields over the usual ones and returns which of
// these must be kept when an issue changes.
func (s sender) addFields(n *notify.Notification, fields map[string]any) []string {
	kept := make(map[string]bool)
	kept["summary"], kept["description"] = !s.c.Summary.EnableUpdate, !s.c.Description.EnableUpdate
	for name, value := range s.c.Fields {
		rendered, err := n.Structure(value)
		if err != nil {
			// An issue that lacks a field is better than none.
			n.Broken(fmt.Errorf("fields: %s: %w", name, err))
			continue
		}
		fields[name], kept[name] = rendered, false
	}
	var names []string
	for name, keep := range kept {
		if keep {
			names = append(names, name)
		}
	}
	return names
}

// summary is one line: Jira refuses others.
func (s sender) summary(n *notify.Notification) string {
	text := n.Text(s.c.Summary.Template)
	if strings.ContainsAny(text, "\r\n") {
		text = strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(strings.TrimSpace(text))
	}
	return s.deps.CutRunes(name, n, "summary", text, maxSummary)
}

// description is text, or in version 3 of the API a document in the format of
// Atlassian. It is nil if there is none.
func (s sender) description(n *notify.Notification) any {
	text := s.deps.CutBodyRunes(name, n, "description", n.Text(s.c.Description.Template), maxDescription)
	if !s.documents {
		if text == "" {
			return nil
		}
		return text
	}
	if text = strings.TrimSpace(text); text == "" {
		return nil
	}
	if json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	return document(text)
}

// document is one paragraph with the lines of a text.
func document(text string) any {
	type node map[string]any
	var lines []node
	for line := range strings.Lines(text) {
		if len(lines) > 0 {
			lines = append(lines, node{"type": "hardBreak"})
		}
		if line = strings.TrimRight(line, "\r\n"); line != "" {
			lines = append(lines, node{"type": "text", "text": line})
		}
	}
	return node{"type": "doc", "version": 1, "content": []node{{"type": "paragraph", "content": lines}}}
}

// wantsDocuments reports whether an API wants descriptions as documents.
func wantsDocuments(u *url.URL) bool {
	return strings.HasSuffix(strings.TrimRight(u.Path, "/"), "/3")
}
