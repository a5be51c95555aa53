package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/tocsin-alerting/tocsin/test/bench/stat"
)

// machine is what the numbers were measured on.
type machine struct {
	CPUs int     `json:"cpus"`
	Load string  `json:"load"`  // how many processes wanted a processor, in the last minute
	Sync float64 `json:"fsync"` // median, in milliseconds
	Last float64 `json:"fsync_p90"`
}

func (m machine) String() string {
	return fmt.Sprintf("%d processors, load %s, fsync of 32 KiB: median %s, p90 %s",
		m.CPUs, m.Load, milliseconds.format(m.Sync), milliseconds.format(m.Last))
}

// look measures the machine; dir is on the disk that is meant. What is durable waits
// for that disk, so no rate of few connections can be higher than it allows.
func look(ctx context.Context, dir string) (machine, error) {
	m := machine{CPUs: runtime.NumCPU(), Load: "unknown"}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		m.Load, _, _ = strings.Cut(string(text), " ")
	}
	file, err := os.Create(filepath.Join(dir, "fsync"))
	if err != nil {
		return m, err
	}
	defer file.Close()
	took, err := syncs(ctx, file, 100)
	m.Sync, m.Last = 1000*stat.Median(took), 1000*stat.Quantile(took, 0.9)
	return m, err
}

// syncs appends n times to a file, and returns the seconds until each was safe.
func syncs(ctx context.Context, file syncer, n int) ([]float64, error) {
	var seconds []float64
	text := make([]byte, 32<<10)
	for range n {
		took, err := timed(func() error {
			if _, err := file.Write(text); err != nil {
				return err
			}
			return file.Sync()
		})
		if err != nil || ctx.Err() != nil {
			return seconds, err
		}
		seconds = append(seconds, took.Seconds())
	}
	return seconds, nil
}
