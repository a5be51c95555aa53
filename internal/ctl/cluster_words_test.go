package ctl

import "testing"

func TestLag(t *testing.T) {
	for seconds, want := range map[float64]string{
		0:         "0s",
		0.0000042: "0s",
		0.0000461: "50µs",
		0.0021499: "2.1ms",
		0.0421499: "42ms",
		-0.25:     "-250ms",
		1.26:      "1.3s",
		125.04:    "2m5s",
	} {
		if got := lag(seconds); got != want {
			t.Errorf("%v: %s, want %s", seconds, got, want)
		}
	}
}

func TestByteCount(t *testing.T) {
	for n, want := range map[int]string{
		0:             "0 B",
		1023:          "1023 B",
		1024:          "1.0 KiB",
		1536:          "1.5 KiB",
		3 << 20:       "3.0 MiB",
		5 << 30:       "5.0 GiB",
		5 << 40:       "5120.0 GiB",
		1024*1024 - 1: "1024.0 KiB",
	} {
		if got := byteCount(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
