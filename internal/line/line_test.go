package line

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestLineWorksInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []int
		l := New(1, func(i int) { got = append(got, i) })
		want := make([]int, 1000)
		for i := range want {
			want[i] = i
			l.Add(i)
		}
		synctest.Wait()
		if !slices.Equal(got, want) {
			t.Errorf("worked off %v, want 0 to 999 in order", got)
		}
	})
}

func TestLineIsNoWiderThanAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		running, most, done := 0, 0, 0
		l := New(3, func(int) {
			mu.Lock()
			running++
			most = max(most, running)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			running--
			done++
			mu.Unlock()
		})
		start := time.Now()
		for i := range 9 {
			l.Add(i)
		}
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if most != 3 || done != 9 || time.Since(start) != 3*time.Second {
			t.Errorf("%d at a time, %d done; want 3 and 9 after 3s", most, done)
		}
	})
}

func TestLineLeavesNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(8, func(int) {})
		for i := range 100 {
			l.Add(i)
		}
		synctest.Wait()
		if l.active != 0 {
			t.Errorf("%d goroutines after the work, want none", l.active)
		}
	})
}

func TestCloseDropsWhatWaitsAndWaitsForWhatRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var done []int
		l := New(1, func(i int) {
			time.Sleep(time.Minute)
			done = append(done, i)
		})
		l.Add(1)
		l.Add(2)
		synctest.Wait()
		start := time.Now()
		l.Close()
		l.Add(3)
		if time.Since(start) != time.Minute || !slices.Equal(done, []int{1}) {
			t.Errorf("after %s done %v, want only 1 after 1m", time.Since(start), done)
		}
	})
}
