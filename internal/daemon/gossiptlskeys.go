package daemon

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/hashicorp/memberlist"
)

var (
	errNoKeys    = errors.New("no key in it")
	errNotBase64 = errors.New("not base64")
	errKeySize   = errors.New("a key has 16, 24 or 32 bytes")
)

// readGossipKeys reads the keys that encrypt gossip: one in each line, base64.
// Empty lines and those that begin with # do not count. Errors tell the line, never
// what is in it.
func readGossipKeys(file string) ([][]byte, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cluster encryption key file: %w", err)
	}
	keys, err := parseGossipKeys(string(text))
	if err != nil {
		return nil, fmt.Errorf("cluster encryption key file %s: %w", file, err)
	}
	return keys, nil
}

func parseGossipKeys(text string) ([][]byte, error) {
	var keys [][]byte
	var problems []error
	seen := make(map[string]int)
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, err := base64.StdEncoding.DecodeString(line)
		switch {
		case err != nil:
			err = errNotBase64
		case memberlist.ValidateKey(key) != nil:
			err = fmt.Errorf("%w, not %d", errKeySize, len(key))
		case seen[string(key)] > 0:
			err = fmt.Errorf("the same key as in line %d", seen[string(key)])
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("line %d: %w", i+1, err))
			continue
		}
		seen[string(key)] = i + 1
		keys = append(keys, bytes.Clone(key))
	}
	if len(keys) == 0 && len(problems) == 0 {
		return nil, errNoKeys
	}
	return keys, errors.Join(problems...)
}

// readKeys reads the keys of gossip anew. They count when use is called.
func (r *replicas) readKeys(file string) (use func() error, err error) {
	if r == nil || file == "" {
		return func() error { return nil }, nil
	}
	keys, err := readGossipKeys(file)
	if err != nil {
		return nil, err
	}
	return func() error { return r.peer.SetKeys(keys) }, nil
}
