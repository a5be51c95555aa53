package pagerduty

import (
	"fmt"
	"maps"
	"slices"

	"github.com/tocsin-alerting/tocsin/notify"
)

// eventV2 is an event in the form of version 2 of the API.
type eventV2 struct {
	RoutingKey  string  `json:"routing_key"`
	DedupKey    string  `json:"dedup_key"`
	EventAction string  `json:"event_action"`
	Payload     payload `json:"payload"`
	Client      string  `json:"client,omitempty"`
	ClientURL   string  `json:"client_url,omitempty"`
	Images      []image `json:"images,omitempty"`
	Links       []link  `json:"links,omitempty"`
}

type payload struct {
	Summary       string         `json:"summary"`
	Source        string         `json:"source"`
	Severity      string         `json:"severity"`
	Class         string         `json:"class,omitempty"`
	Component     string         `json:"component,omitempty"`
	Group         string         `json:"group,omitempty"`
	CustomDetails map[string]any `json:"custom_details"`
}

type image struct {
	Src  string `json:"src"`
	Alt  string `json:"alt"`
	Href string `json:"href"`
}

type link struct {
	Href string `json:"href"`
	Text string `json:"text"`
}

// eventV1 is an event in the form of version 1. The action and the payload say
// nothing; Alertmanager sends them, too.
type eventV1 struct {
	ServiceKey  string         `json:"service_key"`
	IncidentKey string         `json:"incident_key"`
	EventType   string         `json:"event_type"`
	Description string         `json:"description,omitempty"`
	EventAction string         `json:"event_action"`
	Payload     *payload       `json:"payload"`
	Client      string         `json:"client,omitempty"`
	ClientURL   string         `json:"client_url,omitempty"`
	Details     map[string]any `json:"details"`
}

func (s sender) eventV2(key string, n *notify.Notification, details map[string]any) eventV2 {
	return eventV2{
		RoutingKey:  key,
		DedupKey:    n.Hash(),
		EventAction: action(n),
		Payload: payload{
			Summary:       s.description(n),
			Source:        n.Text(s.Source),
			Severity:      s.severity(n),
			Class:         n.Word(s.Class, ""),
			Component:     n.Word(s.Component, ""),
			Group:         n.Word(s.Group, ""),
			CustomDetails: details,
		},
		Client:    n.Text(s.Client),
		ClientURL: n.Word(s.ClientURL, ""),
		Images:    s.images(n),
		Links:     s.links(n),
	}
}

func (s sender) eventV1(key string, n *notify.Notification, details map[string]any) eventV1 {
	e := eventV1{
		ServiceKey:  key,
		IncidentKey: n.Hash(),
		EventType:   action(n),
		Description: s.description(n),
		Details:     details,
	}
	if e.EventType == "trigger" {
		e.Client, e.ClientURL = n.Text(s.Client), n.Word(s.ClientURL, "")
	}
	return e
}

// description is the summary of the incident.
func (s sender) description(n *notify.Notification) string {
	return s.deps.CutRunes(name, n, "description", n.Text(s.Description), maxDescription)
}

// severity is never empty: PagerDuty would refuse the event.
func (s sender) severity(n *notify.Notification) string {
	if severity := n.Word(s.Severity, ""); severity != "" {
		return severity
	}
	return "error"
}

// images are those that have a source.
func (s sender) images(n *notify.Notification) []image {
	var list []image
	for _, i := range s.Images {
		if src := n.Word(i.Src, ""); src != "" {
			list = append(list, image{Src: src, Alt: n.Text(i.Alt), Href: n.Word(i.Href, "")})
		}
	}
	return list
}

// links are those that lead anywhere.
func (s sender) links(n *notify.Notification) []link {
	var list []link
	for _, l := range s.Links {
		if href := n.Word(l.Href, ""); href != "" {
			list = append(list, link{Href: href, Text: n.Text(l.Text)})
		}
	}
	return list
}

// details renders the details into a map of its own. One that cannot be rendered
// is replaced by its default, or else by a text that says so.
func (s sender) details(n *notify.Notification) map[string]any {
	details := make(map[string]any, len(s.Details))
	for _, key := range slices.Sorted(maps.Keys(s.Details)) {
		rendered, err := n.Structure(s.Details[key])
		if err != nil {
			n.Broken(fmt.Errorf("details: %s: %w", key, err))
			rendered = instead(n, key)
		}
		details[key] = rendered
	}
	return details
}

func instead(n *notify.Notification, key string) any {
	if text, ok := defaultDetails()[key]; ok {
		if rendered, err := n.Structure(text); err == nil {
			return rendered
		}
	}
	return "The template for this detail failed; see the log of tocsin."
}
