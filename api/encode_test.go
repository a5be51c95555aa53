package api

import (
	"testing"

	"github.com/tocsin-alerting/tocsin/alert"
)

func TestAppendFingerprint(t *testing.T) {
	for f, want := range map[alert.Fingerprint]string{
		0: `"0000000000000000"`, 0xabc: `"0000000000000abc"`, 1<<64 - 1: `"ffffffffffffffff"`,
	} {
		if got := string(appendFingerprint(nil, f)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
