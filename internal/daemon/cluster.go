package daemon

import (
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
)

// ClusterOptions say how this replica finds and talks to the others.
type ClusterOptions struct {
	ListenAddress    string // host:port for gossip; empty: no clustering
	AdvertiseAddress string // ip:port that is told to peers; empty: found out
	PeerName         string // empty: random
	Peers            []string
	Label            string // on every packet and stream; empty: none
	TLSConfigFile    string // empty: gossip is not encrypted
	// AdvertisePublic allows a public IP as the address that is found out.
	AdvertisePublic bool

	PeerTimeout         time.Duration // that a replica waits for each one before it
	PeersResolveTimeout time.Duration
	GossipInterval      time.Duration
	PushPullInterval    time.Duration
	TCPTimeout          time.Duration
	ProbeTimeout        time.Duration
	ProbeInterval       time.Duration
	SettleTimeout       time.Duration // 0 or less: do not wait
	ReconnectInterval   time.Duration
	ReconnectTimeout    time.Duration
}

// warnAlone says what to expect of replicas that do not know each other.
func (o ClusterOptions) warnAlone(logger log.Logger) {
	if o.ListenAddress == "" || len(o.Peers) == 0 {
		return
	}
	_ = level.Warn(logger).Log("msg", "CLUSTERING IS NOT IMPLEMENTED in this version: it runs alone, and every replica will send every notification", "peers", len(o.Peers))
}
