package alert

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/prometheus/common/model"
)

// Alert is one labelled condition with a start and maybe an end. Its identity
// is the Fingerprint of its labels. Once an alert has been handed to another
// part of the program it is shared and must not change.
type Alert struct {
	Labels       Labels
	Annotations  Labels
	StartsAt     time.Time
	EndsAt       time.Time // zero: not known to end
	UpdatedAt    time.Time // when the last report was received
	ReceivedAt   time.Time // when the first report was, since it fires
	GeneratorURL string
	// Timeout says that the report had no end and that EndsAt was computed
	// from the resolve timeout.
	Timeout bool

	fingerprint Fingerprint
}

// New returns an alert that remembers the fingerprint of its labels.
func New(labels Labels) *Alert {
	return &Alert{Labels: labels, fingerprint: labels.Fingerprint()}
}

// Fingerprint identifies the alert.
func (a *Alert) Fingerprint() Fingerprint {
	if a.fingerprint == 0 {
		return a.Labels.Fingerprint()
	}
	return a.fingerprint
}

// Name is the value of the label alertname.
func (a *Alert) Name() string { return a.Labels.Get(model.AlertNameLabel) }

// ResolvedAt reports whether the alert has ended at or before now. The end counts
// from the last report: a clock that is set in between neither ends alerts nor keeps
// them alive.
func (a *Alert) ResolvedAt(now time.Time) bool {
	switch {
	case a.EndsAt.IsZero():
		return false
	case a.UpdatedAt.IsZero():
		return !a.EndsAt.After(now)
	}
	return now.Sub(a.UpdatedAt) >= a.EndsAt.Sub(a.UpdatedAt)
}

// Problems a report of an alert can have, in the order they are checked.
var (
	ErrNoStart   = errors.New("start time missing")
	ErrEndBefore = errors.New("start time must be before end time")
	ErrNoLabels  = errors.New("at least one label pair required")
	errName      = errors.New("invalid name")
	errValue     = errors.New("invalid UTF-8 in value")
)

// Names says which label names are legal.
type Names uint8

const (
	// NamesUTF8 allows every non-empty valid UTF-8 string.
	NamesUTF8 Names = iota
	// NamesClassic allows [a-zA-Z_][a-zA-Z0-9_]*.
	NamesClassic
)

// Valid reports whether the name is legal.
func (n Names) Valid(name string) bool {
	if n == NamesClassic {
		return model.LegacyValidation.IsValidLabelName(name)
	}
	return name != "" && utf8.ValidString(name)
}

// Validate returns the first thing that is wrong with a received alert.
func (a *Alert) Validate(names Names) error {
	switch {
	case a.StartsAt.IsZero():
		return ErrNoStart
	case !a.EndsAt.IsZero() && a.EndsAt.Before(a.StartsAt):
		return ErrEndBefore
	case a.Labels.Empty():
		return ErrNoLabels
	}
	if err := validatePairs("invalid label set", a.Labels, names); err != nil {
		return err
	}
	return validatePairs("invalid annotation set", a.Annotations, names)
}

func validatePairs(what string, l Labels, names Names) error {
	for name, value := range l.All() {
		if !names.Valid(name) {
			return fmt.Errorf("%s: %w %q", what, errName, name)
		}
		if !utf8.ValidString(value) {
			return fmt.Errorf("%s: %w of %q", what, errValue, name)
		}
	}
	return nil
}

// Merge returns what is known after next was reported for an alert already
// known as old. Both have the same labels and neither is changed; the result
// may be next itself.
//
// If the two do not overlap strictly in time, next replaces old; a repeated
// report with the same start and a later end is such a case. Otherwise the
// younger report (later UpdatedAt, or next) gives annotations and origin, the
// start is the earlier one, and the end is the younger's, unless the older
// ends later and its end counts: because both are over, or because it was
// given by the sender and not computed from the resolve timeout.
func Merge(old, next *Alert) *Alert {
	if !overlaps(old, next) {
		return next
	}
	older, younger := old, next
	if next.UpdatedAt.Before(old.UpdatedAt) {
		older, younger = next, old
	}
	merged := *younger
	if older.StartsAt.Before(merged.StartsAt) {
		merged.StartsAt = older.StartsAt
	}
	if older.EndsAt.After(merged.EndsAt) && olderEndCounts(older, younger) {
		merged.EndsAt = older.EndsAt
	}
	return &merged
}

func overlaps(old, next *Alert) bool {
	inside := func(t time.Time) bool { return t.After(old.StartsAt) && t.Before(old.EndsAt) }
	return inside(next.EndsAt) || inside(next.StartsAt)
}

func olderEndCounts(older, younger *Alert) bool {
	now := younger.UpdatedAt
	if younger.ResolvedAt(now) {
		return older.ResolvedAt(now)
	}
	return !older.Timeout
}

// Sort orders alerts as notifications and the API show them: by the labels
// job and instance, alerts that have the label before those that lack it, then
// by all labels.
func Sort(alerts []*Alert) {
	if len(alerts) < 2 {
		return
	}
	keyed := make([]sortKey, len(alerts))
	for i, a := range alerts {
		keyed[i].alert = a
		keyed[i].job, keyed[i].hasJob = a.Labels.Lookup("job")
		keyed[i].instance, keyed[i].hasInstance = a.Labels.Lookup("instance")
	}
	slices.SortFunc(keyed, sortKey.compare)
	for i, k := range keyed {
		alerts[i] = k.alert
	}
}

// sortKey is what Sort compares of an alert. To look a label up once is much less
// than to do it at each comparison.
type sortKey struct {
	job, instance       string
	hasJob, hasInstance bool
	alert               *Alert
}

func (a sortKey) compare(b sortKey) int {
	if c := comparePresent(a.job, a.hasJob, b.job, b.hasJob); c != 0 {
		return c
	}
	if c := comparePresent(a.instance, a.hasInstance, b.instance, b.hasInstance); c != 0 {
		return c
	}
	return a.alert.Labels.Compare(b.alert.Labels)
}

func comparePresent(av string, aok bool, bv string, bok bool) int {
	switch {
	case aok && !bok:
		return -1
	case !aok && bok:
		return 1
	}
	return cmp.Compare(av, bv)
}
