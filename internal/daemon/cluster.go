package daemon

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/go-kit/log"
	"github.com/hashicorp/memberlist"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/api"
	"github.com/tocsin-alerting/tocsin/cluster"
	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/silence"
)

// ClusterOptions say how this replica finds and talks to the others.
type ClusterOptions struct {
	ListenAddress    string // host:port for gossip; empty: no clustering
	AdvertiseAddress string // ip:port that is told to peers; empty: found out
	PeerName         string // empty: random
	Peers            []string
	Label            string // on every packet and stream; empty: none
	Compat           string // alertmanager: be a member of a cluster of that; off or empty: do not
	TLSConfigFile    string // empty: gossip does not go over TLS
	// EncryptionKeyFile has the keys that encrypt gossip, the first for sending. It
	// is read again on reload. Empty: none.
	EncryptionKeyFile string
	// ReplicateAlerts passes alerts on to the others, so that it is enough to post
	// them to one.
	ReplicateAlerts bool
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

	// Transport takes the place of UDP and TCP on ListenAddress; nil: those.
	Transport memberlist.NodeAwareTransport
}

// The names of what replicas share. They are the same in all versions.
const (
	sharedLog      = "nfl"
	sharedSilences = "sil"
	sharedStore    = "alerts"
	sharedIntents  = "intents"
)

// replicas is this replica among its peers, and what it shares with them. nil
// stands for a replica that is alone.
type replicas struct {
	peer       *cluster.Peer
	claims     *claims
	log        *cluster.Channel
	silences   *cluster.Channel
	intents    *cluster.Channel // nil: nobody says what he is about to tell
	foreign    bool             // it is a member of a cluster of Alertmanager
	replicator *replicator      // nil: alerts are not passed on
}

// newReplicas returns nil if clustering is off.
func newReplicas(d *Daemon) (*replicas, error) {
	o := d.o.Cluster
	if o.ListenAddress == "" {
		return nil, nil
	}
	logger := log.With(d.logger, "component", "cluster")
	overTLS, err := newGossipTLS(o.TLSConfigFile, logger)
	if err != nil {
		return nil, err
	}
	keys, err := readGossipKeys(o.EncryptionKeyFile)
	if err != nil {
		return nil, err
	}
	foreign, err := o.amongAlertmanagers()
	if err != nil {
		return nil, err
	}
	d.o.Cluster.ReplicateAlerts = o.ReplicateAlerts && !foreign
	peer, err := cluster.New(cluster.Options{
		Alertmanager:        foreign,
		Name:                o.PeerName,
		ListenAddress:       o.ListenAddress,
		AdvertiseAddress:    o.AdvertiseAddress,
		Peers:               o.Peers,
		Label:               o.Label,
		TLS:                 overTLS,
		SecretKeys:          keys,
		Version:             d.o.Version.Version,
		AdvertisePublic:     o.AdvertisePublic,
		PeerTimeout:         o.PeerTimeout,
		PeersResolveTimeout: o.PeersResolveTimeout,
		GossipInterval:      o.GossipInterval,
		PushPullInterval:    o.PushPullInterval,
		TCPTimeout:          o.TCPTimeout,
		ProbeTimeout:        o.ProbeTimeout,
		ProbeInterval:       o.ProbeInterval,
		SettleTimeout:       o.SettleTimeout,
		ReconnectInterval:   o.ReconnectInterval,
		ReconnectTimeout:    o.ReconnectTimeout,
		Transport:           o.Transport,
		Logger:              logger,
		Registerer:          d.registry,
	})
	if err != nil {
		return nil, err
	}
	return &replicas{peer: peer, claims: newClaims(), foreign: foreign}, nil
}

// share says what is to be equal everywhere. It comes before everything else, as
// soon as there is something to share.
func (r *replicas) share(d *Daemon) {
	if r == nil {
		return
	}
	if r.foreign {
		r.shareForeign(d)
		return
	}
	r.log = r.peer.Share(sharedLog, d.log)
	r.silences = r.peer.Share(sharedSilences, d.silences)
	r.intents = r.peer.Share(sharedIntents, r.claims)
	if d.o.Cluster.ReplicateAlerts {
		state := sharedAlerts{d.alerts, func(ids []alert.Fingerprint) { r.replicator.equal(ids) }}
		r.replicator = newReplicator(d.alerts, r.rank, r.peer.Share(sharedStore, state))
	}
}

// rank is how many replicas stand before this one; less than 0 if it is alone.
func (r *replicas) rank() int {
	if len(r.peer.Members()) < 2 {
		return -1
	}
	return r.peer.Position()
}

// position is what events say of the place of this replica; 0 if it is the only one.
func (r *replicas) position() int {
	if r == nil {
		return 0
	}
	return r.peer.Position()
}

// run takes part in the cluster until ctx is done, then tells what the others do
// not know yet, and leaves. changed is called when members come and go. It returns
// an error at once if it cannot begin.
func (r *replicas) run(ctx context.Context, changed func()) error {
	if r == nil {
		return nil
	}
	// Whoever passes alerts on ends first, so that the last ones leave with the rest.
	takingPart, leave := context.WithCancel(context.WithoutCancel(ctx))
	defer leave()
	left := make(chan error, 1)
	go func() { left <- r.peer.Run(takingPart) }()

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	passed := make(chan struct{})
	go func() {
		defer close(passed)
		if r.replicator != nil {
			r.replicator.run(ctx)
		}
	}()
	for {
		change := r.peer.Changed()
		changed()
		select {
		case <-change:
		case <-ctx.Done():
			<-passed
			leave()
			return <-left
		case err := <-left:
			stop()
			<-passed
			return err
		}
	}
}

// name is for the log; empty if there is nobody who would understand it.
func (r *replicas) name() string {
	if r == nil || r.foreign {
		return ""
	}
	return r.peer.Name()
}

// told is for the log; nil if there is nobody to tell.
func (r *replicas) told() func(*notify.Entry) {
	if r == nil {
		return nil
	}
	// Over reliable streams: gossip gives up when hundreds of groups are told at
	// once, and what a peer has not heard it tells again.
	return func(e *notify.Entry) {
		if r.foreign {
			e = foreignEntry(e)
		}
		r.log.Stream(notify.AppendEntry(nil, e))
	}
}

// news is for the store; nil if alerts are not passed on.
func (r *replicas) news(on bool) func([]alert.Fingerprint) {
	if r == nil || !on {
		return nil
	}
	return func(ids []alert.Fingerprint) { r.replicator.news(ids) }
}

// changed is for the silences; next is somebody else who wants to know, or nil.
func (r *replicas) changed(d *Daemon, next func(*silence.Silence, bool)) func(*silence.Silence, bool) {
	if r == nil {
		return next
	}
	return func(s *silence.Silence, created bool) {
		r.silences.Broadcast(s.ID, d.silences.Record(s))
		if next != nil {
			next(s, created)
		}
	}
}

// turns is for the pipeline; nil if nobody else tells anything.
func (r *replicas) turns() notify.Cluster {
	if r == nil {
		return nil
	}
	return turns{r}
}

// view is the cluster as the API shows it.
func (r *replicas) view() api.Cluster {
	if r == nil {
		return api.Cluster{Status: "disabled"}
	}
	c := api.Cluster{Name: r.peer.Name(), Status: r.peer.Status()}
	for _, m := range r.peer.Members() {
		c.Peers = append(c.Peers, api.Peer{Name: m.Name, Address: m.Address})
	}
	for _, v := range r.peer.View() {
		c.Replicas = append(c.Replicas, shown(v, r.peer.Name()))
	}
	return c
}

// shown is one replica as the API shows it to operators.
func shown(v cluster.PeerView, self string) api.Replica {
	r := api.Replica{
		Name: v.Name, Address: v.Address, Version: v.Version, Self: v.Name == self, Health: string(v.Health),
		LastContact: v.LastContact, Lag: v.Lag.Seconds(), QueuedBytes: v.Queued,
		ComparedAt: v.Compared, Equal: v.Equal, Unequal: v.Unequal,
	}
	if r.Self {
		r.LastContact, r.Equal = time.Time{}, true
	}
	return r
}

// turns decides who tells what.
type turns struct{ *replicas }

// Settle waits until this replica knows what the others have told.
func (t turns) Settle(ctx context.Context) error {
	if err := t.peer.Settle(ctx); err != nil {
		return fmt.Errorf("cluster: %w", err)
	}
	return nil
}

// Wait lets those go first that are before this replica with a group. Where ticks of
// replicas are as far apart as their turns, they would meet, if it were not for the
// time that a claim takes; an Alertmanager makes none.
func (t turns) Wait(groupID string) time.Duration {
	wait := t.peer.Wait(groupID)
	if place, _ := t.peer.Place(groupID); wait > 0 && t.intents != nil {
		wait += time.Duration(place) * afterClaim
	}
	return wait
}

// Claim tells the others what this replica is about to tell.
func (t turns) Claim(key notify.LogKey, lasts time.Duration) {
	if t.intents == nil {
		return
	}
	now := time.Now()
	c := claim{key: key.String(), owner: t.peer.Name(), made: now, lasts: lasts}
	t.claims.hear(c, now)
	t.intents.Stream(c.record())
}

// afterClaim is how much later than the one before it a replica takes the end of a
// claim for one. If the claim came to nothing, all that have waited for it would else
// go on in the same moment. It is longer than gossip takes.
const afterClaim = 700 * time.Millisecond

// Claimed is for how long one of the others, if it lives, may be telling something.
// A replica that was frozen does not know what they have told meanwhile.
func (t turns) Claimed(key notify.LogKey) time.Duration {
	if t.peer.CatchingUp() {
		return time.Second
	}
	place, _ := t.peer.Place(key.Group)
	return t.claims.left(key.String(), slices.Values(t.peer.Heard()), time.Now().Add(-time.Duration(place)*afterClaim))
}
