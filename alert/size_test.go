package alert

import (
	"testing"
	"unsafe"
)

// An alert is the most frequent thing that there is, so that it grows should be
// noticed. The size is one of those that Go allocates: a byte more takes 16.
func TestAlertSize(t *testing.T) {
	if unsafe.Sizeof(uintptr(0)) != 8 {
		t.Skip("sizes are for 64 bits")
	}
	if got := unsafe.Sizeof(Alert{}); got != 160 {
		t.Errorf("an alert takes %d bytes, want 160", got)
	}
	if got := unsafe.Sizeof(Labels{}); got != 16 {
		t.Errorf("a reference to labels takes %d bytes, want 16", got)
	}
}
