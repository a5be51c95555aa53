package daemon

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// Who has just come must hear what is being told at the moment.
func TestClaimsAreShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		old, fresh := newClaims(), newClaims()
		start := time.Now()
		old.hear(claim{key: "k", owner: "a", made: start, lasts: 20 * time.Second}, start)
		old.hear(claim{key: "over", owner: "a", made: start, lasts: time.Second}, start)
		time.Sleep(5 * time.Second)
		if slices.Equal(old.Digest(), fresh.Digest()) {
			t.Error("nobody would see that one knows more")
		}
		if err := fresh.Merge(slices.Collect(old.Shard(0))); err != nil {
			t.Fatal(err)
		}
		if got := fresh.left("k", slices.Values([]string{"a"}), time.Now()); got != 15*time.Second {
			t.Errorf("%s are left, want 15s", got)
		}
		if len(fresh.known) != 1 || !slices.Equal(old.Digest(), fresh.Digest()) {
			t.Error("they do not know the same")
		}
		time.Sleep(time.Minute)
		if got := old.Digest(); got[0] != 0 {
			t.Error("what is over is still compared")
		}
	})
}

func TestAClaimCanEndInTheInstantOfItsBeginning(t *testing.T) {
	now := time.Now()
	c := newClaims()
	c.hear(claim{key: "k", owner: "a", made: now, lasts: 20 * time.Second}, now)
	c.hear(claim{key: "k", owner: "a", made: now}, now)
	if got := c.left("k", slices.Values([]string{"a"}), now); got != 0 {
		t.Errorf("%s are left", got)
	}
}
