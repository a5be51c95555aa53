package notify

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

// hidden is shown in place of a secret.
const hidden = "<secret>"

// Secret is a string that is never shown.
type Secret string

// String hides the secret from logs.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return s.String() }

// MarshalYAML hides the secret where the configuration is shown.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// MarshalJSON hides the secret where the configuration is shown.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }

// OneOf checks that exactly one of a setting and its file variant is given.
func OneOf(name, inline, file string) error {
	switch {
	case inline == "" && file == "":
		return fmt.Errorf("one of %s or %s_file must be configured", name, name)
	case inline != "" && file != "":
		return fmt.Errorf("at most one of %s and %s_file must be configured", name, name)
	}
	return nil
}

// FromFile returns the setting itself, or the trimmed content of its file if
// that is what is configured. The file is read at every call, so that a secret
// can be changed while the program runs.
func FromFile(inline, file string) (string, error) {
	if file == "" {
		return inline, nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read secret: %w", err)
	}
	text := strings.TrimSpace(string(content))
	if text == "" {
		return "", errors.New("read secret: " + file + " is empty")
	}
	return text, nil
}
