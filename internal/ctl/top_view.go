package ctl

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

// topView is what is to be seen at one moment.
type topView struct {
	Daemon     string      `json:"daemon"`
	Time       client.Time `json:"time"`
	Active     int         `json:"active"`     // alerts
	Suppressed int         `json:"suppressed"` // alerts
	Rates      *topRates   `json:"rates"`      // nil: not known
	Groups     []topGroup  `json:"groups"`
}

// topRates are how many there are per second.
type topRates struct {
	Alerts        float64 `json:"alerts"` // that the daemon is told of
	Notifications float64 `json:"notifications"`
	Failed        float64 `json:"failed"` // notifications
}

// topGroup is one group.
type topGroup struct {
	Receiver   string            `json:"receiver"`
	Labels     map[string]string `json:"labels"`
	Active     int               `json:"active"`
	Suppressed int               `json:"suppressed"`
	Since      client.Time       `json:"since"` // the start of the oldest alert
}

// Metrics that are counted.
const (
	metricAlerts        = "alertmanager_alerts_received_total"
	metricNotifications = "alertmanager_notifications_total"
	metricFailed        = "alertmanager_notifications_failed_total"
)

// counters are what a daemon has counted up to a moment.
type counters struct {
	at     time.Time
	values map[string]float64 // nil: not known
}

// count reads what the daemon has counted. A daemon that does not show that can be
// watched without.
func (c *top) count(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	values, err := c.daemon.Metrics(ctx, metricAlerts, metricNotifications, metricFailed)
	if err != nil && client.Status(err) == 0 {
		return err
	}
	c.last = &counters{c.Now(), values}
	return nil
}

// view asks the daemon how things are.
func (c *top) view(ctx context.Context) (*topView, error) {
	before := c.last
	if err := c.count(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	groups, err := c.daemon.Groups(ctx, c.query)
	if err != nil {
		return nil, err
	}
	v := &topView{
		Daemon: withoutUser(c.address),
		Time:   client.Time{Time: c.Now()},
		Rates:  ratesBetween(before, c.last),
		Groups: make([]topGroup, len(groups)),
	}
	seen := make(map[string]bool)
	for i, g := range groups {
		v.Groups[i] = v.add(g, seen)
	}
	slices.SortStableFunc(v.Groups, func(a, b topGroup) int {
		return cmp.Or(cmp.Compare(b.Active, a.Active), a.Since.Compare(b.Since.Time), cmp.Compare(a.Receiver, b.Receiver))
	})
	return v, nil
}

// add counts the alerts of a group. One that is in several groups counts once for all
// of them together.
func (v *topView) add(g client.AlertGroup, seen map[string]bool) topGroup {
	shown := topGroup{Receiver: g.Receiver.Name, Labels: g.Labels}
	for _, a := range g.Alerts {
		inGroup, inAll := &shown.Suppressed, &v.Suppressed
		if a.Status.State == client.Active {
			inGroup, inAll = &shown.Active, &v.Active
		}
		*inGroup++
		if !seen[a.Fingerprint] {
			seen[a.Fingerprint] = true
			*inAll++
		}
		if shown.Since.IsZero() || a.StartsAt.Before(shown.Since.Time) {
			shown.Since = a.StartsAt
		}
	}
	return shown
}

// ratesBetween is nil if a daemon has not counted, or has been restarted meanwhile.
func ratesBetween(before, now *counters) *topRates {
	if before == nil || before.values == nil || now.values == nil {
		return nil
	}
	took := now.at.Sub(before.at).Seconds()
	rate := func(name string) (float64, bool) {
		more := now.values[name] - before.values[name]
		return more / took, more >= 0 && took > 0
	}
	alerts, ok1 := rate(metricAlerts)
	told, ok2 := rate(metricNotifications)
	failed, ok3 := rate(metricFailed)
	if !ok1 || !ok2 || !ok3 {
		return nil
	}
	return &topRates{alerts, told, failed}
}

// text is a view for people, with some of the groups.
func (c *top) text(v *topView, groups int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n", printable(v.Daemon), c.date(v.Time))
	fmt.Fprintf(&b, "%s, %d suppressed, in %s", count(v.Active, "active alert"), v.Suppressed, count(len(v.Groups), "group"))
	if r := v.Rates; r != nil {
		failed := fmt.Sprintf("%.2f failed", r.Failed)
		if r.Failed > 0 {
			failed = c.paint(red, failed)
		}
		fmt.Fprintf(&b, "; per second %.2f alerts received, %.2f notifications, %s", r.Alerts, r.Notifications, failed)
	}
	b.WriteString("\n\n")
	l := newTable("Receiver", "Active", "Suppressed", "Since", "Group")
	l.colour = func(column int, text string) (colour, bool) { return red, column == 1 && text != "0" }
	for _, g := range v.Groups[:min(groups, len(v.Groups))] {
		l.add(g.Receiver, strconv.Itoa(g.Active), strconv.Itoa(g.Suppressed), c.date(g.Since), "{"+showLabels(g.Labels)+"}")
	}
	b.WriteString(c.tableText(l))
	if left := len(v.Groups) - groups; left > 0 {
		fmt.Fprintf(&b, "… and %s more\n", count(left, "group"))
	}
	return b.String()
}

// ended reports whether an error says only that somebody has seen enough.
func ended(ctx context.Context, err error) bool {
	return ctx.Err() != nil && (err == nil || errors.Is(err, context.Canceled))
}
