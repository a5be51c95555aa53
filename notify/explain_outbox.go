package notify

import "time"

// Step is where a notification is on its way.
type Step uint8

// The steps.
const (
	StepInLine  Step = iota // for its integration
	StepSending             // an attempt is being made
	StepResting             // until the next attempt
	StepPeers               // it lets other replicas go first
)

// OnTheWay is a notification of a group on its way to an integration.
type OnTheWay struct {
	Step     Step
	Since    time.Time // the first tick that it is for
	Attempts int       // that have failed
	Err      error     // of the last; nil: none has failed
	Next     time.Time // when the next is made; zero if that is not by time
}

// GivenUp is a notification that cannot be told.
type GivenUp struct {
	At  time.Time
	Err error
}

// gaveUp notes why a notification was given up, or with nil that one got through.
func (o *Outbox) gaveUp(key LogKey, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err == nil {
		delete(o.givenUp, key)
		return
	}
	if o.givenUp == nil {
		o.givenUp = make(map[LogKey]*GivenUp)
	}
	o.givenUp[key] = &GivenUp{At: time.Now(), Err: err}
}

// look returns what is on its way to an integration, and what was given up.
func (o *Outbox) look(key LogKey) (*OnTheWay, *GivenUp) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, d := range o.deliveries {
		if d.in.key("") == key {
			return d.onTheWay(), o.givenUp[key]
		}
	}
	return nil, o.givenUp[key]
}

// onTheWay shows the delivery; the outbox is locked.
func (d *delivery) onTheWay() *OnTheWay {
	w := &OnTheWay{Step: StepInLine, Since: d.since, Attempts: d.tried, Err: d.last}
	switch d.place {
	case running:
		w.Step = StepSending
	case resting:
		w.Step, w.Next = StepResting, d.until
		if d.p.turns.has(d) {
			w.Step = StepPeers
		}
	}
	return w
}

func (t *turns) has(d *delivery) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, waits := t.waiting[d]
	return waits
}

// dead returns how often in a row a service did not answer, and until when it is left
// alone; 0 if it is not taken for dead.
func (b *breaker) dead() (failures int, until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < breakAfter {
		return 0, time.Time{}
	}
	return b.failures, b.until
}
