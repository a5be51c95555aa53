package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/hashicorp/memberlist"
)

const (
	// flushTimeout is how long a replica that leaves goes on telling what it knows.
	flushTimeout = 3 * time.Second
	// leaveRounds is for how many rounds of gossip it waits for the others to hear
	// that it has left. If all leave at the same time, nobody is there to hear it.
	leaveRounds = 10
)

// Peer is this replica among the others. All methods may be called from many
// goroutines, and before Run, when nobody else is there yet.
type Peer struct {
	o        Options
	logger   log.Logger
	metrics  *metrics
	channels map[string]*Channel // not changed once Run is called
	problems []error

	roster     *roster
	gossip     *gossip
	seeds      seeds
	settling   settling
	pulse      pulse
	list       atomic.Pointer[memberlist.Memberlist]
	incoming   atomic.Pointer[guard]
	opened     chan struct{} // closed when there is a list, or will never be one
	senders    sync.WaitGroup
	conflicted atomic.Bool // somebody else has our name
	keys       sync.Mutex
	newest     [][]byte            // secret keys, changed since the start
	ring       *memberlist.Keyring // nil: not begun, or not encrypted
	cutOff     atomic.Bool         // all peers are gone
}

// New returns a replica that is not yet running, or says what is wrong with the
// options.
func New(o Options) (*Peer, error) {
	o.setDefaults()
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("cluster options: %w", err)
	}
	p := &Peer{
		o:        o,
		logger:   o.Logger,
		metrics:  newMetrics(o.Registerer, o.TLS != nil),
		channels: make(map[string]*Channel),
		roster:   newRoster(o.Name),
		opened:   make(chan struct{}),
	}
	p.gossip = newGossip(o.repeat(), p.roster.count, p.metrics.pruned)
	p.settling.done = make(chan struct{})
	p.gauges(o.Registerer)
	if o.SettleTimeout <= 0 {
		p.settle("there is no time to wait")
	}
	return p, nil
}

// Run joins the cluster and takes part in it until ctx is done; then it tells the
// peers what they do not know yet, and leaves. It returns an error at once if it
// cannot begin: no address, a port that is taken. Peers that cannot be reached are
// no error. It may be called once.
func (p *Peer) Run(ctx context.Context) error {
	if err := errors.Join(p.problems...); err != nil {
		return err
	}
	list, err := p.open(ctx)
	if err != nil {
		return fmt.Errorf("start clustering: %w", err)
	}
	_ = level.Info(p.logger).Log("msg", "clustering", "peer", p.o.Name, "address", p.address())

	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var workers sync.WaitGroup
	for _, c := range p.channels {
		workers.Go(func() { c.run(work) })
	}
	for _, run := range []func(context.Context){p.joinAll, p.reconnect, p.upkeep, p.exchange, p.waitSettled, p.beat} {
		workers.Go(func() { run(ctx) })
	}

	<-ctx.Done()
	p.flush()
	err = p.depart(list)
	stop()
	p.roster.close()
	workers.Wait()
	p.senders.Wait()
	return err
}

func (p *Peer) open(ctx context.Context) (*memberlist.Memberlist, error) {
	defer close(p.opened)
	c := p.o.memberlistConfig()
	var err error
	if c.Keyring, err = p.openRing(); err != nil {
		return nil, err
	}
	guard, err := p.o.configure(ctx, c, p.metrics)
	if err != nil {
		return nil, err
	}
	d := delegate{p}
	transport := newBounded(guard, p.o.TCPTimeout)
	c.Transport = transport
	p.incoming.Store(guard)
	c.Delegate, c.Events, c.Ping, c.Alive, c.Conflict = d, d, d, d, d
	if p.o.Alertmanager {
		c.Delegate = foreignDelegate{d}
	}
	list, err := memberlist.Create(c)
	if err != nil {
		return nil, errors.Join(err, transport.Shutdown())
	}
	p.list.Store(list)
	return list, nil
}

// flush says goodbye, so that nobody waits for this replica any more, and gives
// what is queued the time to get out.
func (p *Peer) flush() {
	for _, out := range p.roster.outs() {
		out.tell(control{kind: kindBye, body: func() []byte { return nil }})
	}
	ticker := time.NewTicker(p.o.GossipInterval)
	defer ticker.Stop()
	for end := time.Now().Add(flushTimeout); time.Now().Before(end) && !p.flushed(); {
		<-ticker.C
	}
}

func (p *Peer) flushed() bool {
	outs := p.roster.outs()
	if len(outs) == 0 {
		return true
	}
	if p.o.Alertmanager && p.gossip.queue.NumQueued() > 0 {
		return false
	}
	return !slices.ContainsFunc(outs, func(o *outbox) bool {
		_, idle := o.bytes()
		return !idle
	})
}

func (p *Peer) depart(list *memberlist.Memberlist) error {
	if err := list.Leave(leaveRounds * p.o.GossipInterval); err != nil {
		_ = level.Info(p.logger).Log("msg", "peers may not know that this replica has left", "err", err)
	}
	p.list.Store(nil)
	if err := list.Shutdown(); err != nil {
		return fmt.Errorf("stop clustering: %w", err)
	}
	return nil
}

// join takes in a member. memberlist calls it with its locks held.
func (p *Peer) join(node memberlist.Node, meta []byte) {
	_, version := parseMeta(meta)
	m := &member{node: node, version: version, synced: p.o.Alertmanager}
	self := node.Name == p.o.Name
	if !self {
		m.out = &outbox{p: p, to: node.Name, send: func(message []byte) error { return p.sendReliable(&node, message) }}
	}
	was, others := p.roster.join(m)
	p.metrics.joined.Inc()
	if self {
		return
	}
	if was.name == "" {
		_ = level.Info(p.logger).Log("msg", "peer joined", "peer", node.Name, "address", node.Address(), "version", version, "others", others)
	} else {
		_ = level.Info(p.logger).Log("msg", "failed peer is back", "peer", node.Name, "address", node.Address(), "version", version, "others", others,
			"away", time.Since(was.since).Round(time.Millisecond))
	}
	if p.cutOff.CompareAndSwap(true, false) {
		_ = level.Info(p.logger).Log("msg", "together with peers again", "peer", node.Name)
	}
	m.out.tell(control{kind: kindAsk, body: func() []byte { return nil }})
	p.checkSettled()
}

// left takes a member out. memberlist calls it with its locks held.
func (p *Peer) left(name string) {
	gone, others := p.roster.leave(name, silence(p.o.ProbeInterval, p.o.ProbeTimeout))
	if gone == nil {
		return
	}
	p.metrics.left.Inc()
	if gone.out == nil {
		return
	}
	gone.out.close()
	for state := range p.channels {
		p.hand(state, item{kind: kindBye, from: name})
	}
	if gone.leaving {
		p.metrics.forget(name)
		_ = level.Info(p.logger).Log("msg", "peer left", "peer", name, "address", gone.node.Address(), "others", others)
		return
	}
	_ = level.Warn(p.logger).Log("msg", "peer failed", "peer", name, "address", gone.node.Address(), "others", others)
	if others == 0 && p.cutOff.CompareAndSwap(false, true) {
		_ = level.Warn(p.logger).Log("msg", "cut off from all peers, going on alone", "missing", p.roster.absentees())
	}
}

var errNotRunning = errors.New("not running")

func (p *Peer) sendReliable(to *memberlist.Node, message []byte) error {
	<-p.opened // the first peers may come while it is being opened
	list := p.list.Load()
	if list == nil {
		return errNotRunning
	}
	return list.SendReliable(to, message)
}
