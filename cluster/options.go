package cluster

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/go-kit/log"
	"github.com/hashicorp/memberlist"
	"github.com/prometheus/client_golang/prometheus"
)

// Resolver finds the addresses of a host; net.Resolver is one.
type Resolver interface {
	LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error)
}

// Options say how this replica finds and talks to the others. Zero durations
// other than SettleTimeout stand for the defaults of the flags.
type Options struct {
	Name             string   // of this replica, different in each; empty: random
	ListenAddress    string   // host:port for gossip; with a Transport it only helps to find the address to advertise
	AdvertiseAddress string   // host:port that is told to peers; empty: found out
	Peers            []string // host:port of some or all peers; this replica may be among them
	Label            string   // on every packet and stream; who has another is not heard
	Version          string   // of the program, for the others to show
	// AdvertisePublic allows a public IP as the address that is found out.
	AdvertisePublic bool
	// SecretKeys encrypt and authenticate what goes over the network: 16, 24 or
	// 32 bytes each. The first is used for sending. None: no encryption.
	SecretKeys [][]byte
	// TLS encrypts everything and has it go over TCP only; nil: no TLS.
	TLS *TLS
	// Alertmanager makes this replica a member of a cluster of Alertmanager: it
	// speaks its messages, and turns go by the order of the names.
	Alertmanager bool

	PeerTimeout         time.Duration // that a replica waits for each one before it
	PeersResolveTimeout time.Duration // how long a name without an address holds up settling
	GossipInterval      time.Duration
	PushPullInterval    time.Duration // between comparisons with a random peer
	TCPTimeout          time.Duration
	ProbeTimeout        time.Duration
	ProbeInterval       time.Duration
	SettleTimeout       time.Duration // 0 or less: do not wait
	ReconnectInterval   time.Duration
	ReconnectTimeout    time.Duration // after which a failed peer is forgotten

	Transport  memberlist.NodeAwareTransport // nil: UDP and TCP on ListenAddress
	Resolver   Resolver                      // nil: that of the system
	Clock      *Clock                        // stamps messages and is pulled along by those of peers; nil: a new one
	Logger     log.Logger                    // nil: none
	Registerer prometheus.Registerer         // nil: metrics stay unregistered
}

// refreshInterval is how often the names of peers are looked up again.
const refreshInterval = 15 * time.Second

// maxSkew is how far ahead the clock of a peer may be and still be believed.
const maxSkew = time.Minute

func (o *Options) setDefaults() {
	o.Name = cmp.Or(o.Name, randomName())
	o.PeerTimeout = cmp.Or(o.PeerTimeout, 15*time.Second)
	o.PeersResolveTimeout = cmp.Or(o.PeersResolveTimeout, 15*time.Second)
	o.GossipInterval = cmp.Or(o.GossipInterval, 200*time.Millisecond)
	o.PushPullInterval = cmp.Or(o.PushPullInterval, time.Minute)
	o.TCPTimeout = cmp.Or(o.TCPTimeout, 10*time.Second)
	o.ProbeTimeout = cmp.Or(o.ProbeTimeout, 500*time.Millisecond)
	o.ProbeInterval = cmp.Or(o.ProbeInterval, time.Second)
	o.ReconnectInterval = cmp.Or(o.ReconnectInterval, 10*time.Second)
	o.ReconnectTimeout = cmp.Or(o.ReconnectTimeout, 6*time.Hour)
	if o.Resolver == nil {
		o.Resolver = net.DefaultResolver
	}
	if o.Clock == nil {
		o.Clock = NewClock(maxSkew)
	}
	if o.Logger == nil {
		o.Logger = log.NewNopLogger()
	}
}

func (o *Options) check() error {
	var errs []error
	for _, d := range []time.Duration{
		o.PeerTimeout, o.PeersResolveTimeout, o.GossipInterval, o.PushPullInterval, o.TCPTimeout,
		o.ProbeTimeout, o.ProbeInterval, o.ReconnectInterval, o.ReconnectTimeout,
	} {
		if d < 0 {
			errs = append(errs, fmt.Errorf("duration %s is negative", d))
		}
	}
	if len(o.Name) > maxName {
		errs = append(errs, fmt.Errorf("name of %d bytes is longer than %d", len(o.Name), maxName))
	}
	if len(o.Label) > memberlist.LabelMaxSize {
		errs = append(errs, fmt.Errorf("label of %d bytes is longer than %d", len(o.Label), memberlist.LabelMaxSize))
	}
	for _, peer := range o.Peers {
		if _, _, err := splitAddress(peer); err != nil {
			errs = append(errs, fmt.Errorf("peer: %w", err))
		}
	}
	return errors.Join(append(errs, checkKeys(o.SecretKeys))...)
}

// splitAddress takes host:port apart.
func splitAddress(address string) (host string, port int, err error) {
	host, text, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, fmt.Errorf("address %q: %w", address, err)
	}
	number, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return "", 0, fmt.Errorf("address %q: port: %w", address, err)
	}
	return host, int(number), nil
}

// randomName is 26 characters long and sorts by the time of its making.
func randomName() string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(time.Now().UnixMilli())<<16)
	_, _ = rand.Read(b[6:]) // it never returns an error
	return base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding).EncodeToString(b[:])
}

// fanOut is to how many peers gossip goes at a time.
func (o *Options) fanOut() int { return max(len(o.Peers)/2, 3) }

// repeat is how often a replica gossips a message: so often that it is rare for
// one to miss a peer, since a miss lasts until the next comparison.
func (o *Options) repeat() int { return max(len(o.Peers), 6) }

// memberlistConfig is the LAN profile with what operators can set.
func (o *Options) memberlistConfig() *memberlist.Config {
	c := memberlist.DefaultLANConfig()
	c.Name = o.Name
	c.Label = o.Label
	c.GossipNodes = o.fanOut()
	c.GossipInterval = o.GossipInterval
	c.PushPullInterval = o.PushPullInterval
	c.TCPTimeout = o.TCPTimeout
	c.ProbeTimeout = o.ProbeTimeout
	c.ProbeInterval = o.ProbeInterval
	// Compressing everything for every peer costs more than sending it.
	c.EnableCompression = false
	// Messages that do not fit are lost until the next comparison.
	c.HandoffQueueDepth = 4096
	// A replica with a fixed name may come back with another address.
	c.DeadNodeReclaimTime = time.Millisecond
	if !o.Alertmanager { // which has no version
		c.DelegateProtocolMin, c.DelegateProtocolMax, c.DelegateProtocolVersion = protocol, protocol, protocol
	}
	return c
}
