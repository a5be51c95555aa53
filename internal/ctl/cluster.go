package ctl

import (
	"cmp"
	"context"
	"net/netip"
	"slices"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

func clusterCommands(t *tool) {
	group := t.group(t.app, "cluster", "Look at the cluster.")
	t.command(group, "show", "Show the state of the cluster and, with --output=extended, its members.", t.showCluster).Default()
	defineClusterPeers(t, group)
}

func (t *tool) showCluster(ctx context.Context) error {
	daemon, err := t.daemon(ctx)
	if err != nil {
		return err
	}
	s, err := daemon.Status(ctx)
	if err != nil {
		return err
	}
	if t.output == asJSON {
		return t.printJSON(s.Cluster)
	}
	head := newTable("Cluster Status:", s.Cluster.Status)
	head.ragged = true // as amtool has it
	head.add("Node Name:", s.Cluster.Name)
	if err := t.printTable(head); err != nil || t.output == simple {
		return err
	}
	peers := newTable("Address", "Name")
	peers.ragged = true
	slices.SortStableFunc(s.Cluster.Peers, comparePeers)
	for _, p := range s.Cluster.Peers {
		peers.add(p.Address, p.Name)
	}
	if err := t.print("\n"); err != nil {
		return err
	}
	return t.printTable(peers)
}

// comparePeers orders by number and not by text; what is no address of IP comes last.
func comparePeers(a, b client.Peer) int {
	x, errX := netip.ParseAddrPort(a.Address)
	y, errY := netip.ParseAddrPort(b.Address)
	switch {
	case errX == nil && errY == nil:
		return x.Compare(y)
	case errX == nil:
		return -1
	case errY == nil:
		return 1
	}
	return cmp.Compare(a.Address, b.Address)
}
