package proc

import (
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	const rest = " S 1 2 3 0 -1 4194560 5 0 0 0 150 25 0 0 20 0 9 0 12345 1000 200"
	for _, c := range []struct {
		text string
		want time.Duration
		ok   bool
	}{
		{"42 (tocsin)" + rest, 1750 * time.Millisecond, true},
		{"42 (a (b) c)" + rest, 1750 * time.Millisecond, true},
		{"42 (tocsin) S 1 2", 0, false},
		{"42 (tocsin) S 1 2 3 0 -1 4194560 5 0 0 0 x 25 0", 0, false},
		{"", 0, false},
	} {
		got, err := parseStat(c.text)
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("parseStat(%q) = %v, %v; want %v, ok %v", c.text, got, err, c.want, c.ok)
		}
	}
}

func TestParseStatus(t *testing.T) {
	for _, c := range []struct {
		text string
		want Memory
		ok   bool
	}{
		{"Name:\tx\nVmPeak:\t  99 kB\nVmHWM:\t    2048 kB\nVmRSS:\t    1024 kB\n", Memory{1 << 20, 2 << 20}, true},
		{"Name:\tx\nVmHWM:\t    2048 kB\n", Memory{}, false},
		{"VmRSS:\t    1024 kB\n", Memory{Resident: 1 << 20}, false},
		{"VmRSS:\t    many kB\nVmHWM:\t 1 kB\n", Memory{}, false},
	} {
		got, err := parseStatus(c.text)
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("parseStatus(%q) = %v, %v; want %v, ok %v", c.text, got, err, c.want, c.ok)
		}
	}
}
