package execute

import (
	"strings"
	"sync"
)

const (
	// maxOutput is how much is kept of what a program prints.
	maxOutput = 64 << 10
	// shownOutput is how much of that is worth a line of the log.
	shownOutput = 1 << 10
)

// tail keeps the end of what is written to it. The zero value is empty.
type tail struct {
	mu   sync.Mutex
	kept []byte
	cut  bool
}

// Write never fails and never blocks for long.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	// Dropping the beginning only now and then keeps small writes cheap.
	t.kept = append(t.kept, p[max(0, len(p)-maxOutput):]...)
	if len(t.kept) > 2*maxOutput {
		t.kept = append(t.kept[:0], t.kept[len(t.kept)-maxOutput:]...)
		t.cut = true
	}
	return len(p), nil
}

// last returns the end of the text, at most so many bytes of it.
func (t *tail) last(most int) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text, before := t.kept, ""
	if most = min(most, maxOutput); len(text) > most || t.cut {
		text, before = text[max(0, len(text)-most):], "…"
	}
	return before + strings.TrimSpace(strings.ToValidUTF8(string(text), ""))
}
