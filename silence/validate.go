package silence

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/tocsin-alerting/tocsin/alert"
)

// What a change can be refused for. Any other error means that the change could
// not be made durable.
var (
	// ErrNotFound says that no silence has the given id.
	ErrNotFound = errors.New("silence not found")
	// ErrInvalid says that the silence makes no sense. The error that wraps it
	// tells why.
	ErrInvalid = errors.New("invalid silence")
	// ErrLimit says that the silence is too large, or one too many.
	ErrLimit = errors.New("silence limit exceeded")
)

// validate checks what does not depend on the clock or on other silences.
func (s *Silence) validate(names alert.Names) error {
	if len(s.Matchers) == 0 {
		return fmt.Errorf("%w: at least one matcher required", ErrInvalid)
	}
	selective := false
	for i, m := range s.Matchers {
		if err := validateMatcher(m, names); err != nil {
			return fmt.Errorf("%w: matcher %d: %w", ErrInvalid, i, err)
		}
		selective = selective || !acceptsEmpty(m)
	}
	if !selective {
		return fmt.Errorf("%w: at least one matcher must not match the empty string", ErrInvalid)
	}
	return nil
}

func validateMatcher(m *alert.Matcher, names alert.Names) error {
	switch {
	case !names.Valid(m.Name):
		return fmt.Errorf("invalid label name %q", m.Name)
	case !utf8.ValidString(m.Value):
		return fmt.Errorf("invalid UTF-8 in value %q", m.Value)
	}
	return nil
}

// acceptsEmpty reports whether a matcher selects nothing on its own. Negative
// matchers do not count, although they accept missing labels: whoever writes
// one has named what stays loud.
func acceptsEmpty(m *alert.Matcher) bool {
	positive := m.Type == alert.MatchEqual || m.Type == alert.MatchRegexp
	return positive && m.Matches("")
}

// validateTimes runs after a start in the past has been moved to now.
func (s *Silence) validateTimes() error {
	if s.EndsAt.Before(s.StartsAt) {
		return fmt.Errorf("%w: end %s is before start %s", ErrInvalid, s.EndsAt, s.StartsAt)
	}
	return nil
}
