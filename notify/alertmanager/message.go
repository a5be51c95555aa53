package alertmanager

import (
	"cmp"
	"maps"
	"time"

	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/template"
)

// posted is an alert as the API takes it.
type posted struct {
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL,omitempty"`
}

// alerts are those of a notification that are handed on.
func (s sender) alerts(n *notify.Notification) []posted {
	here := cmp.Or(s.Instance, place(n.Data.ExternalURL))
	list := make([]posted, 0, len(n.Alerts))
	left := make(map[notify.Omission]int)
	for i, a := range n.Alerts {
		shown := n.Data.Alerts[i]
		w := parseWay(shown.Annotations[annotation])
		if why := w.ends(here); why != "" {
			left[why]++
			continue
		}
		list = append(list, posted{
			Labels:       s.labels(shown),
			Annotations:  with(shown.Annotations, annotation, w.over(here)),
			StartsAt:     a.StartsAt,
			EndsAt:       s.end(a, n),
			GeneratorURL: a.GeneratorURL,
		})
	}
	for why, count := range left {
		n.LeaveOut(why, count)
		_ = level.Warn(s.deps.LoggerFor(name, n)).Log("msg", "Alerts are not handed on", "alerts", count, "reason", string(why), "instance", here)
	}
	return list
}

// labels are those of the alert, which win, and those that are configured.
func (s sender) labels(a template.Alert) map[string]string {
	all := maps.Clone(s.Labels)
	if all == nil {
		all = make(map[string]string, len(a.Labels))
	}
	maps.Copy(all, a.Labels)
	return all
}

func with(pairs template.KV, name, value string) map[string]string {
	all := make(map[string]string, len(pairs)+1)
	maps.Copy(all, pairs)
	all[name] = value
	return all
}

const (
	// usualRepeat is the repeat interval if it is not known.
	usualRepeat = 4 * time.Hour
	// late is how much later than due a repetition may be: it waits for the next
	// tick of its group, and sending may fail for a while.
	late = 10 * time.Minute
)

// end is when an alert ends. One that fires is told again only when it is
// repeated, and must not end between.
func (s sender) end(a *alert.Alert, n *notify.Notification) time.Time {
	if a.ResolvedAt(n.Now) {
		return a.EndsAt
	}
	lasts := cmp.Or(s.EndsAfter, 2*cmp.Or(n.Repeat, usualRepeat)+late)
	if end := n.Now.Add(lasts); end.After(a.EndsAt) {
		return end
	}
	return a.EndsAt
}
