package config

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"

	commoncfg "github.com/prometheus/common/config"

	"github.com/tocsin-alerting/tocsin/notify"
)

// The two sorts of references, each as it begins. They end with a brace; a second
// dollar before the first makes them what they look like.
const (
	envReference  = "${env:"
	fileReference = "${file:"
)

// maxSecretFile bounds what is read of a file that is named by mistake.
const maxSecretFile = 64 << 10

var (
	errShownKey = errors.New("a reference like ${env:NAME} or ${file:PATH} stands in a key that is shown to everybody; " +
		"use it in keys for secrets only, or write $${ if the text itself is meant")
	errUnended = errors.New("a reference has no closing brace; write ${env:NAME} or ${file:PATH}, or $${ if the text itself is meant")
)

// secrets puts what references stand for in their place.
type secrets struct {
	dir    string            // relative paths begin here
	values map[string]string // by reference; each is looked up once, so that all agree
}

// expand is a yamlx.Rewrite. What a reference stands for must never be shown, so
// that it can stand only in a secret.
func (s *secrets) expand(text string, into reflect.Type) (string, error) {
	if !strings.Contains(text, envReference) && !strings.Contains(text, fileReference) {
		return text, nil
	}
	look := s.look
	if !notify.Hides(into) {
		look = func(string) (string, error) { return "", errShownKey }
	}
	return expand(text, look)
}

// expand replaces the references in a text. What they are replaced by is not
// looked at again.
func expand(text string, look func(reference string) (string, error)) (string, error) {
	var b strings.Builder
	for text != "" {
		if literal, escaped := strings.CutPrefix(text, "$"); escaped && begins(literal) {
			b.WriteString(envReference[:2]) // the rest does not look like a reference any more
			text = literal[2:]
			continue
		}
		if !begins(text) {
			b.WriteByte(text[0])
			text = text[1:]
			continue
		}
		reference, rest, ended := strings.Cut(text, "}")
		if !ended {
			return "", errUnended
		}
		value, err := look(reference + "}")
		if err != nil {
			return "", err
		}
		b.WriteString(value)
		text = rest
	}
	return b.String(), nil
}

func begins(text string) bool {
	return strings.HasPrefix(text, envReference) || strings.HasPrefix(text, fileReference)
}

// look returns what a reference stands for. Errors name it, and not the value.
func (s *secrets) look(reference string) (string, error) {
	if value, known := s.values[reference]; known {
		return value, nil
	}
	value, err := s.read(strings.TrimSuffix(reference, "}"))
	if err != nil {
		return "", fmt.Errorf("%s: %w", reference, err)
	}
	s.values[reference] = value
	return value, nil
}

func (s *secrets) read(reference string) (string, error) {
	if name, ok := strings.CutPrefix(reference, envReference); ok {
		value, set := os.LookupEnv(name)
		switch {
		case name == "":
			return "", errors.New("the name of the variable is missing")
		case !set:
			return "", errors.New("the environment variable is not set")
		case value == "":
			return "", errors.New("the environment variable is empty")
		}
		return value, nil
	}
	path := strings.TrimPrefix(reference, fileReference)
	if path == "" {
		return "", errors.New("the path of the file is missing")
	}
	return readSecret(commoncfg.JoinDir(s.dir, path))
}

// readSecret returns what a file has, without line ends at its end.
func readSecret(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, maxSecretFile+1))
	value := strings.TrimRight(string(content), "\r\n")
	switch {
	case err != nil:
		return "", err
	case len(content) > maxSecretFile:
		return "", fmt.Errorf("the file has more than %d bytes, which is no secret", maxSecretFile)
	case value == "":
		return "", errors.New("the file is empty")
	}
	return value, nil
}

// hash tells apart what references stand for, and does not show it; empty if there
// are none.
func (s *secrets) hash() string {
	if len(s.values) == 0 {
		return ""
	}
	sum := sha256.New()
	for _, reference := range slices.Sorted(maps.Keys(s.values)) {
		value := s.values[reference]
		_, _ = fmt.Fprintf(sum, "%d\x00%s%d\x00%s", len(reference), reference, len(value), value) // a hash does not fail
	}
	return hex.EncodeToString(sum.Sum(nil))
}
