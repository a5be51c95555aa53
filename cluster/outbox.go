package cluster

import (
	"slices"
	"sync"
	"time"
)

const (
	maxBatch   = 512 << 10 // bytes of records in one message, unless a single one is larger
	maxLane    = 16 << 20  // bytes of records of one state that wait for one peer
	maxControl = 256       // messages about states that wait for one peer
	maxServing = 8 << 20   // bytes of those
)

// outbox is what waits to be streamed to one peer. It never makes anybody wait:
// what does not fit is dropped, and when the rest has been sent the peer gets our
// digests, so that it notices what it lacks. It has a goroutine while there is
// something to send.
type outbox struct {
	p    *Peer
	to   string
	send func(message []byte) error // blocks for a bounded time

	mu          sync.Mutex
	closed      bool
	active      bool
	resting     bool // sending has failed; wait for resume
	control     []control
	controlSize int
	lanes       []*lane
	turn        int // lane that comes next
}

// control is a message about states. It is made when it is sent.
type control struct {
	kind  kind
	state string
	size  int // bytes that it holds while it waits
	body  func() []byte
}

// lane is what waits of one state.
type lane struct {
	state   string
	records [][]byte
	size    int
	oldest  Timestamp // of the records
	behind  bool      // something was lost since the last digest
}

// add puts records at the end of the lane of a state.
func (o *outbox) add(state string, stamp Timestamp, records [][]byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return
	}
	l := o.lane(state)
	for _, r := range records {
		if l.size+len(r) > maxLane {
			o.p.metrics.streamDrops.WithLabelValues(state).Inc()
			l.behind = true
			continue
		}
		if len(l.records) == 0 {
			l.oldest = stamp
		}
		l.records, l.size = append(l.records, r), l.size+len(r)
	}
	o.start()
}

func (o *outbox) lane(state string) *lane {
	i := slices.IndexFunc(o.lanes, func(l *lane) bool { return l.state == state })
	if i >= 0 {
		return o.lanes[i]
	}
	l := &lane{state: state}
	o.lanes = append(o.lanes, l)
	return l
}

// tell puts a message about states in front of the records. Of those without a
// body of their own (digest, ask, ping, …) one is enough. It reports whether
// there was room.
func (o *outbox) tell(c control) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.p.o.Alertmanager {
		return true // its members would not understand
	}
	if o.closed || len(o.control) >= maxControl || o.controlSize+c.size > maxServing {
		return false
	}
	if c.size == 0 && slices.ContainsFunc(o.control, func(other control) bool { return other.kind == c.kind }) {
		return true
	}
	o.control, o.controlSize = append(o.control, c), o.controlSize+c.size
	o.start()
	return true
}

// resume tries again after sending has failed.
func (o *outbox) resume() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.resting = false
	o.start()
}

// close drops what waits. What is being sent is not waited for.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed, o.control, o.lanes = true, nil, nil
}

// bytes counts what waits; idle says that nothing waits nor is being sent.
func (o *outbox) bytes() (n int, idle bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n = o.controlSize
	for _, l := range o.lanes {
		n += l.size
	}
	return n, n == 0 && !o.active
}

// start gives the outbox a goroutine if it needs one; it is locked.
func (o *outbox) start() {
	if o.active || o.resting || o.closed || !o.pending() {
		return
	}
	o.active = true
	o.p.senders.Go(o.run)
}

func (o *outbox) pending() bool {
	return len(o.control) > 0 || slices.ContainsFunc(o.lanes, func(l *lane) bool {
		return len(l.records) > 0 || l.behind
	})
}

func (o *outbox) run() {
	for {
		step := o.next()
		if step == nil {
			return
		}
		if !step() {
			o.rest()
		}
	}
}

// records reports whether any wait. A goodbye comes after them: whoever hears it goes
// on with what this replica was about to do, and must know what it has done.
func (o *outbox) records() bool {
	return slices.ContainsFunc(o.lanes, func(l *lane) bool { return len(l.records) > 0 })
}

func (o *outbox) rest() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.resting = true
}

// next takes out what is to be sent now, nil if there is nothing. The step sends
// it and reports whether that went well.
func (o *outbox) next() func() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed || o.resting || !o.pending() {
		o.active = false
		return nil
	}
	if len(o.control) > 0 && (o.control[0].kind != kindBye || !o.records()) {
		c := o.control[0]
		o.control = slices.Delete(o.control, 0, 1)
		o.controlSize -= c.size
		return func() bool { return o.sendControl(c) }
	}
	for range o.lanes {
		l := o.lanes[o.turn%len(o.lanes)]
		o.turn++
		if len(l.records) > 0 {
			batch, stamp := l.cut()
			return func() bool { return o.sendRecords(l, stamp, batch) }
		}
	}
	return o.sendHealing
}

// cut takes a batch from the front.
func (l *lane) cut() ([][]byte, Timestamp) {
	n, size := 0, 0
	for n < len(l.records) && n < maxRecords {
		next := size + len(l.records[n]) + 4
		if n > 0 && next > maxBatch {
			break
		}
		n, size = n+1, next
	}
	batch := slices.Clone(l.records[:n])
	for _, r := range batch {
		l.size -= len(r)
	}
	l.records = slices.Delete(l.records, 0, n)
	if len(l.records) == 0 {
		l.records = nil // a storm must not hold its memory
	}
	return batch, l.oldest
}

func (o *outbox) post(e envelope) error {
	message := e.encode()
	err := o.send(message)
	if err == nil {
		o.p.metrics.out(e.kind, len(message))
	}
	return err
}

func (o *outbox) sendControl(c control) bool {
	return o.post(o.p.letter(c.kind, c.state, c.body())) == nil
}

func (o *outbox) sendRecords(l *lane, stamp Timestamp, batch [][]byte) bool {
	start := time.Now()
	if err := o.postRecords(l.state, stamp, batch); err != nil {
		o.p.metrics.streamFailed.WithLabelValues(l.state).Inc()
		o.lost(l)
		return false
	}
	o.p.metrics.streamed.WithLabelValues(l.state).Inc()
	o.p.metrics.streamTook.WithLabelValues(l.state).Observe(time.Since(start).Seconds())
	return true
}

func (o *outbox) postRecords(state string, stamp Timestamp, batch [][]byte) error {
	if o.p.o.Alertmanager {
		return o.sendUpdates(state, batch)
	}
	var body []byte
	for _, r := range batch {
		body = appendBytes(body, r)
	}
	e := o.p.letter(kindRecords, state, body)
	e.stamp = stamp
	return o.post(e)
}

func (o *outbox) lost(lanes ...*lane) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, l := range lanes {
		l.behind = true
	}
}

// sendHealing sends our digests after something was lost.
func (o *outbox) sendHealing() bool {
	o.mu.Lock()
	var behind []*lane
	for _, l := range o.lanes {
		if l.behind {
			l.behind, behind = false, append(behind, l)
		}
	}
	o.mu.Unlock()
	if err := o.heal(); err != nil {
		o.lost(behind...)
		return false
	}
	return true
}

func (o *outbox) heal() error {
	if o.p.o.Alertmanager {
		return o.p.meet(o.to)
	}
	return o.post(o.p.letter(kindDigest, "", o.p.digests()))
}
