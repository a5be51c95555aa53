package ctl

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
	"github.com/tocsin-alerting/tocsin/internal/explain"
)

// explainAlert is "explain".
type explainAlert struct {
	routes
	labels      []string
	fingerprint string
	at          time.Time
}

const explainHelp = `Tell what happens to an alert, and why.

Arguments are all the labels of the alert, such as alertname=foo node=bar; if the first one has no = it is the name of the alert. There need not be such an alert: then it is told what would happen if it fired now.

Who is told stands first; behind it the routes that were tried, the group with its timers, what each integration was told last, silences, inhibitions and time intervals. With --config.file it is told what the file alone says.`

func explainCommand(t *tool) {
	c := &explainAlert{routes: routes{tool: t}}
	cmd := t.command(t.app, "explain", explainHelp, c.run)
	cmd.Flag("at", "Look at silences and time intervals as they are at this time, such as 2006-01-02T15:04:05-07:00. All else is as it is now. Default: now.").
		SetValue(instant{"at", &c.at})
	cmd.Flag("fingerprint", "Explain the alert that has this fingerprint; labels are not given then.").StringVar(&c.fingerprint)
	cmd.Flag("config.file", "Take this file and not the daemon.").PlaceHolder("FILE").StringVar(&c.file)
	cmd.Flag("config.expand-secrets", "Read the file as a daemon with this flag.").BoolVar(&c.expand)
	cmd.Arg("labels", "The labels of the alert.").StringsVar(&c.labels)
}

func (c *explainAlert) run(ctx context.Context) error {
	labels, err := c.asked()
	if err != nil {
		return err
	}
	answer, err := c.answer(ctx, labels)
	switch {
	case err != nil:
		return err
	case c.output == asJSON:
		return c.printJSON(answer)
	}
	return c.print(c.explanation(answer))
}

// asked reads which alert is meant; nil: the one with the fingerprint.
func (c *explainAlert) asked() (map[string]string, error) {
	switch {
	case c.fingerprint != "" && len(c.labels) > 0:
		return nil, errors.New("labels and --fingerprint exclude each other")
	case c.fingerprint != "" && c.file != "":
		return nil, errors.New("--fingerprint: a file has no alerts, give labels with --config.file")
	case c.fingerprint != "":
		return nil, nil //nolint:nilnil // the alert is named in another way
	case len(c.labels) == 0:
		return nil, errors.New("which alert? Give its labels or --fingerprint, try --help")
	}
	labels, err := c.tool.labels(c.labels)
	if err != nil {
		return nil, err
	}
	if len(labels) < len(c.labels) {
		return nil, fmt.Errorf("a label is given twice: %s", strings.Join(c.labels, " "))
	}
	imagined := alert.Alert{Labels: alert.LabelsFromMap(labels), StartsAt: c.Now()}
	if err := imagined.Validate(c.syntax.Names()); err != nil {
		return nil, err
	}
	return labels, nil
}

func (c *explainAlert) answer(ctx context.Context, labels map[string]string) (*explain.Answer, error) {
	if c.file == "" {
		return c.ofDaemon(ctx, labels)
	}
	if c.addressGiven {
		c.warn("--config.file is given, so that --alertmanager.url has no effect.")
	}
	cfg, err := c.load(c.file)
	if err != nil {
		return nil, err
	}
	at := c.at
	if at.IsZero() {
		at = c.Now()
	}
	answer := cfg.Explain(alert.LabelsFromMap(labels), at)
	answer.Now = explain.At(c.Now())
	return answer, nil
}

func (c *explainAlert) ofDaemon(ctx context.Context, labels map[string]string) (*explain.Answer, error) {
	daemon, err := c.daemon(ctx)
	if err != nil {
		return nil, err
	}
	q := client.Question{Fingerprint: c.fingerprint, At: c.at}
	for name, value := range alert.LabelsFromMap(labels).All() {
		q.Labels = append(q.Labels, (&alert.Matcher{Type: alert.MatchEqual, Name: name, Value: value}).String())
	}
	answer, err := daemon.Explain(ctx, q)
	failed, ok := errors.AsType[*client.Error](err)
	if ok && failed.Status == http.StatusNotFound && strings.HasPrefix(failed.Text, "no such alert") {
		return nil, fmt.Errorf("there is no alert %s: it is over and forgotten, or there never was one", c.fingerprint)
	}
	return answer, err
}
