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

// TestBeside: while an item is beside the line, the next one has its place, but there
// are never more than two for each place.
func TestBeside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		in, beside, mostIn, mostBeside, done := 0, 0, 0, 0, 0
		count := func(n, m int) {
			mu.Lock()
			defer mu.Unlock()
			in, beside = in+n, beside+m
			mostIn, mostBeside = max(mostIn, in), max(mostBeside, beside)
		}
		var l *Line[int]
		l = New(3, func(int) {
			count(1, 0)
			time.Sleep(time.Second)
			count(-1, 0)
			l.Beside(func() {
				count(0, 1)
				time.Sleep(900 * time.Millisecond)
				count(0, -1)
			})
			mu.Lock()
			done++
			mu.Unlock()
		})
		start := time.Now()
		for i := range 9 {
			l.Add(i)
		}
		time.Sleep(4 * time.Second)
		synctest.Wait()
		if mostIn != 3 || mostBeside != 3 || done != 9 || time.Since(start) != 4*time.Second {
			t.Errorf("%d in the line and %d beside it at a time, %d done; want 3, 3 and 9 after 4s", mostIn, mostBeside, done)
		}
		if l.active != 0 || l.beside != 0 {
			t.Errorf("%d goroutines count and %d do not after the work, want none", l.active, l.beside)
		}
	})
}

// TestBesideIsBounded: who finds no room beside the line keeps its place in it.
func TestBesideIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun, hold := 0, make(chan struct{})
		var mu sync.Mutex
		var l *Line[int]
		l = New(2, func(int) {
			mu.Lock()
			begun++
			mu.Unlock()
			l.Beside(func() { <-hold })
		})
		for i := range 100 {
			l.Add(i)
		}
		synctest.Wait()
		if begun != 4 {
			t.Errorf("%d begun while nothing ends, want 4", begun)
		}
		close(hold)
		synctest.Wait()
		if begun != 100 {
			t.Errorf("%d begun, want 100", begun)
		}
		l.Close()
	})
}

func TestCloseWaitsForWhatIsBeside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l *Line[int]
		done := false
		l = New(1, func(int) {
			l.Beside(func() { time.Sleep(time.Minute) })
			done = true
		})
		l.Add(1)
		synctest.Wait()
		l.Close()
		if !done {
			t.Error("closed while an item was beside the line")
		}
	})
}
