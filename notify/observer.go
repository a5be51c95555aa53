package notify

import (
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// Observer is told what the pipeline does. Its methods are called from many
// goroutines at once, must not block, and must not change what they get.
type Observer interface {
	// Muted is called for each alert that a Muter keeps quiet at a tick of its
	// group, with the reason of the muter and what it names.
	Muted(a *alert.Alert, reason string, by []string)
	// Told is called for each notification that got through.
	Told(t Told)
}

// Told is a notification that got through.
type Told struct {
	Flush       Flush
	Integration *Integration
	Alerts      []*alert.Alert // that the message was about
	Reason      Reason
	// The hashes identify alerts of the group as the log does: those that fire and
	// those that have resolved, sorted, and those that were held back.
	Firing, Resolved, Muted []uint64
}

// seen is the stage with an observer of what it mutes, if it mutes alerts at all.
func (p *Pipeline) seen(s Stage) Stage {
	m, mutes := s.(mute)
	if p.observer == nil || !mutes {
		return s
	}
	return mute{watched{m.muter, p.observer}}
}

// watched is a Muter that tells an observer.
type watched struct {
	Muter
	observer Observer
}

func (w watched) MutedBy(a *alert.Alert, now time.Time) []string {
	by := w.Muter.MutedBy(a, now)
	if by != nil {
		w.observer.Muted(a, w.Reason(), by)
	}
	return by
}

// told tells the observer, if there is one, of a notification that got through.
func (p *Pipeline) told(in *Integration, f Flush, s state, n *Notification, reason Reason) {
	if p.observer == nil {
		return
	}
	p.observer.Told(Told{
		Flush:       f,
		Integration: in,
		Alerts:      n.Alerts,
		Reason:      reason,
		Firing:      s.firing,
		Resolved:    s.resolved,
		Muted:       heldBack(f, s),
	})
}

// heldBack lists the alerts of the group that a notification says nothing of
// because they are muted.
func heldBack(f Flush, s state) []uint64 {
	if len(f.Alerts) == len(f.All) {
		return nil
	}
	told := make(map[*alert.Alert]bool, len(f.Alerts))
	for _, a := range f.Alerts {
		told[a] = true
	}
	var hashes []uint64
	for _, a := range f.All {
		if told[a] {
			continue
		}
		if hash := hashAlert(a); !contains(s.resolved, hash) {
			hashes = append(hashes, hash)
		}
	}
	return hashes
}
