package wire

import (
	"bytes"
	"testing"
	"time"
)

// TestAppendFields: a message is the same whether it was put together apart or in
// place, however many bytes its length takes.
func TestAppendFields(t *testing.T) {
	for _, size := range []int{0, 1, 126, 127, 128, 129, 16_383, 16_384, 1 << 21} {
		fill := func(b []byte) []byte { return append(b, bytes.Repeat([]byte("x"), size)...) }
		want := AppendMessage([]byte("before"), 7, fill)
		for _, b := range [][]byte{[]byte("before"), append(make([]byte, 0, 1<<22), "before"...)} {
			if got := AppendFields(b, 7, fill); !bytes.Equal(got, want) {
				t.Errorf("%d bytes: %d bytes are not the %d that AppendMessage gives", size, len(got), len(want))
			}
		}
	}
}

func TestAppendAllocatesNothing(t *testing.T) {
	b, list, now := make([]byte, 0, 1000), []uint64{1, 1 << 63, 3, 1 << 40}, time.Unix(1, 2)
	if n := testing.AllocsPerRun(100, func() { AppendTime(AppendNumbers(b, 6, list), 5, now) }); n != 0 {
		t.Errorf("%v allocations, want none", n)
	}
}
