package disk_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
)

// seeds is how many random scripts are played; TOCSIN_SEEDS asks for more.
func seeds(t *testing.T, few int) int {
	if text := os.Getenv("TOCSIN_SEEDS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	return few
}

// ledger is what was promised. The values of a key only grow.
type ledger struct {
	mu      sync.Mutex
	entered map[string]uint64
	acked   map[string]uint64
}

func (l *ledger) promised() map[string]uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	promised := make(map[string]uint64, len(l.acked))
	maps.Copy(promised, l.acked)
	return promised
}

// A power cut at any operation of the file system leaves everything that was
// acknowledged before it, and nothing that was never entered.
func TestCutAtAnyPoint(t *testing.T) {
	for seed := range uint64(seeds(t, 300)) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { cutAnywhere(t, rand.New(rand.NewPCG(seed, 1))) })
		})
	}
}

func cutAnywhere(t *testing.T, r *rand.Rand) {
	l := &ledger{entered: make(map[string]uint64), acked: make(map[string]uint64)}
	fs := vfs.NewCrashableMem()
	left, unsynced, cut := r.IntN(250), []int{0, 100, r.IntN(101)}[r.IntN(3)], rand.New(rand.NewPCG(r.Uint64(), 2))
	var (
		mu       sync.Mutex
		promised map[string]uint64
		after    *vfs.MemFS
	)
	injector := errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind.ReadOrWrite() != errorfs.OpIsWrite {
			return nil
		}
		mu.Lock()
		defer mu.Unlock()
		if left--; left == 0 {
			// The promises first: what is acknowledged between the two is not counted.
			promised = l.promised()
			after = fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: unsynced, RNG: cut})
		}
		return nil
	})
	play(t, open(t, errorfs.Wrap(fs, injector)), l, r)
	if after == nil {
		promised, after = l.promised(), fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: unsynced, RNG: cut})
	}
	found := content(t, after)
	// Where only a part of what was not synced survives, that can be the name of a
	// file without the file.
	inOrder := unsynced == 0 || unsynced == 100
	if names, err := after.List(""); err != nil || inOrder && slices.ContainsFunc(names, func(n string) bool { return strings.Contains(n, "damaged") }) {
		t.Errorf("a power cut is taken for damage: %q, %v", names, err)
	}
	for key, value := range promised {
		if found[key] < value {
			t.Errorf("%s is %d after the cut, and %d was acknowledged", key, found[key], value)
		}
	}
	for key, value := range found {
		if value > l.entered[key] {
			t.Errorf("%s is %d after the cut, and only %d was entered", key, value, l.entered[key])
		}
	}
}

// play lets a few writers change a few keys, and stops the database.
func play(t *testing.T, db running, l *ledger, r *rand.Rand) {
	var writers sync.WaitGroup
	for w := range 3 {
		own := rand.New(rand.NewPCG(r.Uint64(), uint64(w)))
		writers.Go(func() {
			for range 15 {
				time.Sleep(time.Duration(own.IntN(300)) * time.Millisecond)
				changed := l.enter(db, own)
				if own.IntN(4) == 0 {
					continue // nobody waits for these
				}
				if err := db.table.Sync(t.Context()); err != nil {
					t.Errorf("sync: %v", err)
				}
				l.ack(changed)
			}
		})
	}
	writers.Wait()
	if err := db.stop(); err != nil {
		t.Fatal(err)
	}
}

// enter changes one to four keys. The order of the values is that in the table.
func (l *ledger) enter(db running, r *rand.Rand) map[string]uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	changed := make(map[string]uint64)
	for range 1 + r.IntN(4) {
		key := string(rune('a' + r.IntN(6)))
		l.entered[key]++
		db.table.Put(key, l.entered[key])
		changed[key] = l.entered[key]
	}
	return changed
}

func (l *ledger) ack(changed map[string]uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, value := range changed {
		l.acked[key] = max(l.acked[key], value)
	}
}
