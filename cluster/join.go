package cluster

import (
	"cmp"
	"context"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/go-kit/log/level"
)

// secondContact is how long after the first contact the second follows.
const secondContact = 100 * time.Millisecond

// maxFailing bounds the addresses of which is remembered why they failed.
const maxFailing = 1024

// seeds are the addresses of the configured peers as last looked up.
type seeds struct {
	mu        sync.Mutex
	addresses map[string]struct{}
	aliases   map[string]struct{} // reached, and nobody there goes by that address
	resolved  bool                // every name had an address, or has had its time
	unknown   map[string]struct{} // configured peers that have no address
	failing   map[string]string   // why an address cannot be joined, as last logged
	asked     map[string]struct{} // joined, which in a cluster of Alertmanager is asking for everything
}

// know notes whether a configured peer has an address. It reports whether that is
// news.
func (s *seeds) know(peer string, known bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, was := s.unknown[peer]; was != known {
		return false
	}
	if known {
		delete(s.unknown, peer)
		return true
	}
	if s.unknown == nil {
		s.unknown = make(map[string]struct{})
	}
	s.unknown[peer] = struct{}{}
	return true
}

// miss notes why an address cannot be joined. It reports whether that is news.
func (s *seeds) miss(address, why string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failing[address] == why {
		return false
	}
	if s.failing == nil || len(s.failing) >= maxFailing {
		s.failing = make(map[string]string)
	}
	s.failing[address] = why
	return true
}

// reach notes that an address could be joined.
func (s *seeds) reach(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.failing, address)
}

func (s *seeds) snapshot() (addresses []string, resolved bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for a := range s.addresses {
		if _, alias := s.aliases[a]; !alias {
			addresses = append(addresses, a)
		}
	}
	return addresses, s.resolved
}

func (s *seeds) alias(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.aliases == nil {
		s.aliases = make(map[string]struct{})
	}
	s.aliases[address] = struct{}{}
}

// set takes new addresses and returns those that are none any more. When a name
// could not be looked up, the old addresses stay.
func (s *seeds) set(addresses []string, complete bool) (gone []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := make(map[string]struct{}, len(addresses))
	for _, a := range addresses {
		next[a] = struct{}{}
	}
	for a := range s.addresses {
		if _, still := next[a]; still {
			continue
		}
		if complete {
			gone = append(gone, a)
		} else {
			next[a] = struct{}{}
		}
	}
	s.addresses = next
	return gone
}

func (s *seeds) resolve() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.resolved = true
}

// lookUp looks up all configured peers but this one, at the same time: a name
// server that does not answer for one must not cost the others. complete says that
// each has an address.
func (p *Peer) lookUp(ctx context.Context) (addresses []string, complete bool) {
	found := make([][]string, len(p.o.Peers))
	var all sync.WaitGroup
	for i, peer := range p.o.Peers {
		all.Go(func() { found[i] = p.lookUpOne(ctx, peer) })
	}
	all.Wait()
	self := p.address()
	complete = true
	for _, list := range found {
		complete = complete && len(list) > 0
		for _, a := range list {
			if a != self {
				addresses = append(addresses, a)
			}
		}
	}
	slices.Sort(addresses)
	return slices.Compact(addresses), complete
}

// lookUpOne returns the addresses of one peer, none if it has none at the moment.
func (p *Peer) lookUpOne(ctx context.Context, peer string) []string {
	host, port, err := splitAddress(peer)
	if err != nil {
		return nil // New has refused such
	}
	ips, err := lookup(ctx, p.o.Resolver, host)
	if err != nil {
		if p.seeds.know(peer, false) {
			_ = level.Warn(p.logger).Log("msg", "configured peer has no address, trying again", "peer", peer, "err", err)
		}
		return nil
	}
	if p.seeds.know(peer, true) {
		_ = level.Info(p.logger).Log("msg", "configured peer has an address", "peer", peer)
	}
	for i, ip := range ips {
		ips[i] = net.JoinHostPort(ip, strconv.Itoa(port))
	}
	return ips
}

// address is what peers are told; empty before Run.
func (p *Peer) address() string {
	for _, m := range p.Members() {
		if m.Name == p.o.Name {
			return m.Address
		}
	}
	return ""
}

// look looks up the configured peers and returns the addresses where none is yet.
func (p *Peer) look(ctx context.Context) (missing []string, complete bool) {
	ctx, cancel := context.WithTimeout(ctx, p.o.PeersResolveTimeout)
	defer cancel()
	addresses, complete := p.lookUp(ctx)
	for _, a := range p.seeds.set(addresses, complete) {
		if was, missed := p.roster.unmiss(a); missed {
			p.forgotten(was, a)
		}
	}
	for _, a := range addresses {
		if !p.roster.at(a) || p.unmet(a) {
			missing = append(missing, a)
		}
	}
	return missing, complete
}

// joinAll joins the configured peers, looking them up again each time: soon while
// this replica settles, and then from time to time.
func (p *Peer) joinAll(ctx context.Context) {
	start := time.Now()
	for first := true; !p.Ready() || first; first = false {
		missing, complete := p.look(ctx)
		for _, a := range missing {
			p.roster.miss(a)
		}
		if complete || time.Since(start) >= p.o.PeersResolveTimeout {
			p.seeds.resolve()
		}
		p.contactAll(ctx, missing, nil)
		p.checkSettled()
		if !p.Ready() && !pause(ctx, time.Second) {
			return
		}
	}
	for pause(ctx, refreshInterval) {
		missing, _ := p.look(ctx)
		known := p.roster.missing() // reconnect takes care of them
		missing = slices.DeleteFunc(missing, func(a string) bool { return slices.Contains(known, a) })
		p.contactAll(ctx, missing, func(ok bool) {
			if ok {
				p.metrics.refreshes.Inc()
			} else {
				p.metrics.refreshesFailed.Inc()
			}
		})
	}
}

// reconnect tries failed peers again and again, and forgets them in the end.
func (p *Peer) reconnect(ctx context.Context) {
	for pause(ctx, p.o.ReconnectInterval) {
		for _, a := range p.roster.overdue(p.o.ReconnectTimeout) {
			if was, missed := p.roster.unmiss(a); missed {
				p.forgotten(was, a)
			}
		}
		p.contactAll(ctx, p.roster.missing(), func(ok bool) {
			if ok {
				p.metrics.reconnections.Inc()
			} else {
				p.metrics.reconnectionsFailed.Inc()
			}
		})
		if p.conflicted.Swap(false) {
			// The others took us for an older replica with our name and another
			// address. By now they may know that it is gone.
			p.contactAll(ctx, p.othersAt(), nil)
		}
	}
}

func (p *Peer) othersAt() []string {
	var list []string
	for _, m := range p.Members() {
		if m.Name != p.o.Name {
			list = append(list, m.Address)
		}
	}
	return list
}

func (p *Peer) forgotten(was absent, address string) {
	p.metrics.forgotten.Inc()
	p.metrics.forget(was.name)
	_ = level.Info(p.logger).Log("msg", "failed peer is forgotten", "peer", was.name, "address", address,
		"since", was.since.UTC().Format(time.RFC3339))
}

// contactAll contacts some addresses, a few at a time, and waits for the end.
func (p *Peer) contactAll(ctx context.Context, addresses []string, note func(ok bool)) {
	const width = 8
	for part := range slices.Chunk(addresses, width) {
		if ctx.Err() != nil {
			return
		}
		var all sync.WaitGroup
		for _, a := range part {
			all.Go(func() {
				ok := p.contact(ctx, a)
				if note != nil {
					note(ok)
				}
			})
		}
		all.Wait()
	}
}

// contact joins whoever is at an address. After a split, both sides believe the
// other to be dead; the first exchange has each hear that and object, the second
// brings the objections. It also finds who at the first was just about to start.
func (p *Peer) contact(ctx context.Context, address string) bool {
	for attempt := range 2 {
		if attempt > 0 && !pause(ctx, secondContact) {
			return false
		}
		list := p.list.Load()
		if list == nil {
			return false
		}
		if _, err := list.Join([]string{address}); err != nil {
			p.unreached(address, err)
			return false
		}
		p.seeds.reach(address)
		p.seeds.meet(address)
		if p.roster.at(address) {
			return true
		}
	}
	// Reached, by an address that is not what the peer tells of itself.
	p.roster.unmissUnseen(address)
	p.seeds.alias(address)
	p.checkSettled()
	return true
}

// unreached logs why an address cannot be joined, once for each reason.
func (p *Peer) unreached(address string, err error) {
	err = plainly(err)
	hint := hintFor(err)
	if !p.seeds.miss(address, cmp.Or(hint, "no answer")) {
		return
	}
	if hint == "" {
		_ = level.Info(p.logger).Log("msg", "peer cannot be reached, trying again", "address", address, "err", err)
		return
	}
	_ = level.Warn(p.logger).Log("msg", "peer cannot be joined, trying again", "address", address, "err", err, "hint", hint)
}

// pause waits and reports false when ctx is done first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
