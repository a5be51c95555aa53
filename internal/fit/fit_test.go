package fit

import (
	"maps"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func numbers(n int) map[int]int {
	m := make(map[int]int)
	for i := range n {
		m[i] = -i
	}
	return m
}

func TestDelete(t *testing.T) {
	for name, c := range map[string]struct {
		before, most int
		keys         []int
		left, after  int
	}{
		"nothing":       {1000, 0, nil, 1000, 1000},
		"unknown":       {10, 0, []int{10}, 10, 10},
		"some":          {1000, 0, []int{1, 2}, 998, 1000},
		"three fourths": {1000, 0, slices.Collect(maps.Keys(numbers(750))), 250, 250},
		"one fewer":     {1000, 0, slices.Collect(maps.Keys(numbers(749))), 251, 1000},
		"bit by bit":    {251, 1000, []int{7}, 250, 250},
		"all":           {1000, 0, slices.Collect(maps.Keys(numbers(1000))), 0, 0},
		"all of few":    {63, 0, slices.Collect(maps.Keys(numbers(63))), 0, 63},
	} {
		t.Run(name, func(t *testing.T) {
			m, want := numbers(c.before), numbers(c.before)
			for _, key := range c.keys {
				delete(want, key)
			}
			most := c.most
			m = Delete(m, &most, c.keys...)
			if diff := cmp.Diff(want, m); diff != "" {
				t.Errorf("other entries (-want +got):\n%s", diff)
			}
			if len(m) != c.left || most != c.after {
				t.Errorf("%d are left of %d, want %d of %d", len(m), most, c.left, c.after)
			}
		})
	}
}

func TestDeleteFromNil(t *testing.T) {
	most := 0
	if m := Delete(map[int]int(nil), &most, 1); len(m) > 0 {
		t.Errorf("%d entries of nothing", len(m))
	}
}

// TestDeleteReturnsMemory wants the memory back that a map took when it was large.
func TestDeleteReturnsMemory(t *testing.T) {
	const n = 200_000
	empty := heap()
	m, most := numbers(n), 0
	full := heap() - empty
	for i := range n - 10 {
		m = Delete(m, &most, i)
	}
	if left := heap() - empty; left > full/20 {
		t.Errorf("10 entries take %d bytes, %d took %d", left, n, full)
	}
	runtime.KeepAlive(m)
}

func heap() int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

func BenchmarkDelete(b *testing.B) {
	const n = 10_000
	for b.Loop() {
		b.StopTimer()
		m, most := numbers(n), 0
		b.StartTimer()
		for i := range n {
			m = Delete(m, &most, i)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/entry")
	b.ReportMetric(0, "ns/op")
}
