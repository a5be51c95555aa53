package main

import "testing"

// What the load costs takes away from what is measured on the same machine.
func BenchmarkCrowd(b *testing.B) {
	c := newCrowd()
	var body []byte
	for b.Loop() {
		body = c.batch(body[:0], 0, batchSize)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*batchSize), "ns/alert")
}
