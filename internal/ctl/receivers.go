package ctl

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

func receiverCommands(t *tool) {
	group := t.group(t.app, "receivers", "Try out receivers.")
	defineReceiversTest(t, group)
}

// receiversTest is "receivers test".
type receiversTest struct {
	*tool
	receiver    string
	send        bool
	integration string
	labels      []string
	annotations []string
}

const receiversTestHelp = `Show what a receiver would be sent, or send it a test.

Nothing is sent without --send. A test says that it is one, and groups of alerts have no part in it. The exit code is 1 if an integration fails. Only tocsin has this.

  receivers test team
  receivers test team --send --integration='slack[0]' --label=severity=page`

func defineReceiversTest(t *tool, group parent) {
	c := &receiversTest{tool: t}
	cmd := t.command(group, "test", receiversTestHelp, c.run)
	cmd.Flag("send", "Send a test, with a single attempt for each integration.").BoolVar(&c.send)
	cmd.Flag("integration", "Only this integration of the receiver, such as slack[0].").PlaceHolder("KIND[N]").StringVar(&c.integration)
	cmd.Flag("label", "A label of the alert, such as severity=page. May be repeated.").StringsVar(&c.labels)
	cmd.Flag("annotation", "An annotation of the alert, such as summary='disk is full'. May be repeated.").StringsVar(&c.annotations)
	cmd.Arg("receiver", "The name of the receiver.").Required().StringVar(&c.receiver)
}

func (c *receiversTest) run(ctx context.Context) error {
	ask, err := c.trial()
	if err != nil {
		return err
	}
	daemon, err := c.daemon(ctx)
	if err != nil {
		return err
	}
	results, err := daemon.TestReceiver(ctx, c.receiver, ask)
	if err != nil {
		return err
	}
	if c.speaksJSON() {
		err = c.printJSON(results)
	} else {
		err = c.print(c.report(results))
	}
	if failed := failures(results); err == nil && failed > 0 {
		return fmt.Errorf("%d of %s failed", failed, count(len(results.Integrations), "integration"))
	}
	return err
}

func (c *receiversTest) trial() (client.Trial, error) {
	ask := client.Trial{Mode: client.TrialRender, Integration: c.integration}
	if c.send {
		ask.Mode = client.TrialSend
	}
	labels, err := c.pairs(c.labels)
	if err != nil {
		return ask, fmt.Errorf("--label: %w", err)
	}
	annotations, err := c.pairs(c.annotations)
	if err != nil {
		return ask, fmt.Errorf("--annotation: %w", err)
	}
	if len(labels)+len(annotations) > 0 {
		ask.Alerts = []client.TrialAlert{{Labels: labels, Annotations: annotations}}
	}
	if c.receiver == "" {
		return ask, errors.New("the name of the receiver is empty")
	}
	return ask, nil
}

func failures(results client.TrialResults) int {
	n := 0
	for _, r := range results.Integrations {
		if r.Status == client.TrialFailed || r.Error != "" {
			n++
		}
	}
	return n
}

// report is the results for people.
func (c *receiversTest) report(results client.TrialResults) string {
	var b strings.Builder
	if len(results.Integrations) == 0 {
		fmt.Fprintf(&b, "%s has no integrations: nobody is told.\n", printable(results.Receiver))
	}
	for _, r := range results.Integrations {
		fmt.Fprintf(&b, "%s[%d]  %s\n", printable(r.Integration), r.Index, c.outcome(r))
		for _, request := range r.Requests {
			c.writeRequest(&b, request)
		}
		if r.Text != "" {
			b.WriteString(indented(r.Text))
		}
		if r.Answer != nil && c.output == extended {
			fmt.Fprintf(&b, "  answered with status %d\n%s", r.Answer.Status, indented(r.Answer.Body))
		}
	}
	return b.String()
}

// outcome is what became of an integration, on one line.
func (c *receiversTest) outcome(r client.TrialResult) string {
	look, text := green, r.Status
	switch {
	case r.Error != "":
		look, text = red, client.TrialFailed
	case r.Status == "notRenderable":
		look, text = yellow, "cannot be shown"
	}
	text = c.paint(look, printable(text))
	if took := time.Duration(r.Latency * float64(time.Second)); r.Attempts > 0 && took >= time.Millisecond {
		text += " in " + took.Round(time.Millisecond).String()
	}
	for _, more := range []string{r.Error, r.Note} {
		if more != "" {
			text += ": " + printable(more)
		}
	}
	return text
}

func (c *receiversTest) writeRequest(b *strings.Builder, r client.TrialRequest) {
	fmt.Fprintf(b, "  %s %s\n", printable(r.Method), printable(r.URL))
	if c.output == extended {
		for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
			fmt.Fprintf(b, "  %s: %s\n", printable(name), printable(strings.Join(r.Headers[name], ", ")))
		}
	}
	if r.Body != "" {
		b.WriteString(indented(r.Body))
	}
}

// indented is a text with its lines, each safe for a terminal.
func indented(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(strings.TrimRight(text, "\r\n"), "\n") {
		b.WriteString("    " + strings.TrimRight(printable(line), " ") + "\n")
	}
	return b.String()
}
