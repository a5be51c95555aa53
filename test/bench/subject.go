package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// subject is a program that is measured.
type subject struct {
	name    string // column of the table
	path    string
	args    []string // what comes before the flags that all subjects know
	env     []string // nil: the one of this program
	version string
	pprof   bool // whether to ask it for profiles
	floor   bool // it accepts alerts and does nothing else
}

// Names of the subjects.
const (
	nameTocsin  = "tocsin"
	namePeer    = "peer"
	nameFloor   = "floor"
	nameDurable = "durable floor"
)

// findSubject returns a program with the version that it says it is.
func findSubject(ctx context.Context, name, path string) (subject, error) {
	found, err := exec.LookPath(path)
	if err != nil {
		return subject{}, err
	}
	// It is started in another directory.
	if found, err = filepath.Abs(found); err != nil {
		return subject{}, err
	}
	out, err := exec.CommandContext(ctx, found, "--version").CombinedOutput()
	if err != nil {
		return subject{}, fmt.Errorf("ask %s for its version: %w", found, err)
	}
	return subject{name: name, path: found, version: parseVersion(string(out)), pprof: name == nameTocsin}, nil
}

var versionLine = regexp.MustCompile(`^(\S+), version (\S+)`)

// parseVersion returns "alertmanager 0.25.0" for the answer to --version that such
// programs give.
func parseVersion(text string) string {
	if found := versionLine.FindStringSubmatch(text); found != nil {
		return found[1] + " " + found[2]
	}
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimSpace(line)
}

// floors returns the two floors; self is the path of this program.
func floors(self string) []subject {
	return []subject{
		{name: nameFloor, path: self, args: []string{"floor"}, version: "net/http, encoding/json", floor: true},
		{name: nameDurable, path: self, args: []string{"floor", "durable"}, version: "the same, and fsync", floor: true},
	}
}
