package cluster

import (
	"sync"
	"time"
)

const (
	// quietFor is how long after a line of the log lines like it are left out.
	// Anybody who reaches the port can cause them.
	quietFor = 10 * time.Second
	// maxQuiet bounds the kinds of lines that are remembered.
	maxQuiet = 256
)

// often notices what is logged too often. nil lets everything pass.
type often struct {
	mu    sync.Mutex
	kinds map[string]*quiet
}

type quiet struct {
	until  time.Time
	missed int
}

// allow reports whether a line of some kind may be logged, and how many like it
// were left out before.
func (o *often) allow(kind string) (missed int, ok bool) {
	if o == nil {
		return 0, true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	q := o.kinds[kind]
	if q != nil && now.Before(q.until) {
		q.missed++
		return 0, false
	}
	if q != nil {
		missed = q.missed
	}
	if o.kinds == nil || q == nil && len(o.kinds) >= maxQuiet {
		o.kinds = make(map[string]*quiet)
	}
	o.kinds[kind] = &quiet{until: now.Add(quietFor)}
	return missed, true
}
