package disk

import (
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
)

// idle is a database that nobody writes to but the test.
func idle(t *testing.T) *DB {
	t.Helper()
	db, err := Open(Options{Dir: "data/db", FS: vfs.NewMem()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { during(t, db, func() {}) })
	return db
}

func nth(i int) *alert.Alert { return alert.New(alert.LabelsOf("id", strconv.Itoa(i))) }

// extensionsIn counts the records of extensions in a group.
func extensionsIn(g *group) (n int) {
	for key, value := range g.all() {
		if key[0] == extensionPrefix && value != nil {
			n++
		}
	}
	return n
}

// An alert that goes on and on is written once a second, however often something
// else is.
func TestExtensionsAreWrittenOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := idle(t)
		j := db.Journal()
		var got []int
		for range 3 {
			n := 0
			for i := range 10 {
				j.Extend(nth(1))
				j.Put(nth(2))
				if i%2 == 0 {
					n += extensionsIn(db.take(false))
				}
				time.Sleep(extendInterval / 10)
			}
			got = append(got, n)
		}
		if diff := cmp.Diff([]int{1, 1, 1}, got); diff != "" {
			t.Errorf("extensions in each second (-want +got):\n%s", diff)
		}
		if n := extensionsIn(db.take(true)); n != 1 {
			t.Errorf("%d extensions at the end, want the last one", n)
		}
	})
}

// What is left is written within a second, even if nothing else happens.
func TestExtensionsAreNotForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := idle(t)
		j := db.Journal()
		j.Extend(nth(1))
		db.take(false)
		j.Extend(nth(1))
		j.Put(nth(2))
		if n := extensionsIn(db.take(false)); n != 0 {
			t.Fatalf("%d extensions too early", n)
		}
		for len(db.wake) > 0 {
			<-db.wake
		}
		time.Sleep(extendInterval)
		synctest.Wait()
		if len(db.wake) == 0 || extensionsIn(db.take(false)) != 1 {
			t.Error("the extension is not written")
		}
	})
}

// A storm of extensions is written in parts, between which there is room for news,
// and the last makes all of them durable. Nobody waits for any.
func TestExtensionsComeInParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db := idle(t)
		j := db.Journal()
		const many = 2*maxExtensions + 10
		for i := range many {
			j.Extend(nth(i))
		}
		type part struct {
			Extensions   int
			Sync, Waited bool
		}
		take := func() part {
			g := db.take(false)
			waits, err := db.newest()
			if err != nil {
				t.Error(err)
			}
			return part{extensionsIn(g), g.sync, waits != nil}
		}
		got := []part{take()}
		j.Delete(nth(many).Fingerprint())
		for range 3 {
			got = append(got, take())
			db.running = nil
		}
		if diff := cmp.Diff([]part{{maxExtensions, false, false}, {maxExtensions, true, true}, {10, true, false}, {}}, got); diff != "" {
			t.Errorf("parts (-want +got):\n%s", diff)
		}
	})
}
