package notify

import (
	"maps"
	"slices"
	"time"

	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/template"
)

// tell sends what is news and records it. It does nothing if there is none.
func (d *delivery) tell(t target, f Flush) error {
	key := t.in.key(f.Group.ID)
	last := t.p.log.Get(key)
	s, alerts := truth(f, last, t.in.SendResolved)
	reason := decide(last, s)
	if reason == ReasonNone {
		return nil
	}
	d.count(t)
	// An integration that does not want resolved alerts has nothing to send
	// once all are resolved, but the log must say that nothing fires for it.
	data := kept(last, reason)
	if len(alerts) > 0 {
		n := t.p.notification(f, alerts, reason)
		n.State = data
		if err := d.send(t, f, n); err != nil {
			return err
		}
	}
	now := time.Now()
	t.p.metrics.delivered(f, last, now)
	d.record(t, f, &Entry{
		Key:       key,
		Timestamp: now,
		Firing:    s.firing,
		Resolved:  s.resolved,
		Owed:      stillOwed(f, last, s),
		Data:      data,
	})
	return nil
}

// kept is a copy of what the integration wrote down the last time. A first
// notification begins a new episode, with nothing.
func kept(last *Entry, reason Reason) map[string]string {
	data := make(map[string]string)
	if last != nil && reason != ReasonFirst {
		maps.Copy(data, last.Data)
	}
	return data
}

// truth is what is true of a group for an integration that was told last, and
// the alerts that a notification would carry.
func truth(f Flush, last *Entry, sendResolved bool) (state, []*alert.Alert) {
	s := state{sendResolved: sendResolved, repeat: f.Group.Policy.RepeatInterval, now: f.Now}
	all := f.Alerts
	for _, a := range f.Owed {
		if hash := hashAlert(a); last != nil && last.owes(hash) {
			s.owed = append(s.owed, hash)
			all = append(slices.Clip(all), a)
		}
	}
	alerts := make([]*alert.Alert, 0, len(all))
	for _, a := range all {
		if !a.ResolvedAt(f.Now) {
			s.firing = append(s.firing, hashAlert(a))
			alerts = append(alerts, a)
			continue
		}
		s.resolved = append(s.resolved, hashAlert(a))
		if sendResolved {
			alerts = append(alerts, a)
		}
	}
	if len(s.owed) > 0 {
		alert.Sort(alerts)
	}
	slices.Sort(s.firing)
	slices.Sort(s.resolved)
	return s, alerts
}

// stillOwed lists the alerts of the group that the integration was told as
// firing and that this notification does not mention, because they are muted.
func stillOwed(f Flush, last *Entry, s state) []uint64 {
	if last == nil {
		return nil
	}
	var owed []uint64
	for _, a := range f.All {
		hash := hashAlert(a)
		if last.owes(hash) && !contains(s.firing, hash) && !contains(s.resolved, hash) {
			owed = append(owed, hash)
		}
	}
	slices.Sort(owed)
	return owed
}

// send makes one attempt to deliver a notification.
func (d *delivery) send(t target, f Flush, n *Notification) error {
	d.attempts++
	start := time.Now()
	err := t.in.send(t.p.ctx, n)
	t.p.metrics.attempted(t.in, time.Since(start), err)
	if n.broken != nil {
		t.p.metrics.templates.WithLabelValues(t.in.Kind).Inc()
		_ = level.Error(d.logger(t, f)).Log("msg", "Template failed, a plain text was sent instead", "err", n.broken)
	}
	if err == nil {
		_ = level.Debug(d.logger(t, f)).Log("msg", "Notification sent", "alerts", len(n.Alerts), "attempt", d.attempts, "took", time.Since(start))
	}
	return err
}

// record writes down what was told.
func (d *delivery) record(t target, f Flush, e *Entry) {
	if err := t.p.log.Put(t.p.ctx, e, f.Group.Policy.RepeatInterval); err != nil {
		_ = level.Error(d.logger(t, f)).Log("msg", "Notification sent but not recorded; it may repeat after a restart", "err", err)
	}
}

// notification is what a sender gets.
func (p *Pipeline) notification(f Flush, alerts []*alert.Alert, reason Reason) *Notification {
	return NewNotification(f.Group.Key, template.Batch{
		Receiver:    f.Group.Policy.Receiver,
		Reason:      string(reason),
		Now:         f.Now,
		GroupLabels: f.Group.Labels,
		RouteLabels: p.RouteLabels(f),
		Alerts:      alerts,
		ExternalURL: p.externalURL,
	}, p.templates)
}

// RouteLabels renders the labels of the route for all alerts of a flush. Labels
// that cannot be rendered are left out and logged.
func (p *Pipeline) RouteLabels(f Flush) map[string]string {
	labels := f.Group.Policy.Labels
	if len(labels) == 0 {
		return nil
	}
	raw := make(map[string]string, len(labels))
	for name, text := range labels {
		raw[name] = string(text)
	}
	rendered, problems := p.templates.RouteLabels(labels, template.NewData(template.Batch{
		Receiver:    f.Group.Policy.Receiver,
		Reason:      string(ReasonUnknown),
		Now:         f.Now,
		GroupLabels: f.Group.Labels,
		RouteLabels: raw,
		Alerts:      f.All,
		ExternalURL: p.externalURL,
	}))
	for _, err := range problems {
		_ = level.Error(p.logger).Log("msg", "Route label left out", "group", f.Group.Key, "err", err)
	}
	return rendered
}
