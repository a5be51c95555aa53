package cluster

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// Member is a replica that is there.
type Member struct {
	Name    string
	Address string // ip:port
	Version string // of the program; empty: not told
}

// Health is how a peer does.
type Health string

// What the health of a peer can be.
const (
	HealthAlive   Health = "alive"
	HealthSuspect Health = "suspect" // nothing heard for a while, or about to leave
	HealthFailed  Health = "failed"  // should be there and is not
)

// PeerView is what this replica knows of one peer, or of itself.
type PeerView struct {
	Member
	Health      Health
	LastContact time.Time     // zero: never
	Queued      int           // bytes that wait to be streamed to it
	Lag         time.Duration // of the last change that came from it
	Compared    time.Time     // when the states were last compared; zero: never
	Equal       bool          // they were equal then
	Unequal     []string      // else, the states that were not
}

func (m *member) view() PeerView {
	v := PeerView{
		Member:      m.member(),
		Health:      HealthAlive,
		LastContact: m.heard,
		Lag:         m.lag,
		Compared:    m.compared,
		Equal:       !m.compared.IsZero() && len(m.awaiting) == 0 && len(m.unequal) == 0,
		Unequal:     slices.Sorted(maps.Keys(m.unequal)),
	}
	if m.out != nil {
		v.Queued, _ = m.out.bytes()
	}
	if m.suspect || m.leaving {
		v.Health = HealthSuspect
	}
	return v
}

func (m *member) member() Member {
	return Member{Name: m.node.Name, Address: m.node.Address(), Version: m.version}
}

// Name is the name of this replica.
func (p *Peer) Name() string { return p.o.Name }

// View returns what is known of every replica, this one included and failed ones
// too, sorted by name.
func (p *Peer) View() []PeerView { return p.roster.view() }

// Members returns the living replicas sorted by name, this one included. Before
// Run it is empty.
func (p *Peer) Members() []Member {
	p.roster.mu.Lock()
	defer p.roster.mu.Unlock()
	list := make([]Member, 0, len(p.roster.members))
	for _, m := range p.roster.members {
		list = append(list, m.member())
	}
	slices.SortFunc(list, func(a, b Member) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// Place returns how many replicas go before this one with a group, and how many
// there are. It is computed from the members as they are now; Changed says when
// to ask again.
func (p *Peer) Place(groupID string) (place, of int) {
	list := p.roster.candidates()
	if p.o.Alertmanager {
		return p.Position(), max(len(list), 1)
	}
	return placeOf(p.o.Name, groupID, list), max(len(list), 1)
}

// Wait is how long this replica lets those go first that are before it with a
// group.
func (p *Peer) Wait(groupID string) time.Duration {
	place, _ := p.Place(groupID)
	return time.Duration(place) * p.o.PeerTimeout
}

// Changed returns a channel that is closed when the members, or who of them is
// well, change after the call.
func (p *Peer) Changed() <-chan struct{} { return p.roster.changes() }

// Position is the place of this replica among the living ones sorted by name, 0 for
// the first.
func (p *Peer) Position() int {
	p.roster.mu.Lock()
	defer p.roster.mu.Unlock()
	before := 0
	for name := range p.roster.members {
		if name < p.o.Name {
			before++
		}
	}
	return before
}

func (p *Peer) health() int {
	if list := p.list.Load(); list != nil {
		return list.GetHealthScore()
	}
	return 0
}

func (p *Peer) waiting() int {
	n := 0
	for _, c := range p.channels {
		n += c.inbox.bytes()
	}
	return n
}

// Heard returns the names of the peers that have given a sign of life lately, whatever
// others say of them.
func (p *Peer) Heard() []string {
	p.roster.mu.Lock()
	defer p.roster.mu.Unlock()
	list := make([]string, 0, len(p.roster.members))
	for name, m := range p.roster.members {
		if m.out != nil && !m.suspect {
			list = append(list, name)
		}
	}
	for name := range p.roster.doubted {
		list = append(list, name)
	}
	return list
}
