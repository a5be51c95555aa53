// Package line works things off in order with a bounded number of goroutines,
// and none while there is nothing to do.
package line

import "sync"

// Line is a queue with workers that come when there is work and go when there
// is none.
type Line[T any] struct {
	width int
	work  func(T)

	mu      sync.Mutex
	closed  bool
	active  int // goroutines that count
	beside  int // goroutines that do not, see Beside
	waiting []T
	running sync.WaitGroup
}

// New returns an empty line that calls work for each item, at most width at a
// time.
func New[T any](width int, work func(T)) *Line[T] {
	return &Line[T]{width: max(width, 1), work: work}
}

// Add puts an item at the end of the line. It does not block and does nothing
// once the line is closed.
func (l *Line[T]) Add(item T) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return
	}
	l.waiting = append(l.waiting, item)
	l.call()
}

// call lets another goroutine come if there is work and room for it; the line is
// locked.
func (l *Line[T]) call() {
	if len(l.waiting) > 0 && l.active < l.width {
		l.active++
		l.running.Go(l.run)
	}
}

// Beside lets the next item have the place of the one whose work calls it, and does
// what is left to wait for. As many as the line is wide can be beside it; one more
// keeps its place. It must be called from work.
func (l *Line[T]) Beside(do func()) {
	if l.step(1) {
		defer l.step(-1)
	}
	do()
}

// step counts a goroutine as beside the line, or in it again, where there may be one
// too many then: it goes when its work is done. It reports whether there was room.
func (l *Line[T]) step(aside int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if aside > 0 && l.beside == l.width {
		return false
	}
	l.beside += aside
	l.active -= aside
	l.call()
	return true
}

// Len counts the items that wait.
func (l *Line[T]) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.waiting)
}

// Close drops what waits and returns when nothing runs any more. It must not be
// called from work.
func (l *Line[T]) Close() {
	l.mu.Lock()
	l.closed, l.waiting = true, nil
	l.mu.Unlock()
	l.running.Wait()
}

func (l *Line[T]) run() {
	for {
		item, ok := l.next()
		if !ok {
			return
		}
		l.work(item)
	}
}

func (l *Line[T]) next() (item T, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		l.active--
		l.waiting = nil // a storm must not hold its memory
		return item, false
	}
	if l.active > l.width {
		l.active--
		return item, false
	}
	var none T
	item, l.waiting[0] = l.waiting[0], none
	l.waiting = l.waiting[1:]
	return item, true
}
