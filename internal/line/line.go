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
	active  int
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
	if l.active < l.width {
		l.active++
		l.running.Go(l.run)
	}
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
	var none T
	item, l.waiting[0] = l.waiting[0], none
	l.waiting = l.waiting[1:]
	return item, true
}
