package daemon

import (
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/tocsin-alerting/tocsin/internal/wire"
)

const (
	// maxClaims bounds what is remembered of the claims of other replicas. What
	// does not fit is as if it had not been heard.
	maxClaims = 100_000
	// longestLife is for how long a claim counts at most, whatever it says.
	longestLife = time.Minute
)

// The fields of a claim as it is sent to other replicas.
const (
	claimKey = 1 + iota
	claimOwner
	claimMade
	claimLasts
)

// claim says that a replica is about to tell something.
type claim struct {
	key   string // what it is about to tell, and to whom
	owner string // name of the replica
	made  time.Time
	lasts time.Duration // from its arrival, since clocks differ; 0: it is not any more
}

func (c claim) record() []byte {
	b := wire.AppendText(nil, claimKey, c.key)
	b = wire.AppendText(b, claimOwner, c.owner)
	b = wire.AppendTime(b, claimMade, c.made)
	return wire.AppendNumber(b, claimLasts, uint64(max(c.lasts, 0)))
}

func parseClaim(b []byte) (c claim, err error) {
	for f, err := range wire.Fields(b) {
		if err != nil {
			return claim{}, fmt.Errorf("claim: %w", err)
		}
		switch f.Number {
		case claimKey:
			c.key = string(f.Bytes)
		case claimOwner:
			c.owner = string(f.Bytes)
		case claimMade:
			if c.made, err = f.Time(); err != nil {
				return claim{}, fmt.Errorf("claim: %w", err)
			}
		case claimLasts:
			c.lasts = time.Duration(min(f.Varint, uint64(longestLife)))
		}
	}
	if c.key == "" || c.owner == "" {
		return claim{}, errEmptyClaim
	}
	return c, nil
}

var errEmptyClaim = errors.New("claim of nobody or to nothing")

// claims are what replicas are about to tell, this one included.
type claims struct {
	mu    sync.Mutex
	known map[claimID]heardClaim
	swept time.Time
}

type claimID struct{ key, owner string }

type heardClaim struct {
	made   time.Time // by the clock of its owner
	until  time.Time
	forget time.Time // until then, what comes late must not take its place
}

func newClaims() *claims { return &claims{known: make(map[claimID]heardClaim)} }

// Digest says which claims are not over: who has just come asks for them.
func (c *claims) Digest() []uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	var sum uint64
	for id, heard := range c.known {
		if heard.until.After(now) {
			sum ^= xxhash.Sum64String(id.owner + "\x00" + id.key + "\x00" + heard.made.UTC().Format(time.RFC3339Nano))
		}
	}
	return []uint64{sum}
}

// Shard yields those claims.
func (c *claims) Shard(int) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for _, record := range c.records(time.Now()) {
			if !yield(record) {
				return
			}
		}
	}
}

func (c *claims) records(now time.Time) (records [][]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for id, heard := range c.known {
		if left := heard.until.Sub(now); left > 0 {
			records = append(records, claim{key: id.key, owner: id.owner, made: heard.made, lasts: left}.record())
		}
	}
	return records
}

// Merge remembers the claims of a peer.
func (c *claims) Merge(records [][]byte) error {
	now := time.Now()
	var problems []error
	for _, record := range records {
		heard, err := parseClaim(record)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		c.hear(heard, now)
	}
	return errors.Join(problems...)
}

func (c *claims) hear(heard claim, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	id := claimID{heard.key, heard.owner}
	old, known := c.known[id]
	if known && !heard.replaces(old) {
		return
	}
	c.sweep(now)
	if !known && len(c.known) >= maxClaims {
		return
	}
	c.known[id] = heardClaim{made: heard.made, until: now.Add(heard.lasts), forget: now.Add(longestLife)}
}

// replaces reports whether a claim was made later. The end of one may come in the same
// instant as its beginning.
func (c claim) replaces(old heardClaim) bool {
	return c.made.After(old.made) || c.made.Equal(old.made) && c.lasts == 0
}

// sweep forgets what is over, now and then.
func (c *claims) sweep(now time.Time) {
	if now.Sub(c.swept) < longestLife/4 {
		return
	}
	c.swept = now
	for id, old := range c.known {
		if !old.forget.After(now) {
			delete(c.known, id)
		}
	}
}

// left is for how long one of the owners may still be telling something.
func (c *claims) left(key string, owners iter.Seq[string], now time.Time) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	var longest time.Duration
	for owner := range owners {
		longest = max(longest, c.known[claimID{key, owner}].until.Sub(now))
	}
	return longest
}
