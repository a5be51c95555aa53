package disk

import (
	"sync"

	"github.com/cockroachdb/pebble/v2"
)

// scheduler lets Pebble merge tables, one merge at a time and none before the
// database is open: if it does not open, what a merge is at work with is taken away
// from it, and the process dies of that.
type scheduler struct {
	db pebble.DBForCompaction // does not change once the database opens

	mu       sync.Mutex
	begun    bool
	ended    bool
	running  bool // a merge
	refused  bool // Pebble waits, and will not ask again
	granting bool // permission is being given, or offered
	granted  *sync.Cond
}

func newScheduler() *scheduler {
	s := new(scheduler)
	s.granted = sync.NewCond(&s.mu)
	return s
}

// Register is called while the database opens.
func (s *scheduler) Register(_ int, db pebble.DBForCompaction) { s.db = db }

// begin allows merges.
func (s *scheduler) begin() {
	s.mu.Lock()
	s.begun = true
	s.mu.Unlock()
	s.grant()
}

// TrySchedule asks for permission, with Pebble's locks held.
func (s *scheduler) TrySchedule() (bool, pebble.CompactionGrantHandle) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.begun || s.ended || s.running || s.granting {
		s.refused = true
		return false, nil
	}
	s.running = true
	return true, s
}

// grant gives permission to whoever was refused before. No lock may be held.
func (s *scheduler) grant() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.refused && s.begun && !s.ended && !s.running && !s.granting {
		s.refused, s.granting, s.running = false, true, true
		s.mu.Unlock()
		waits, _ := s.db.GetWaitingCompaction()
		accepted := waits && s.db.Schedule(s)
		s.mu.Lock()
		s.granting = false
		if accepted {
			s.refused = true // it goes on waiting, for the next one
		} else {
			s.running = false
		}
		s.granted.Broadcast()
	}
}

// Unregister returns when no permission is given any more.
func (s *scheduler) Unregister() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	for s.granting {
		s.granted.Wait()
	}
}

// UpdateGetAllowedWithoutPermission says that more merges might run at a time.
func (*scheduler) UpdateGetAllowedWithoutPermission() {}

// Started and what follows is told of a merge.
func (*scheduler) Started() {}

// MeasureCPU is told that a goroutine works.
func (*scheduler) MeasureCPU(pebble.CompactionGoroutineKind) {}

// CumulativeStats is told how far it has come.
func (*scheduler) CumulativeStats(pebble.CompactionGrantHandleStats) {}

// Done is told that it has ended.
func (s *scheduler) Done() {
	s.mu.Lock()
	s.running = false
	s.mu.Unlock()
	s.grant()
}
