package notify

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/template"
)

// draft is what an integration would be told.
type draft struct {
	key    LogKey
	last   *Entry // what it was told last; nil: nothing
	state  state
	alerts []*alert.Alert
	reason Reason // ReasonNone: there is nothing to tell
}

func (t target) draft(f Flush) draft {
	key := t.in.key(f.Group.ID)
	last := t.p.log.Get(key)
	s, alerts := truth(f, last, t.in.SendResolved)
	return draft{key: key, last: last, state: s, alerts: alerts, reason: decide(last, s)}
}

// tell sends what is news and records it.
func (d *delivery) tell(t target, f Flush, news draft) error {
	last, s, alerts, reason := news.last, news.state, news.alerts, news.reason
	d.count(t)
	t.p.cluster.Claim(news.key, min(t.in.patience(), longestClaim))
	defer t.p.cluster.Claim(news.key, 0)
	// An integration that does not want resolved alerts has nothing to send
	// once all are resolved, but the log must say that nothing fires for it.
	data := kept(last, reason)
	if len(alerts) > 0 {
		n := t.notification(f, alerts, reason)
		n.State, n.Repeat = data, f.Group.Policy.RepeatInterval
		d.intend(t, f, news)
		if err := d.send(t, f, n); err != nil {
			d.undo(t, news)
			return err
		}
		t.p.told(t.in, f, s, n, reason)
	}
	now := time.Now()
	t.p.metrics.delivered(f, last, now)
	at := following(last, now)
	e := &Entry{
		Key:       news.key,
		Timestamp: at,
		Marks:     marks(last, t.p.log.self, at),
		Firing:    s.firing,
		Resolved:  stillResolved(f, last, s),
		Owed:      t.owed(f, last, s),
		Data:      data,
	}
	// Who waits for the disk keeps nobody from being told.
	t.in.line.Beside(func() { d.record(t, f, e) })
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
		hash := hashAlert(a)
		switch fires := !a.ResolvedAt(f.Now); {
		case fires && endTold(a, hash, last):
			if contains(last.Resolved, hash) {
				s.resolved = append(s.resolved, hash)
			}
			continue
		case fires:
			s.firing = append(s.firing, hash)
			alerts = append(alerts, a)
			continue
		case bygone(a, hash, last):
			continue
		}
		s.resolved = append(s.resolved, hash)
		if last != nil && contains(last.Owed, hash) && !slices.Contains(s.owed, hash) {
			s.owed = append(s.owed, hash) // it was muted, and is no more
		}
		if sendResolved {
			alerts = append(alerts, a)
		}
	}
	if len(s.owed) > 0 {
		alert.Sort(alerts)
	}
	slices.Sort(s.firing)
	slices.Sort(s.resolved)
	s.unseen = sendResolved && f.Group.Policy.SendUnseenResolved && slices.ContainsFunc(s.resolved, func(hash uint64) bool {
		return last == nil || !last.owes(hash) && !contains(last.Resolved, hash)
	})
	s.hidden = last != nil && !slices.ContainsFunc(s.resolved, last.owes) && firesMuted(f, last)
	return s, alerts
}

// endTold reports whether an alert that fires had ended when the last notification was
// made, by the clock of who made it and knew of nothing that fires. The clock of that
// replica is ahead. A later report of the alert would have moved its end.
func endTold(a *alert.Alert, hash uint64, last *Entry) bool {
	return last != nil && !last.owes(hash) && a.ResolvedAt(last.Timestamp)
}

// bygone reports whether a resolved alert is no matter of the integration any more: it
// had ended before the last notification, which knows nothing of it. So another
// replica has told the end before that and taken the alert out of its group.
func bygone(a *alert.Alert, hash uint64, last *Entry) bool {
	if last == nil || last.owes(hash) || contains(last.Resolved, hash) {
		return false
	}
	return a.EndsAt.Before(last.Timestamp) && a.UpdatedAt.Before(last.Timestamp)
}

// firesMuted reports whether an alert that was told as firing still does, and is
// muted.
func firesMuted(f Flush, last *Entry) bool {
	if len(last.Firing) == 0 {
		return false
	}
	told := make(map[*alert.Alert]bool, len(f.Alerts))
	for _, a := range f.Alerts {
		told[a] = true
	}
	return slices.ContainsFunc(f.All, func(a *alert.Alert) bool {
		return !told[a] && !a.ResolvedAt(f.Now) && contains(last.Firing, hashAlert(a))
	})
}

// owed lists the alerts that the integration was told as firing and that this
// notification does not mention. In a cluster another replica may be the only one that
// knows such an alert so far, so it counts though it is not in the group.
func (t target) owed(f Flush, last *Entry, s state) []uint64 {
	if t.p.log.self == "" || last == nil {
		return stillOwed(f, last, s)
	}
	return sortedSet(slices.DeleteFunc(slices.Concat(last.Firing, last.Owed), func(hash uint64) bool {
		return contains(s.firing, hash) || contains(s.resolved, hash)
	}))
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

// stillResolved is what was told as resolved by this notification, and by earlier
// ones of alerts that are still there and that this one does not mention.
func stillResolved(f Flush, last *Entry, s state) []uint64 {
	if last == nil || len(last.Resolved) == 0 {
		return s.resolved
	}
	resolved := slices.Clone(s.resolved)
	for _, a := range f.All {
		hash := hashAlert(a)
		if a.ResolvedAt(f.Now) && contains(last.Resolved, hash) && !contains(s.resolved, hash) {
			resolved = append(resolved, hash)
		}
	}
	slices.Sort(resolved)
	return resolved
}

// send makes one attempt to deliver a notification.
func (d *delivery) send(t target, f Flush, n *Notification) error {
	d.attempts++
	start := time.Now()
	ctx, span := d.traceAttempt(t, n)
	err := t.p.attempt(ctx, t.in, n)
	endAttempt(span, err)
	t.p.metrics.attempted(t.in, time.Since(start), err)
	if n.broken != nil {
		t.p.metrics.templates.WithLabelValues(t.in.Kind).Inc()
		_ = level.Error(d.logger(t, f)).Log("msg", "Template failed, a plain text was sent instead", "err", n.broken)
	}
	if err == nil {
		t.p.metrics.omissions(n)
		_ = level.Debug(d.logger(t, f)).Log("msg", "Notification sent", "alerts", len(n.Alerts), "attempt", d.attempts, "took", time.Since(start))
	}
	return err
}

// attempt calls an integration as soon as there is a slot.
func (p *Pipeline) attempt(ctx context.Context, in *Integration, n *Notification) error {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
		return in.send(ctx, n)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// recordTime bounds how long it may take to write down what was told. It has to be
// even if the daemon stops meanwhile.
const recordTime = 10 * time.Second

// record writes down what was told.
func (d *delivery) record(t target, f Flush, e *Entry) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.p.ctx), recordTime)
	defer cancel()
	if err := t.p.log.Put(ctx, e, f.Group.Policy.RepeatInterval); err != nil {
		_ = level.Error(d.logger(t, f)).Log("msg", "Notification sent but not recorded; it may repeat after a restart", "err", err)
	}
}

// notification is what a sender gets.
func (t target) notification(f Flush, alerts []*alert.Alert, reason Reason) *Notification {
	n := newNotification(f.Group.Key, template.Batch{
		Receiver:    f.Group.Policy.Receiver,
		Reason:      string(reason),
		Now:         f.Now,
		GroupLabels: f.Group.Labels,
		RouteLabels: t.p.RouteLabels(f),
		Alerts:      alerts,
		ExternalURL: t.p.externalURL,
	}, t.p.templates)
	n.Ref = f.Group.Ref()
	if needsData(t.in.Sender) {
		n.dot()
	}
	return n
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
