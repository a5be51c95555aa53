package sim

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestManySeeds plays random scripts and checks what came of them. TOCSIN_SEEDS says
// how many, and TOCSIN_FIRST which comes first. TOCSIN_SEED plays one, and if it fails
// looks for a shorter script that fails, too; chance is not quite the same each time.
// TOCSIN_LOGS names a directory for what the replicas of a failure have logged.
func TestManySeeds(t *testing.T) {
	first, many := number(t, "TOCSIN_FIRST", 0), number(t, "TOCSIN_SEEDS", seedsByDefault)
	if os.Getenv("TOCSIN_SEED") != "" {
		first, many = number(t, "TOCSIN_SEED", 0), 1
	}
	for seed := range uint64(many) {
		seed += uint64(first)
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			if !raceDetector { // clustertest.Bubble has but one thread then
				t.Parallel()
			}
			s := generate(seed)
			h, logs := inFleet(t, s, play)
			wrong := check(h)
			if len(wrong) == 0 {
				return
			}
			t.Errorf("%s\n%s\n%s", strings.Join(wrong, "\n"), s, h)
			keepLogs(t, seed, logs)
			if many == 1 {
				t.Logf("shorter:\n%s", shrink(t, s, kinds(wrong)))
			}
		})
	}
}

// kinds are the invariants that a script violates.
func kinds(wrong []string) []string {
	var list []string
	for _, w := range wrong {
		list = append(list, w[:min(3, len(w))])
	}
	return list
}

// shrink leaves out steps as long as one of the same invariants is violated.
func shrink(t *testing.T, s script, of []string) script {
	fails := func(s script) bool {
		h, _ := inFleet(t, s, play)
		return slices.ContainsFunc(kinds(check(h)), func(k string) bool { return slices.Contains(of, k) })
	}
	for size := (len(s.steps) + 1) / 2; size > 0; size /= 2 {
		for at := 0; at+size <= len(s.steps); {
			shorter := s
			shorter.steps = slices.Concat(s.steps[:at], s.steps[at+size:])
			if fails(shorter) {
				s = shorter
			} else {
				at += size
			}
		}
	}
	return s
}

func keepLogs(t *testing.T, seed uint64, logs []*logs) {
	dir := os.Getenv("TOCSIN_LOGS")
	if dir == "" {
		return
	}
	for i, l := range logs {
		if err := os.WriteFile(fmt.Sprintf("%s/seed%d-replica%d.log", dir, seed, i), []byte(l.String()), 0o600); err != nil {
			t.Error(err)
		}
	}
}

func number(t *testing.T, name string, otherwise int) int {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
