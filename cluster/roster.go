package cluster

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/memberlist"
)

// roster is who is there, who should be, and what is known of them. Its methods
// do not block; some are called while memberlist holds its locks.
type roster struct {
	self string

	mu      sync.Mutex
	closed  bool
	members map[string]*member // by name, this replica included
	absent  map[string]absent  // by address
	// doubted are those that were declared dead although they had just been heard of.
	// After a split the other side does that, until they have denied it. As long as
	// they are heard of they keep their places, or those who have lost sight of each
	// other would all tell the same at once.
	doubted map[string]*member // by name
	changed chan struct{}      // closed when the members change
}

// member is someone memberlist believes to be alive.
type member struct {
	node    memberlist.Node // name and address only
	version string
	out     *outbox // nil: this replica

	heard   time.Time // last sign of life
	suspect bool      // none for a while
	leaving bool      // has said goodbye
	probing bool      // a ping is on its way
	ask     bool      // something of it was lost: compare again

	awaiting map[string]struct{} // states that are not yet compared with its last digests
	synced   bool                // all of them were, once
	unequal  map[string]struct{} // states that differed when last compared
	compared time.Time           // zero: never
	lag      time.Duration       // of the last change of its own that arrived here
}

// absent is a peer that should be there.
type absent struct {
	name  string // empty: never seen
	since time.Time
	heard time.Time // last sign of life; zero: never seen
}

func newRoster(self string) *roster {
	return &roster{
		self:    self,
		members: make(map[string]*member),
		absent:  make(map[string]absent),
		doubted: make(map[string]*member),
		changed: make(chan struct{}),
	}
}

func (m *member) candidate() candidate {
	return candidate{m.node.Name, m.suspect || m.leaving}
}

// notify wakes those who wait for a change; the roster is locked.
func (r *roster) notify() {
	close(r.changed)
	r.changed = make(chan struct{})
}

func (r *roster) changes() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

// join takes in a member. It returns what was known of it while it was away, and
// how many others are there now.
func (r *roster) join(m *member) (was absent, others int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m.node.Name == r.self {
		m.synced = true
	}
	m.heard = time.Now()
	if r.closed && m.out != nil {
		m.out.close()
	}
	r.members[m.node.Name] = m
	delete(r.doubted, m.node.Name)
	address := m.node.Address()
	was = r.absent[address]
	maps.DeleteFunc(r.absent, func(a string, gone absent) bool { return a == address || gone.name == m.node.Name })
	r.notify()
	return was, r.others()
}

// others counts the members but this replica, which may have left already.
func (r *roster) others() int {
	if _, here := r.members[r.self]; here {
		return len(r.members) - 1
	}
	return len(r.members)
}

// close closes the outboxes, also those of members yet to come.
func (r *roster) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	for _, m := range r.members {
		if m.out != nil {
			m.out.close()
		}
	}
}

// leave takes a member out. One that has not said goodbye is missed from now on; if it
// was heard of within that time, it is doubted.
func (r *roster) leave(name string, patience time.Duration) (gone *member, others int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	gone = r.members[name]
	if gone == nil {
		return nil, 0
	}
	delete(r.members, name)
	if !gone.leaving && name != r.self {
		r.lose(gone, patience)
	}
	r.notify()
	return gone, r.others()
}

// lose notes that a member has failed; the roster is locked.
func (r *roster) lose(gone *member, patience time.Duration) {
	now := time.Now()
	if !r.hasAddress(gone.node.Address()) {
		r.absent[gone.node.Address()] = absent{name: gone.node.Name, since: now, heard: gone.heard}
	}
	if now.Sub(gone.heard) < patience {
		r.doubted[gone.node.Name] = gone
	}
}

// update changes one member if it is there, or doubted.
func (r *roster) update(name string, change func(*member)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := cmp.Or(r.members[name], r.doubted[name])
	if m == nil {
		return
	}
	before := m.candidate()
	change(m)
	if before != m.candidate() {
		r.notify()
	}
}

// hear notes a sign of life.
func (r *roster) hear(name string) {
	r.update(name, func(m *member) { m.heard, m.suspect = time.Now(), false })
}

// out returns the outbox of a peer, nil if it is not there.
func (r *roster) out(name string) *outbox {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m := r.members[name]; m != nil {
		return m.out
	}
	return nil
}

// outs returns the outboxes of all peers.
func (r *roster) outs() []*outbox {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []*outbox
	for _, m := range r.members {
		if m.out != nil {
			list = append(list, m.out)
		}
	}
	return list
}

func (r *roster) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.members)
}

func (r *roster) candidates() []candidate {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]candidate, 0, len(r.members)+len(r.doubted))
	for _, m := range r.members {
		list = append(list, m.candidate())
	}
	for _, m := range r.doubted {
		list = append(list, m.candidate())
	}
	return list
}

// at reports whether there is a member with an address.
func (r *roster) at(address string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.hasAddress(address)
}

// untold counts the peers whose states have not been compared with ours, though
// they seem well. One with the address of this replica is what this replica was
// before it was started again.
func (r *roster) untold() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	self := ""
	if m := r.members[r.self]; m != nil {
		self = m.node.Address()
	}
	n := 0
	for _, m := range r.members {
		if !m.synced && !m.candidate().frail && m.node.Address() != self {
			n++
		}
	}
	return n
}

// unheard reports whether a peer has never told its digests.
func (r *roster) unheard(name string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.members[name]
	return m != nil && m.out != nil && m.awaiting == nil
}

// miss notes that a peer should be at an address, unless one is.
func (r *roster) miss(address string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.absent[address]; known || r.hasAddress(address) {
		return
	}
	r.absent[address] = absent{since: time.Now()}
}

func (r *roster) hasAddress(address string) bool {
	for _, m := range r.members {
		if m.node.Address() == address {
			return true
		}
	}
	return false
}

// unmiss forgets that a peer should be at an address.
func (r *roster) unmiss(address string) (was absent, missed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	was, missed = r.absent[address]
	delete(r.absent, address)
	return was, missed
}

// unmissUnseen does so unless a peer was seen there.
func (r *roster) unmissUnseen(address string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.absent[address].name == "" {
		delete(r.absent, address)
	}
}

// missing returns the addresses of absent peers.
func (r *roster) missing() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(maps.Keys(r.absent))
}

// overdue returns the addresses of those that have been absent for longer.
func (r *roster) overdue(timeout time.Duration) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []string
	for address, a := range r.absent {
		if time.Since(a.since) >= timeout {
			list = append(list, address)
		}
	}
	return list
}

func (r *roster) absentees() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.absent)
}

func (r *roster) queued() int {
	total := 0
	for _, out := range r.outs() {
		n, _ := out.bytes()
		total += n
	}
	return total
}

// expect notes that a peer has sent its digests of some states of ours; each is
// over when settle is called for it.
func (r *roster) expect(name string, states []string) {
	r.update(name, func(m *member) {
		m.compared = time.Now()
		m.awaiting, m.unequal = make(map[string]struct{}), make(map[string]struct{})
		for _, s := range states {
			m.awaiting[s] = struct{}{}
		}
		m.synced = m.synced || len(states) == 0
	})
}

// compare notes what came of a comparison.
func (r *roster) compare(name, state string, equal, over bool) {
	r.update(name, func(m *member) {
		if !equal && m.unequal != nil {
			m.unequal[state] = struct{}{}
		}
		if over {
			delete(m.awaiting, state)
			m.synced = m.synced || m.awaiting != nil && len(m.awaiting) == 0
		}
	})
}

// view returns all members and absent peers, sorted by name and address.
func (r *roster) view() []PeerView {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []PeerView
	for _, m := range r.members {
		list = append(list, m.view())
	}
	for address, a := range r.absent {
		v := PeerView{Member: Member{Name: a.name, Address: address}, Health: HealthFailed}
		if a.name != "" {
			v.LastContact = a.heard
		}
		list = append(list, v)
	}
	slices.SortFunc(list, func(a, b PeerView) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Address, b.Address))
	})
	return list
}
