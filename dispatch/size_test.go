package dispatch

import (
	"testing"
	"unsafe"
)

// There may be a group for every alert, so that it grows should be noticed. The size
// is one of those that Go allocates: a byte more takes 16.
func TestGroupSize(t *testing.T) {
	if unsafe.Sizeof(uintptr(0)) != 8 {
		t.Skip("sizes are for 64 bits")
	}
	if got := unsafe.Sizeof(group{}); got != 176 {
		t.Errorf("a group takes %d bytes, want 176", got)
	}
	if got := unsafe.Sizeof(member{}); got != 16 {
		t.Errorf("a member takes %d bytes, want 16", got)
	}
}
