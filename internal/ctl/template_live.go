package ctl

import (
	"context"
	"errors"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
	"github.com/tocsin-alerting/tocsin/template"
)

// liveData is the data of a group that a daemon has now.
type liveData struct {
	wanted   bool
	receiver string
	matchers []string
}

func (l *liveData) define(cmd *kingpin.CmdClause) {
	cmd.Flag("live", "Take the data from a group of the daemon.").BoolVar(&l.wanted)
	cmd.Flag("receiver", "With --live: a group for receivers whose whole name matches this regular expression.").Short('r').StringVar(&l.receiver)
	cmd.Arg("matchers", "With --live: matchers for the alerts.").StringsVar(&l.matchers)
}

// check refuses what makes no sense together.
func (l *liveData) check(file string) error {
	switch {
	case l.wanted && file != "":
		return errors.New("--live and --template.data exclude each other")
	case !l.wanted && (len(l.matchers) > 0 || l.receiver != ""):
		return errors.New("matchers and --receiver choose a group of the daemon: give --live as well")
	}
	return nil
}

func (l *liveData) read(ctx context.Context, t *tool) (*template.Data, error) {
	wanted, err := t.matchers(l.matchers)
	if err != nil {
		return nil, err
	}
	daemon, err := t.daemon(ctx)
	if err != nil {
		return nil, err
	}
	groups, err := daemon.Groups(ctx, client.GroupQuery{Receiver: l.receiver, Filter: filter(wanted)})
	if err != nil {
		return nil, err
	}
	if len(groups) == 0 {
		return nil, errors.New("--live: the daemon has no group with such alerts")
	}
	return t.told(groups[0]), nil
}

// told is what a receiver would be told of a group now.
func (t *tool) told(g client.AlertGroup) *template.Data {
	alerts := make([]*alert.Alert, len(g.Alerts))
	for i, a := range g.Alerts {
		alerts[i] = alert.New(alert.LabelsFromMap(a.Labels))
		alerts[i].Annotations = alert.LabelsFromMap(a.Annotations)
		alerts[i].StartsAt, alerts[i].EndsAt, alerts[i].UpdatedAt = a.StartsAt.Time, a.EndsAt.Time, a.UpdatedAt.Time
		alerts[i].GeneratorURL = a.GeneratorURL
	}
	return template.NewData(template.Batch{
		Receiver:    g.Receiver.Name,
		Reason:      "first notification",
		Now:         t.Now(),
		GroupLabels: alert.LabelsFromMap(g.Labels),
		RouteLabels: g.RouteLabels,
		Alerts:      alerts,
		ExternalURL: strings.TrimRight(withoutUser(t.address), "/"),
	})
}

// withoutUser is the address without credentials, which messages do not have.
func withoutUser(a address) string {
	u := *a.url
	u.User = nil
	return u.String()
}
