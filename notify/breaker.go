package notify

import (
	"sync"
	"time"
)

// A breaker keeps an integration whose service does not answer from being tried
// by every group at once. After so many failures in a row it lets one attempt
// through at a time, with a pause before each; the first that reaches the
// service ends that. A refusal counts as an answer.
const (
	breakAfter   = 10
	firstPause   = time.Second
	longestPause = 30 * time.Second
)

type breaker struct {
	mu       sync.Mutex
	failures int // in a row
	pause    time.Duration
	until    time.Time // no attempt before
	probing  bool      // the one attempt is being made
}

// wait is how long not to make an attempt. 0 is the permission for one, which has
// to be followed by done.
func (b *breaker) wait(now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.failures < breakAfter:
		return 0
	case b.probing:
		return b.pause
	case b.until.After(now):
		return b.until.Sub(now)
	}
	b.probing = true
	return 0
}

// done says what became of an attempt. It returns true if that has opened or
// closed the breaker.
func (b *breaker) done(now time.Time, r result) (changed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	was := b.failures >= breakAfter
	switch r {
	case reached:
		b.failures, b.pause, b.probing = 0, 0, false
		return was
	case unneeded:
		b.probing = false
		return false
	}
	b.failures++
	if b.failures < breakAfter {
		return false
	}
	if b.probing || !was {
		b.pause = min(max(2*b.pause, firstPause), longestPause)
		b.until, b.probing = now.Add(b.pause), false
	}
	return !was
}

// open reports whether the service is taken for dead.
func (b *breaker) open() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failures >= breakAfter
}

// result is what an attempt says about the service.
type result uint8

const (
	unneeded result = iota // nothing, it was not made
	reached
	unreached
)
