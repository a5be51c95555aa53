package silence

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

func TestValidate(t *testing.T) {
	const (
		eq  = alert.MatchEqual
		ne  = alert.MatchNotEqual
		re  = alert.MatchRegexp
		nre = alert.MatchNotRegexp
	)
	empty := "must not match the empty string"
	for _, tt := range []struct {
		name     string
		names    alert.Names
		matchers alert.Matchers
		err      string
	}{
		{name: "no matchers", err: "at least one matcher"},
		{name: "one", matchers: equals(t, "a", "1")},
		{name: "one of two selects", matchers: equals(t, "a", "", "b", "1")},
		{name: "equal to empty", matchers: equals(t, "a", ""), err: empty},
		{name: "regexp that may be empty", matchers: alert.Matchers{match(t, re, "a", ".*")}, err: empty},
		{name: "regexp that may not", matchers: alert.Matchers{match(t, re, "a", ".+")}},
		{name: "unequal", matchers: alert.Matchers{match(t, ne, "a", "1")}},
		{name: "unequal to empty", matchers: alert.Matchers{match(t, ne, "a", "")}},
		{name: "negative regexp", matchers: alert.Matchers{match(t, nre, "a", "x|y")}},
		{name: "negative regexp of everything", matchers: alert.Matchers{match(t, nre, "a", ".*")}},
		{name: "UTF-8 name", matchers: equals(t, "ünï cödé", "1")},
		{name: "UTF-8 name in classic mode", names: alert.NamesClassic, matchers: equals(t, "ü", "1"), err: `matcher 0: invalid label name "ü"`},
		{name: "colon in classic mode", names: alert.NamesClassic, matchers: equals(t, "a:b", "1"), err: "invalid label name"},
		{name: "empty name", matchers: equals(t, "a", "1", "", "1"), err: `matcher 1: invalid label name ""`},
		{name: "name that is not UTF-8", matchers: equals(t, "\xff", "1"), err: "invalid label name"},
		{name: "value that is not UTF-8", matchers: equals(t, "a", "\xff"), err: "invalid UTF-8"},
		{name: "value that is not UTF-8 of a negation", matchers: alert.Matchers{match(t, ne, "a", "\xff")}, err: "invalid UTF-8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := New(Options{Names: tt.names})
			sil := running(t)
			sil.Matchers = tt.matchers
			_, err := s.Set(t.Context(), sil)
			if (err == nil) != (tt.err == "") {
				t.Fatalf("error %v, want %q", err, tt.err)
			}
			if err != nil && (!errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
			if err != nil && len(s.All()) != 0 {
				t.Error("an invalid silence is stored")
			}
		})
	}
}

func TestEndBeforeStart(t *testing.T) {
	for _, tt := range []struct {
		name       string
		start, end time.Duration // from now
		ok         bool
	}{
		{"in order", time.Hour, 2 * time.Hour, true},
		{"reversed", 2 * time.Hour, time.Hour, false},
		{"all in the past", -2 * time.Hour, -time.Hour, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sil := running(t)
			sil.StartsAt, sil.EndsAt = time.Now().Add(tt.start), time.Now().Add(tt.end)
			_, err := New(Options{}).Set(t.Context(), sil)
			if tt.ok != (err == nil) || !tt.ok && !errors.Is(err, ErrInvalid) {
				t.Error(err)
			}
		})
	}
}

// TestInvalidBeforeUnknown holds the order in which the API reports problems.
func TestInvalidBeforeUnknown(t *testing.T) {
	sil := running(t)
	sil.ID, sil.Matchers = "nobody", nil
	if _, err := New(Options{MaxBytes: 1}).Set(t.Context(), sil); !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}
	sil = running(t)
	sil.ID = "nobody"
	if _, err := New(Options{MaxBytes: 1}).Set(t.Context(), sil); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}
