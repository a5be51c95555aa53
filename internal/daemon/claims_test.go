package daemon

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestClaims(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	made := func(owner string, after, lasts time.Duration) []byte {
		return claim{key: "k", owner: owner, made: start.Add(after), lasts: lasts}.record()
	}
	for name, tc := range map[string]struct {
		records [][]byte
		wait    time.Duration
		want    time.Duration
	}{
		"none":                      {nil, 0, 0},
		"one":                       {[][]byte{made("a", 0, 20*time.Second)}, 0, 20 * time.Second},
		"later":                     {[][]byte{made("a", 0, 20*time.Second)}, 15 * time.Second, 5 * time.Second},
		"over":                      {[][]byte{made("a", 0, 20*time.Second)}, time.Hour, 0},
		"the longest":               {[][]byte{made("a", 0, 20*time.Second), made("b", 0, 30*time.Second)}, 0, 30 * time.Second},
		"of one that is gone":       {[][]byte{made("gone", 0, 20*time.Second)}, 0, 0},
		"given up":                  {[][]byte{made("a", 0, 20*time.Second), made("a", time.Second, 0)}, 0, 0},
		"given up in wrong order":   {[][]byte{made("a", time.Second, 0), made("a", 0, 20*time.Second)}, 0, 0},
		"again":                     {[][]byte{made("a", 0, 0), made("a", time.Second, 20*time.Second)}, 0, 20 * time.Second},
		"for too long":              {[][]byte{made("a", 0, 20*time.Hour)}, 0, time.Minute},
		"the same twice, not twice": {[][]byte{made("a", 0, 20*time.Second), made("a", 0, 30*time.Second)}, 0, 20 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClaims()
				if err := c.Merge(tc.records); err != nil {
					t.Fatal(err)
				}
				time.Sleep(tc.wait)
				if got := c.left("k", slices.Values([]string{"a", "b"}), time.Now()); got != tc.want {
					t.Errorf("%s are left, want %s", got, tc.want)
				}
				if got := c.left("another", slices.Values([]string{"a", "b"}), time.Now()); got != 0 {
					t.Errorf("%s are left of what nobody has claimed", got)
				}
			})
		})
	}
}

func TestClaimsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClaims()
		now := time.Now()
		for range 2 {
			for i := range maxClaims + 10 {
				c.hear(claim{key: string(rune(i)) + "/" + now.String(), owner: "a", made: now.Add(time.Duration(i)), lasts: time.Second}, time.Now())
			}
			if len(c.known) > maxClaims {
				t.Errorf("%d claims are remembered", len(c.known))
			}
			time.Sleep(2 * longestLife)
		}
		c.hear(claim{key: "k", owner: "a", made: now, lasts: time.Second}, time.Now())
		if len(c.known) != 1 {
			t.Errorf("%d claims are left of old", len(c.known))
		}
	})
}

func FuzzMergeClaims(f *testing.F) {
	f.Add(claim{key: "k", owner: "a", made: time.Unix(1, 2), lasts: time.Second}.record())
	f.Add([]byte{})
	f.Add([]byte{0x1a, 0x02, 0x10, 0xff})
	f.Fuzz(func(t *testing.T, record []byte) {
		c := newClaims()
		err := c.Merge([][]byte{record})
		if kept := len(c.known) == 1; kept != (err == nil) {
			t.Errorf("kept: %v, error: %v", kept, err)
		}
		parsed, err := parseClaim(record)
		if err != nil {
			return
		}
		again, err := parseClaim(parsed.record())
		if err != nil || again != parsed {
			t.Errorf("%+v became %+v, %v", parsed, again, err)
		}
	})
}
