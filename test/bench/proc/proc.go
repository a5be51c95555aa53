// Package proc reads from /proc what a process has used.
package proc

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of times in /proc. The kernel shows them in hundredths of a
// second, whatever it counts in itself.
const tick = 10 * time.Millisecond

// Memory is what a process has of the machine's memory, in bytes.
type Memory struct {
	Resident int64
	Peak     int64 // the highest Resident since the start or since ResetPeak
}

// CPU returns how much processor time a process has used, by all its threads.
func CPU(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	return parseStat(string(text))
}

// MemoryOf returns what memory a process has.
func MemoryOf(pid int) (Memory, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return Memory{}, err
	}
	return parseStatus(string(text))
}

// ResetPeak makes the present memory of a process its peak.
func ResetPeak(pid int) error {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0)
}

// parseStat adds the fields 14 and 15 of a stat file, utime and stime. The second
// field is the name of the program and may have spaces and parentheses in it, so
// what counts begins after the last one.
func parseStat(text string) (time.Duration, error) {
	end := strings.LastIndexByte(text, ')')
	fields := strings.Fields(text[end+1:])
	if end < 0 || len(fields) < 13 {
		return 0, fmt.Errorf("stat: want 15 fields, have %q", text)
	}
	var sum int64
	for _, field := range fields[11:13] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("stat: %w", err)
		}
		sum += n
	}
	return time.Duration(sum) * tick, nil
}

func parseStatus(text string) (Memory, error) {
	resident, err := kilobytes(text, "VmRSS")
	if err != nil {
		return Memory{}, err
	}
	peak, err := kilobytes(text, "VmHWM")
	return Memory{Resident: resident, Peak: peak}, err
}

// kilobytes returns the value of a line such as "VmRSS:  1234 kB", in bytes.
func kilobytes(text, name string) (int64, error) {
	for line := range strings.Lines(text) {
		value, found := strings.CutPrefix(line, name+":")
		if !found {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("status: %s: %w", name, err)
		}
		return n << 10, nil
	}
	return 0, fmt.Errorf("status: no %s", name)
}
