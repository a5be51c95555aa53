package daemon

import (
	"sync"
	"time"
)

// A collection that is forced costs as much as any other and frees what the next one
// would have left room for. It is worth that when many alerts are gone, more than are
// left; and it waits until everybody has heard of it.
const (
	manyAlerts = 20_000
	hearingOf  = time.Second
)

// storms gives memory back to the system when a storm of alerts is over. By itself Go
// would keep as much again as is in use, as of its last collection, and without work
// that may be two minutes old.
type storms struct {
	free func() // such as debug.FreeOSMemory

	mu        sync.Mutex
	forgotten int // alerts, since memory was given back
}

// over is told that alerts are forgotten, and how many are left. It does not block.
func (s *storms) over(forgotten, left int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgotten += forgotten
	if s.forgotten < max(manyAlerts, left) {
		return
	}
	s.forgotten = 0
	time.AfterFunc(hearingOf, s.free)
}
