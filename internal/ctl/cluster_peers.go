package ctl

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

// clusterPeers is "cluster peers".
type clusterPeers struct {
	*tool
	check bool
}

const clusterPeersHelp = `Show how each replica does, as the one that is asked sees it.

Ages are counted on the clock of this machine. Only tocsin has this.`

func defineClusterPeers(t *tool, group parent) {
	c := &clusterPeers{tool: t}
	cmd := t.command(group, "peers", clusterPeersHelp, c.run)
	cmd.Flag("check", "Fail unless every replica is alive.").BoolVar(&c.check)
}

func (c *clusterPeers) run(ctx context.Context) error {
	v, err := c.view(ctx)
	if err != nil {
		return err
	}
	if err := c.show(v); err != nil || !c.check {
		return err
	}
	return notAlive(v)
}

// notAlive is an error if a replica is not alive.
func notAlive(v client.ClusterView) error {
	bad := len(v.Peers) - alive(v.Peers)
	switch {
	case bad > 0:
		return fmt.Errorf("%d of %s %s not alive", bad, count(len(v.Peers), "replica"), isOrAre(bad))
	case len(v.Peers) == 0 && v.Status != client.ClusterDisabled:
		return errors.New("no replica is known yet, not even the one that answers")
	}
	return nil
}

// view asks for the replicas. A daemon that answers other questions lacks this one:
// nothing is wrong with the address then.
func (c *clusterPeers) view(ctx context.Context) (client.ClusterView, error) {
	daemon, err := c.daemon(ctx)
	if err != nil {
		return client.ClusterView{}, err
	}
	v, err := daemon.ClusterView(ctx)
	if client.Status(err) != http.StatusNotFound {
		return v, err
	}
	if _, other := daemon.Status(ctx); other != nil {
		return v, err
	}
	return v, fmt.Errorf(`%s has no /api/tocsin/v1/cluster: it is an Alertmanager, or a tocsin without it; "cluster show" works there`,
		withoutUser(c.address))
}

func (c *clusterPeers) show(v client.ClusterView) error {
	if c.output == asJSON {
		return c.printJSON(v)
	}
	text := printable(clusterInWords(v, c.Now())) + "\n"
	if len(v.Peers) > 0 {
		text = c.tableText(c.peerTable(v.Peers)) + "\n" + text
	}
	return c.print(text)
}

func (c *clusterPeers) peerTable(peers []client.Replica) *table {
	titles := []string{"Name", "Address", "Health", "Version", "Last Contact", "Lag", "Queued", "State"}
	if c.output == extended {
		titles = append(titles, "Last Contact At", "Compared At")
	}
	l := newTable(titles...)
	l.colour = healthColour(2)
	for _, p := range peers {
		cells := c.peerCells(p)
		if c.output == extended {
			cells = append(cells, c.dateOrNot(p.LastContact), c.dateOrNot(p.ComparedAt))
		}
		l.add(cells...)
	}
	return l
}

// notKnown stands in a cell that has nothing to say.
const notKnown = "-"

func (c *clusterPeers) peerCells(p client.Replica) []string {
	cells := []string{p.Name, p.Address, p.Health, p.Version, notKnown, notKnown, notKnown, notKnown}
	for i, cell := range cells {
		if cell == "" {
			cells[i] = notKnown
		}
	}
	if p.Self {
		cells[0] += " (this one)"
		return cells
	}
	cells[4] = "never"
	if !p.LastContact.IsZero() {
		cells[4] = age(p.LastContact, c.Now())
	}
	if p.Health == client.Failed {
		return cells // the rest is of no replica that is there
	}
	if p.Lag != 0 {
		cells[5] = lag(p.Lag)
	}
	cells[6] = byteCount(p.QueuedBytes)
	cells[7] = stateInWords(p)
	return cells
}

func (c *clusterPeers) dateOrNot(at time.Time) string {
	if at.IsZero() {
		return notKnown
	}
	return c.date(client.Time{Time: at})
}

// healthColour lets replicas stand out that are not alive.
func healthColour(column int) func(int, string) (colour, bool) {
	return func(c int, health string) (colour, bool) {
		switch {
		case c != column || health == client.Alive:
			return "", false
		case health == client.Failed:
			return red, true
		}
		return yellow, true
	}
}
