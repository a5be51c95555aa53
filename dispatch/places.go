package dispatch

import (
	"iter"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/fit"
)

// places remembers the groups of alerts. Nearly every alert has one group, and that
// takes no list.
type places struct {
	one               map[alert.Fingerprint]*group
	more              map[alert.Fingerprint][]*group // of those that are not in one
	mostOne, mostMore int
}

// newPlaces returns places with room for so many alerts.
func newPlaces(alerts int) places {
	return places{
		one:  make(map[alert.Fingerprint]*group, alerts),
		more: make(map[alert.Fingerprint][]*group),
	}
}

// len counts the alerts.
func (p *places) len() int { return len(p.one) + len(p.more) }

// has reports whether an alert has a group.
func (p *places) has(id alert.Fingerprint) bool {
	if _, one := p.one[id]; one {
		return true
	}
	_, more := p.more[id]
	return more
}

// of yields the groups of an alert, in routing order. The alert may be deleted
// meanwhile.
func (p *places) of(id alert.Fingerprint) iter.Seq[*group] {
	return func(yield func(*group) bool) {
		if g, one := p.one[id]; one {
			yield(g)
			return
		}
		for _, g := range p.more[id] {
			if !yield(g) {
				return
			}
		}
	}
}

// put sets the groups of an alert, of which there is at least one. It keeps the slice.
func (p *places) put(id alert.Fingerprint, groups []*group) {
	if len(groups) == 1 {
		if len(p.more) > 0 {
			p.more = fit.Delete(p.more, &p.mostMore, id)
		}
		p.one[id] = groups[0]
		return
	}
	p.one = fit.Delete(p.one, &p.mostOne, id)
	p.more[id] = groups
}

func (p *places) delete(id alert.Fingerprint) {
	p.one = fit.Delete(p.one, &p.mostOne, id)
	p.more = fit.Delete(p.more, &p.mostMore, id)
}
