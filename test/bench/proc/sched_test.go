package proc

import (
	"os"
	"runtime"
	"testing"
	"time"
)

func TestParseSched(t *testing.T) {
	for _, c := range []struct {
		text string
		want time.Duration
		ok   bool
	}{
		{"1500000 20 3\n", 1500 * time.Microsecond, true},
		{"0 0 0\n", 0, true},
		{"x 0 0\n", 0, false},
		{"1500000 20\n", 0, false},
		{"", 0, false},
	} {
		got, err := parseSched(c.text)
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("parseSched(%q) = %v, %v; want %v, ok %v", c.text, got, err, c.want, c.ok)
		}
	}
}

func TestFine(t *testing.T) {
	if _, err := os.Stat("/proc/self/schedstat"); err != nil {
		t.Skip("needs /proc/PID/schedstat:", err)
	}
	before, err := Fine(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for start := time.Now(); time.Since(start) < 5*time.Millisecond; {
		runtime.Gosched()
	}
	after, err := Fine(os.Getpid())
	if err != nil || after <= before {
		t.Errorf("%v after %v of work, %v before; %v", after, 5*time.Millisecond, before, err)
	}
	if _, err := Fine(1 << 30); err == nil {
		t.Error("no error for a process that is not there")
	}
}
