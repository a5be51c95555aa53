package silence

import (
	"context"
	"fmt"
	"sync"
)

// inFlight is the silences that are being made durable, under the lock of those who
// change silences. A silence is changed by one of them at a time; for different ones
// they share the wait for the disk.
type inFlight struct {
	ids    map[string]bool // whether the silence is a new one
	fresh  int             // new ones
	landed sync.Cond       // has the lock; told when some are in flight no more
}

func (f *inFlight) start(sil *Silence, fresh bool) {
	if f.ids == nil {
		f.ids = make(map[string]bool)
	}
	f.ids[sil.ID] = fresh
	if fresh {
		f.fresh++
	}
}

func (f *inFlight) end(sil *Silence) {
	if f.ids[sil.ID] {
		f.fresh--
	}
	delete(f.ids, sil.ID)
}

// has reports whether a silence is being changed.
func (f *inFlight) has(id string) bool {
	_, here := f.ids[id]
	return here
}

// await returns when nobody else is changing the silence with this id, if there is one.
// The lock is given up meanwhile.
func (f *inFlight) await(id string) {
	for f.has(id) {
		f.landed.Wait()
	}
}

// write makes silences durable under their ids, of which none is in flight. The lock
// change, which is held, is given up while it waits for the table. After an error the
// table is told to have again what it had; when it can write, that is what it will say.
func (s *Silences) write(ctx context.Context, changed ...*Silence) error {
	for _, sil := range changed {
		s.writing.start(sil, s.here(sil.ID) == nil)
		s.o.Table.Put(sil.ID, sil)
	}
	s.change.Unlock()
	err := s.o.Table.Sync(ctx)
	s.change.Lock()
	for _, sil := range changed {
		s.writing.end(sil)
	}
	s.writing.landed.Broadcast()
	if err == nil {
		return nil
	}
	for _, sil := range changed {
		if old := s.here(sil.ID); old != nil {
			s.o.Table.Put(sil.ID, old)
		} else {
			s.o.Table.Delete(sil.ID)
		}
	}
	return fmt.Errorf("store silence %s: %w", changed[0].ID, err)
}
