package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/tocsin-alerting/tocsin/test/bench/proc"
)

// metric asks the process for the value of one of its metrics, one without labels.
func (p *process) metric(ctx context.Context, name string) (float64, error) {
	text, err := read(ctx, p.client, p.url+"/metrics")
	if err != nil {
		return 0, err
	}
	return parseMetric(string(text), name)
}

func parseMetric(text, name string) (float64, error) {
	for line := range strings.Lines(text) {
		if value, found := strings.CutPrefix(line, name+" "); found {
			return strconv.ParseFloat(strings.TrimSpace(value), 64)
		}
	}
	return 0, fmt.Errorf("there is no metric %s", name)
}

// collect lets the process collect its garbage.
func (p *process) collect(ctx context.Context) error {
	_, err := get(ctx, p.client, p.url+"/debug/pprof/heap?gc=1")
	return err
}

// resident returns the bytes that the process has of the memory.
func (p *process) resident() (float64, error) {
	m, err := proc.MemoryOf(p.pid())
	return float64(m.Resident), err
}

// extra returns by how many bytes the memory of the process rose at most, over what
// it was, while f ran.
func (p *process) extra(f func() error) (float64, error) {
	if err := proc.ResetPeak(p.pid()); err != nil {
		return 0, err
	}
	before, err := proc.MemoryOf(p.pid())
	if err != nil {
		return 0, err
	}
	if err := f(); err != nil {
		return 0, err
	}
	after, err := proc.MemoryOf(p.pid())
	return float64(after.Peak - before.Resident), err
}
