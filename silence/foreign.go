package silence

import "iter"

// Records yields all silences that are not forgotten yet, in the form of
// Alertmanager.
func (s *Silences) Records() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		now := present()
		for _, sil := range s.known() {
			if s.expiry(sil).After(now) && !yield(s.Record(sil)) {
				return
			}
		}
	}
}

// Take takes in a silence as Alertmanager knows it, and returns its id if it is
// news. Of two changes at the same instant the first one that arrives counts:
// Alertmanager leaves out what it does not know, and what comes back from it must
// not take the place of the whole.
func (s *Silences) Take(record []byte) (id string, err error) {
	sil, _, err := Parse(record)
	if err != nil {
		return "", err
	}
	s.change.Lock()
	defer s.change.Unlock()
	s.writing.await(sil.ID)
	ours := s.here(sil.ID)
	if !s.expiry(sil).After(present()) || ours != nil && !sil.UpdatedAt.After(ours.UpdatedAt) {
		return "", nil
	}
	s.o.Table.Put(sil.ID, sil)
	s.show(sil)
	return sil.ID, nil
}
