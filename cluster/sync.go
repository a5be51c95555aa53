package cluster

import (
	"context"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/go-kit/log/level"
)

// What can come of comparing a state with that of a peer.
const (
	resultNothing = "nothing" // there is nothing to be had from the peer
	resultPulled  = "pulled"
	resultBroken  = "broken"
)

const (
	maxAsking = 256 << 10 // bytes of hashes in one want
	// maxAnswer is about how many bytes of records answer one want. The rest is
	// asked for again.
	maxAnswer = 4 << 20
	// maxStuck is how many answers may follow each other none of which completes a
	// shard.
	maxStuck = 64
)

// run takes in what peers send about the state until ctx is done.
func (c *Channel) run(ctx context.Context) {
	if c.foreign != nil {
		c.runForeign(ctx)
		return
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.inbox.wake:
		case <-c.pull.overdue:
			c.pull.end(resultBroken)
		}
		for _, i := range c.inbox.take() {
			c.handle(i)
		}
		c.pull.next()
	}
}

func (c *Channel) handle(i item) {
	switch i.kind {
	case kindGossip:
		if _, record, err := parseRumor(i.body); err == nil {
			c.merge([][]byte{record})
		}
	case kindRecords:
		records, err := parseRecords(i.body)
		if err != nil {
			c.peer.metrics.ignored.WithLabelValues(ignoredMalformed).Inc()
			return
		}
		c.merge(records)
		c.arrived(i)
	case kindDigest:
		c.pull.enqueue(i.from, i.shards)
	case kindWant:
		c.serve(i)
	case kindAnswer:
		c.pull.answer(i)
	case kindAsk:
		c.pull.again(i.from)
	case kindBye:
		delete(c.served, i.from)
		c.pull.gone(i.from)
	}
}

// merge reports whether all records could be taken in.
func (c *Channel) merge(records [][]byte) bool {
	if len(records) == 0 {
		return true
	}
	err := c.state.Merge(records)
	if err != nil {
		c.peer.metrics.rejected.WithLabelValues(c.name).Inc()
		_ = level.Debug(c.peer.logger).Log("msg", "not all records of a peer could be taken in", "state", c.name, "err", err)
	}
	return err == nil
}

// arrived notes how long a change took from its replica to here.
func (c *Channel) arrived(i item) {
	lag := max(time.Since(i.stamp.Time()), 0)
	c.peer.metrics.lag.WithLabelValues(c.name).Observe(lag.Seconds())
	c.peer.roster.update(i.from, func(m *member) { m.lag = lag })
}

// serve answers a want: with the records of each shard that the peer does not have.
func (c *Channel) serve(i item) {
	w, err := parseWant(i.body)
	out := c.peer.roster.out(i.from)
	if err != nil {
		c.peer.metrics.ignored.WithLabelValues(ignoredMalformed).Inc()
		return
	}
	if out == nil || c.served[i.from] == w.session {
		return // a peer that we do not know yet asks again
	}
	c.served[i.from] = w.session
	s := server{out: out, state: c.name, session: w.session}
	shards := len(c.state.Digest())
	served := 0
	for _, asked := range w.shards {
		if asked.shard < shards && !c.serveShard(&s, asked) {
			break
		}
		served++
	}
	s.flush(true, served)
}

// serveShard reports whether there was room for the whole shard. If not, the peer
// will have more of it when it asks again.
func (c *Channel) serveShard(s *server, asked wanted) bool {
	slices.Sort(asked.have)
	for r := range c.state.Shard(asked.shard) {
		if _, has := slices.BinarySearch(asked.have, xxhash.Sum64(r)); has || len(r) == 0 || len(r) > maxRecord {
			continue
		}
		if s.total >= maxAnswer {
			return false
		}
		s.add(r)
	}
	return true
}

// server cuts an answer into messages.
type server struct {
	out     *outbox
	state   string
	session uint64
	part    int
	total   int
	records []byte
}

func (s *server) add(r []byte) {
	if len(s.records) > 0 && len(s.records)+len(r) > maxBatch {
		s.flush(false, 0)
	}
	s.records = appendBytes(s.records, r)
	s.total += len(r)
}

// flush hands a part over. If there is no room for it, the peer will miss it and
// compare again.
func (s *server) flush(last bool, served int) {
	head := answer{session: s.session, part: s.part, last: last, served: served}
	body := append(head.head(), s.records...)
	s.out.tell(control{kind: kindAnswer, state: s.state, size: len(body), body: func() []byte { return body }})
	s.part++
	s.records = s.records[:0]
}

// hashOf tells digests apart.
func hashOf(shards []uint64) uint64 { return xxhash.Sum64(appendHashes(nil, shards)) }

// puller fetches what this replica lacks of a state, from one peer at a time: what
// the first has sent need not be sent by the second. It belongs to one goroutine.
type puller struct {
	channel *Channel
	waiting []string // peers to compare with, in order
	digests map[string][]uint64
	done    map[string]uint64 // hash of the digest of a peer of which nothing more can be had
	session *session
	overdue <-chan time.Time // of the session
}

// session is the fetching from one peer.
type session struct {
	id     uint64
	peer   string
	digest uint64 // hash of what the peer has told
	clean  bool   // everything that came could be taken in
	asking []byte // the last want
	shards []int  // still to be fetched
	window int    // how many of them have been asked for
	parts  map[int]struct{}
	last   int // number of the last part, -1: not known
	served int
	stuck  int // answers in a row that completed no shard
	timer  *time.Timer
	count  int // records that have come
}

func (p *puller) enqueue(peer string, shards []uint64) {
	if !slices.Contains(p.waiting, peer) {
		p.waiting = append(p.waiting, peer)
	}
	p.digests[peer] = shards
}

// gone forgets a peer that has left.
func (p *puller) gone(peer string) {
	p.waiting = slices.DeleteFunc(p.waiting, func(w string) bool { return w == peer })
	delete(p.digests, peer)
	delete(p.done, peer)
	if p.session != nil && p.session.peer == peer {
		p.end(resultBroken)
	}
}

// again repeats what was asked of a peer that may not have known us at the time.
func (p *puller) again(peer string) {
	if p.session != nil && p.session.peer == peer && len(p.session.parts) == 0 {
		p.ask()
	}
}

// next compares with those who wait until there is one to fetch from.
func (p *puller) next() {
	for p.session == nil && len(p.waiting) > 0 {
		peer := p.waiting[0]
		p.waiting = slices.Delete(p.waiting, 0, 1)
		theirs := p.digests[peer]
		delete(p.digests, peer)
		ours := p.channel.state.Digest()
		shards, hash := differing(ours, theirs), hashOf(theirs)
		if p.done[peer] == hash {
			shards = nil
		}
		equal := slices.Equal(ours, theirs)
		p.channel.peer.roster.compare(peer, p.channel.name, equal, len(shards) == 0)
		if len(shards) == 0 {
			p.done[peer] = hash
			p.channel.peer.metrics.syncs.WithLabelValues(p.channel.name, resultNothing).Inc()
			p.channel.peer.checkSettled()
			continue
		}
		p.session = &session{peer: peer, digest: hash, clean: true, shards: shards}
		p.request()
	}
}

// request asks for the next shards of the session.
func (p *puller) request() {
	s := p.session
	s.id, s.parts, s.last, s.served = rand.Uint64(), make(map[int]struct{}), -1, 0
	w := want{session: s.id}
	size := 0
	for _, shard := range s.shards {
		if size > maxAsking {
			break
		}
		asked := wanted{shard: shard}
		for r := range p.shard(shard) {
			asked.have = append(asked.have, xxhash.Sum64(r))
		}
		w.shards = append(w.shards, asked)
		size += 8 * (len(asked.have) + 1)
	}
	s.window = len(w.shards)
	s.asking = w.encode()
	p.ask()
}

// ask sends the want of the session.
func (p *puller) ask() {
	s, body := p.session, p.session.asking
	out := p.channel.peer.roster.out(s.peer)
	if out == nil || !out.tell(control{kind: kindWant, state: p.channel.name, size: len(body), body: func() []byte { return body }}) {
		p.end(resultBroken)
		return
	}
	p.alive()
}

// shard yields what we have of a shard; of one that we do not even count, nothing.
func (p *puller) shard(i int) func(yield func([]byte) bool) {
	if i >= len(p.channel.state.Digest()) {
		return func(func([]byte) bool) {}
	}
	return p.channel.state.Shard(i)
}

// alive gives the session time for its next part.
func (p *puller) alive() {
	timeout := p.channel.peer.o.TCPTimeout / 2 // others wait meanwhile
	if p.session.timer == nil {
		p.session.timer = time.NewTimer(timeout)
		p.overdue = p.session.timer.C
	}
	p.session.timer.Reset(timeout)
}

// answer takes in a part.
func (p *puller) answer(i item) {
	a, err := parseAnswer(i.body)
	if err != nil {
		p.channel.peer.metrics.ignored.WithLabelValues(ignoredMalformed).Inc()
		return
	}
	clean := p.channel.merge(a.records)
	p.channel.peer.metrics.pulled.WithLabelValues(p.channel.name).Add(float64(len(a.records)))
	s := p.session
	if s == nil || s.peer != i.from || s.id != a.session {
		return
	}
	p.alive()
	s.count += len(a.records)
	s.clean = s.clean && clean
	s.parts[a.part] = struct{}{}
	if a.last {
		s.last, s.served = a.part, min(a.served, s.window)
	}
	if s.last < 0 || len(s.parts) <= s.last {
		return
	}
	s.shards = s.shards[s.served:]
	if s.stuck++; s.served > 0 {
		s.stuck = 0
	}
	switch {
	case len(s.shards) == 0:
		p.end(resultPulled)
	case s.stuck > maxStuck:
		p.end(resultBroken)
	default:
		p.request()
	}
}

// end closes the session. One that broke is made up for by another comparison.
func (p *puller) end(result string) {
	s, peer := p.session, p.channel.peer
	p.session, p.overdue = nil, nil
	if s.timer != nil {
		s.timer.Stop()
	}
	peer.metrics.syncs.WithLabelValues(p.channel.name, result).Inc()
	_ = level.Debug(peer.logger).Log("msg", "fetched from a peer", "peer", s.peer, "state", p.channel.name, "records", s.count, "result", result)
	if result == resultBroken {
		peer.roster.update(s.peer, func(m *member) { m.ask = true })
		return
	}
	if s.clean {
		p.done[s.peer] = s.digest
	}
	peer.roster.compare(s.peer, p.channel.name, false, true)
	peer.checkSettled()
}
