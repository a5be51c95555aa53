package disk

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/go-kit/log"
)

// ledger is what was promised. The values of a key only grow.
type ledger struct {
	mu      sync.Mutex
	entered map[string]uint64
	acked   []ack
}

// ack says that a value survives a power cut from some time on.
type ack struct {
	key   string
	value uint64
	from  time.Time
}

func newLedger() *ledger { return &ledger{entered: make(map[string]uint64)} }

// promised is what has to survive a power cut now.
func (l *ledger) promised() map[string]uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	promised := make(map[string]uint64)
	for _, a := range l.acked {
		if !a.from.After(time.Now()) {
			promised[a.key] = max(promised[a.key], a.value)
		}
	}
	return promised
}

// enter changes one to four keys. The order of the values is that in the table.
func (l *ledger) enter(table *Table[string], r *rand.Rand) map[string]uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	changed := make(map[string]uint64)
	for range 1 + r.IntN(4) {
		key := string(rune('a' + r.IntN(6)))
		l.entered[key]++
		size := r.IntN(300)
		if r.IntN(10) == 0 {
			size = r.IntN(60_000)
		}
		table.Put(key, number(l.entered[key], size))
		changed[key] = l.entered[key]
	}
	return changed
}

// ack notes that changes were acknowledged in a mode.
func (l *ledger) ack(changed map[string]uint64, mode SyncMode) {
	from := map[SyncMode]time.Time{
		SyncAlways:   time.Now(),
		SyncInterval: time.Now().Add(time.Second + 1),
		SyncOff:      time.Now().Add(time.Hour),
	}[mode]
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, value := range changed {
		l.acked = append(l.acked, ack{key, value, from})
	}
}

// settle makes what is there after a power cut all that is promised: it stays.
func (l *ledger) settle(found map[string]uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.acked = nil
	for key, value := range found {
		l.acked = append(l.acked, ack{key: key, value: value})
	}
}

// compare checks what is there.
func (l *ledger) compare(t *testing.T, found map[string]uint64) {
	t.Helper()
	for key, value := range l.promised() {
		if found[key] < value {
			t.Errorf("%s is %d, and %d was promised", key, found[key], value)
		}
	}
	for key, value := range found {
		if value > l.entered[key] {
			t.Errorf("%s is %d, and only %d was entered", key, value, l.entered[key])
		}
	}
}

// number is a value of some size.
func number(n uint64, size int) string {
	return fmt.Sprintf("%d %s", n, strings.Repeat(letter(n), size))
}

func letter(n uint64) string { return string(rune('a' + n%26)) }

func numbersIn(t *testing.T, texts map[string]string) map[string]uint64 {
	t.Helper()
	found := make(map[string]uint64)
	for key, text := range texts {
		var n uint64
		_, err := fmt.Sscan(text, &n)
		_, rest, _ := strings.Cut(text, " ")
		if err != nil || strings.Trim(rest, letter(n)) != "" {
			t.Errorf("%s is %.40q, which it never was: %v", key, text, err)
		}
		found[key] = n
	}
	return found
}

// A power cut at any operation of the file system leaves everything that was
// acknowledged before it, nothing that was never entered, and is never taken for
// damage; nor is one while what the last has left is put in order.
func TestCutAtAnyPoint(t *testing.T) {
	t.Parallel()
	for seed := range seeds(t, 50) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { cutAnywhere(t, rand.New(rand.NewPCG(seed, 1))) })
		})
	}
}

func cutAnywhere(t *testing.T, r *rand.Rand) {
	l := newLedger()
	fs := vfs.NewCrashableMem()
	for life := range 4 {
		mode := []SyncMode{SyncAlways, SyncAlways, SyncInterval, SyncOff}[r.IntN(4)]
		var promised map[string]uint64
		c := &cutter{fs: fs, leave: anyAftermath(r), left: r.IntN(250), note: func() { promised = l.promised() }}
		if r.IntN(2) == 0 {
			c.left = r.IntN(60) // at the start
		}
		var said strings.Builder
		db, err := Open(Options{Dir: "data/db", FS: errorfs.Wrap(fs, c), Sync: mode, Logger: log.NewLogfmtLogger(log.NewSyncWriter(&said))})
		if err != nil {
			t.Fatalf("life %d, %s: %v", life, mode, err)
		}
		table := NewTable(db, 't', texts())
		found := numbersIn(t, everything(t, table))
		l.compare(t, found)
		if dirs := aside(t, fs); len(dirs) > 0 || db.Salvaged() || strings.Contains(said.String(), "level=error") {
			t.Errorf("life %d, %s: a power cut is taken for damage: %q\n%s", life, mode, dirs, &said)
		}
		l.settle(found)
		during(t, db, func() { play(t, table, l, mode, r) })
		fs, _ = c.end()
		l.settle(promised)
	}
}

// The disk takes its time, so that one group is written while another is made durable.
func TestCutWhileGroupsAreUnderWay(t *testing.T) {
	t.Parallel()
	for seed := range seeds(t, 50) {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { cutUnderWay(t, rand.New(rand.NewPCG(seed, 1))) })
		})
	}
}

func cutUnderWay(t *testing.T, r *rand.Rand) {
	l := newLedger()
	fs := vfs.NewCrashableMem()
	var promised map[string]uint64
	c := &cutter{fs: fs, leave: someUnsynced(10+r.IntN(80), rand.New(rand.NewPCG(r.Uint64(), 2))), left: 1 << 30, note: func() { promised = l.promised() }}
	var slow atomic.Bool
	db, table := mustOpen(t, errorfs.Wrap(fs, errorfs.InjectorFunc(func(op errorfs.Op) error {
		sync := op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpFileSyncData
		if sync && slow.Load() && strings.HasSuffix(op.Path, ".log") {
			time.Sleep(20 * time.Millisecond)
		}
		return c.MaybeError(op)
	})))
	during(t, db, func() {
		slow.Store(true)
		c.mu.Lock()
		c.left = r.IntN(60)
		c.mu.Unlock()
		var writers sync.WaitGroup
		for w := range 6 {
			own := rand.New(rand.NewPCG(r.Uint64(), uint64(w)))
			writers.Go(func() { l.hammer(t, table, own) })
		}
		writers.Wait()
		slow.Store(false) // Pebble holds a lock while it closes a log
	})
	fs, _ = c.end()
	l.settle(promised)
	db, table = mustOpen(t, fs)
	l.compare(t, numbersIn(t, everything(t, table)))
	if db.Salvaged() {
		t.Error("a power cut is taken for damage")
	}
	during(t, db, func() {})
}

// hammer changes a little in quick succession.
func (l *ledger) hammer(t *testing.T, table *Table[string], r *rand.Rand) {
	for range 8 {
		time.Sleep(time.Duration(r.IntN(10)) * time.Millisecond)
		l.mu.Lock()
		key := string(rune('a' + r.IntN(6)))
		l.entered[key]++
		changed := map[string]uint64{key: l.entered[key]}
		table.Put(key, number(l.entered[key], r.IntN(2000)))
		l.mu.Unlock()
		if err := table.Sync(t.Context()); err != nil {
			t.Errorf("sync: %v", err)
		}
		l.ack(changed, SyncAlways)
	}
}

// play lets a few writers change a few keys.
func play(t *testing.T, table *Table[string], l *ledger, mode SyncMode, r *rand.Rand) {
	var writers sync.WaitGroup
	for w := range 3 {
		own := rand.New(rand.NewPCG(r.Uint64(), uint64(w)))
		writers.Go(func() {
			for range own.IntN(20) {
				time.Sleep(time.Duration(own.IntN(300)) * time.Millisecond)
				changed := l.enter(table, own)
				if own.IntN(4) == 0 {
					continue // nobody waits for these
				}
				if err := table.Sync(t.Context()); err != nil {
					t.Errorf("sync: %v", err)
				}
				l.ack(maps.Clone(changed), mode)
			}
		})
	}
	writers.Wait()
}
