package dispatch

import (
	"iter"
	"slices"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/fit"
)

// outcome is what became of an alert the last time its group spoke. Of the
// outcomes in several groups the highest counts.
type outcome uint8

const (
	unprocessed outcome = iota
	active
	suppressed
	outcomes // how many there are
)

// member is an alert in a group.
type member struct {
	alert   *alert.Alert
	outcome outcome
}

// fewMembers is how many members are a list, which takes a tenth of the memory of a map.
// Most groups have no more.
const fewMembers = 8

// members are the alerts of a group. The zero value has none.
type members struct {
	few  []member
	many *manyMembers // if it is not nil, few is
}

type manyMembers struct {
	byID map[alert.Fingerprint]member
	most int
}

func (m *members) len() int {
	if m.many != nil {
		return len(m.many.byID)
	}
	return len(m.few)
}

// find returns where a member is in the list; -1: nowhere.
func (m *members) find(id alert.Fingerprint) int {
	return slices.IndexFunc(m.few, func(x member) bool { return x.alert.Fingerprint() == id })
}

func (m *members) get(id alert.Fingerprint) (member, bool) {
	if m.many != nil {
		x, here := m.many.byID[id]
		return x, here
	}
	if i := m.find(id); i >= 0 {
		return m.few[i], true
	}
	return member{}, false
}

func (m *members) has(id alert.Fingerprint) bool {
	_, here := m.get(id)
	return here
}

// put adds a member, or replaces the one with the same alert.
func (m *members) put(x member) {
	id := x.alert.Fingerprint()
	if m.many != nil {
		m.many.byID[id] = x
		return
	}
	switch i := m.find(id); {
	case i >= 0:
		m.few[i] = x
	case len(m.few) < fewMembers:
		m.few = append(m.few, x)
	default:
		m.spread()
		m.many.byID[id] = x
	}
}

// renew puts the newest state of an alert, of which the outcome stays what it was.
func (m *members) renew(a *alert.Alert) {
	x, _ := m.get(a.Fingerprint())
	x.alert = a
	m.put(x)
}

// spread makes a map of the list.
func (m *members) spread() {
	m.many = &manyMembers{byID: make(map[alert.Fingerprint]member, len(m.few)+1)}
	for _, x := range m.few {
		m.many.byID[x.alert.Fingerprint()] = x
	}
	m.few = nil
}

// delete takes a member out. It must not be called while all yields.
func (m *members) delete(id alert.Fingerprint) {
	if m.many == nil {
		if i := m.find(id); i >= 0 {
			m.few = slices.Delete(m.few, i, i+1)
		}
		return
	}
	m.many.byID = fit.Delete(m.many.byID, &m.many.most, id)
	// Half of what a list may have, so that a group does not go to and fro.
	if len(m.many.byID) <= fewMembers/2 {
		few := slices.AppendSeq(make([]member, 0, fewMembers), m.all())
		m.few, m.many = few, nil
	}
}

// all yields the members, in no promised order.
func (m *members) all() iter.Seq[member] {
	return func(yield func(member) bool) {
		for _, x := range m.few {
			if !yield(x) {
				return
			}
		}
		if m.many == nil {
			return
		}
		for _, x := range m.many.byID {
			if !yield(x) {
				return
			}
		}
	}
}
