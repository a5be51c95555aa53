package alert

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// at is an instant n minutes after an arbitrary one; 0 is the zero time.
func at(n int) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Date(2026, 3, 1, 12, n, 0, 0, time.UTC)
}

func TestAlertIdentity(t *testing.T) {
	labels := LabelsOf("alertname", "T3")
	a, literal := New(labels), &Alert{Labels: labels}
	if a.Fingerprint() != labels.Fingerprint() || literal.Fingerprint() != labels.Fingerprint() {
		t.Errorf("fingerprints %s and %s, want %s", a.Fingerprint(), literal.Fingerprint(), labels.Fingerprint())
	}
	if a.Name() != "T3" || New(Labels{}).Name() != "" {
		t.Errorf("names %q and %q", a.Name(), New(Labels{}).Name())
	}
}

func TestResolvedAt(t *testing.T) {
	tests := []struct {
		end, now int
		want     bool
	}{
		{0, 5, false},
		{6, 5, false},
		{5, 5, true},
		{4, 5, true},
	}
	for _, tt := range tests {
		if got := (&Alert{EndsAt: at(tt.end)}).ResolvedAt(at(tt.now)); got != tt.want {
			t.Errorf("end %d at %d: resolved %v, want %v", tt.end, tt.now, got, tt.want)
		}
	}
}

func TestValidate(t *testing.T) {
	ok := LabelsOf("alertname", "T")
	tests := []struct {
		name          string
		alert         Alert
		utf8, classic string // errors; empty: valid
	}{
		{"valid", Alert{StartsAt: at(1), EndsAt: at(2), Labels: ok, Annotations: LabelsOf("s", "")}, "", ""},
		{"no end", Alert{StartsAt: at(1), Labels: ok}, "", ""},
		{"start is end", Alert{StartsAt: at(1), EndsAt: at(1), Labels: ok}, "", ""},
		{"no start first", Alert{EndsAt: at(1)}, "start time missing", "start time missing"},
		{"end before start", Alert{StartsAt: at(2), EndsAt: at(1)}, "start time must be before end time", "start time must be before end time"},
		{"no labels", Alert{StartsAt: at(1)}, "at least one label pair required", "at least one label pair required"},
		{
			"UTF-8 label name",
			Alert{StartsAt: at(1), Labels: LabelsOf("a.b", "1")},
			"", `invalid label set: invalid name "a.b"`,
		},
		{
			"label name with a leading digit",
			Alert{StartsAt: at(1), Labels: LabelsOf("1a", "1")},
			"", `invalid label set: invalid name "1a"`,
		},
		{
			"empty label name",
			Alert{StartsAt: at(1), Labels: LabelsOf("", "1")},
			`invalid label set: invalid name ""`, `invalid label set: invalid name ""`,
		},
		{
			"broken label name",
			Alert{StartsAt: at(1), Labels: LabelsOf("\xff", "1")},
			`invalid label set: invalid name "\xff"`, `invalid label set: invalid name "\xff"`,
		},
		{
			"broken label value",
			Alert{StartsAt: at(1), Labels: LabelsOf("a", "\xff"), Annotations: LabelsOf("", "")},
			`invalid label set: invalid UTF-8 in value of "a"`, `invalid label set: invalid UTF-8 in value of "a"`,
		},
		{
			"annotation name",
			Alert{StartsAt: at(1), Labels: ok, Annotations: LabelsOf("a b", "")},
			"", `invalid annotation set: invalid name "a b"`,
		},
		{
			"broken annotation value",
			Alert{StartsAt: at(1), Labels: ok, Annotations: LabelsOf("a", "\xc3")},
			`invalid annotation set: invalid UTF-8 in value of "a"`, `invalid annotation set: invalid UTF-8 in value of "a"`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for names, want := range map[Names]string{NamesUTF8: tt.utf8, NamesClassic: tt.classic} {
				got := ""
				if err := tt.alert.Validate(names); err != nil {
					got = err.Error()
				}
				if got != want {
					t.Errorf("names %d: %q, want %q", names, got, want)
				}
			}
		})
	}
}

func TestValidateSentinels(t *testing.T) {
	for want, a := range map[error]*Alert{
		ErrNoStart:   {},
		ErrEndBefore: {StartsAt: at(2), EndsAt: at(1)},
		ErrNoLabels:  {StartsAt: at(1)},
	} {
		if err := a.Validate(NamesUTF8); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
}

// report is one alert in the minutes of at.
type report struct {
	start, end, updated int
	timeout             bool
	by                  string // value of an annotation: whose report it is
}

func (r report) alert() *Alert {
	a := New(LabelsOf("alertname", "T"))
	a.StartsAt, a.EndsAt, a.UpdatedAt = at(r.start), at(r.end), at(r.updated)
	a.Timeout, a.GeneratorURL = r.timeout, "http://"+r.by
	a.Annotations = LabelsOf("by", r.by)
	return a
}

func TestMerge(t *testing.T) {
	tests := []struct {
		name            string
		old, next, want report
	}{
		{
			"repeat with the same start and a later end replaces",
			report{10, 20, 15, false, "old"},
			report{10, 25, 16, true, "next"},
			report{10, 25, 16, true, "next"},
		},
		{
			"repeat with a later start overlaps",
			report{10, 20, 15, false, "old"},
			report{12, 25, 16, true, "next"},
			report{10, 25, 16, true, "next"},
		},
		{
			"same start and earlier end overlaps; end of the sender counts",
			report{10, 30, 15, false, "old"},
			report{10, 20, 16, false, "next"},
			report{10, 30, 16, false, "next"},
		},
		{
			"computed end of the older does not count",
			report{10, 30, 15, true, "old"},
			report{10, 20, 16, false, "next"},
			report{10, 20, 16, false, "next"},
		},
		{
			"timeout flag is the younger's even with the older's end",
			report{10, 30, 15, false, "old"},
			report{10, 20, 16, true, "next"},
			report{10, 30, 16, true, "next"},
		},
		{
			"resolved younger ends a firing older",
			report{10, 30, 15, false, "old"},
			report{10, 16, 16, false, "next"},
			report{10, 16, 16, false, "next"},
		},
		{
			"both resolved: the later end",
			report{10, 18, 15, false, "old"},
			report{10, 16, 19, false, "next"},
			report{10, 18, 19, false, "next"},
		},
		{
			"both resolved: a computed end counts too",
			report{10, 18, 15, true, "old"},
			report{10, 16, 19, false, "next"},
			report{10, 18, 19, false, "next"},
		},
		{
			"late delivery: the known report is the younger one",
			report{12, 20, 16, false, "old"},
			report{10, 18, 15, false, "next"},
			report{10, 20, 16, false, "old"},
		},
		{
			"late delivery: the later end of the incoming one counts",
			report{10, 20, 16, false, "old"},
			report{12, 25, 15, false, "next"},
			report{10, 25, 16, false, "old"},
		},
		{
			"same update time: the incoming one is younger",
			report{10, 20, 15, false, "old"},
			report{12, 18, 15, false, "next"},
			report{10, 20, 15, false, "next"},
		},
		{
			"touching at the end does not overlap",
			report{10, 20, 15, false, "old"},
			report{20, 25, 21, false, "next"},
			report{20, 25, 21, false, "next"},
		},
		{
			"touching at the start does not overlap",
			report{10, 20, 15, false, "old"},
			report{5, 10, 16, false, "next"},
			report{5, 10, 16, false, "next"},
		},
		{
			"the same span does not overlap",
			report{10, 20, 15, false, "old"},
			report{10, 20, 16, true, "next"},
			report{10, 20, 16, true, "next"},
		},
		{
			"a wider span does not overlap",
			report{10, 20, 15, false, "old"},
			report{5, 25, 16, false, "next"},
			report{5, 25, 16, false, "next"},
		},
		{
			"replaced even by an older report",
			report{10, 20, 16, false, "old"},
			report{10, 25, 15, false, "next"},
			report{10, 25, 15, false, "next"},
		},
		{
			"old without an end overlaps nothing",
			report{10, 0, 15, false, "old"},
			report{12, 20, 16, false, "next"},
			report{12, 20, 16, false, "next"},
		},
		{
			"next without an end keeps the end of the sender",
			report{10, 20, 15, false, "old"},
			report{12, 0, 16, false, "next"},
			report{10, 20, 16, false, "next"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			old, next := tt.old.alert(), tt.next.alert()
			got := Merge(old, next)
			compareAlerts(t, "merged", tt.want.alert(), got)
			compareAlerts(t, "old is unchanged", tt.old.alert(), old)
			compareAlerts(t, "next is unchanged", tt.next.alert(), next)
		})
	}
}

func compareAlerts(t *testing.T, what string, want, got *Alert) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Alert{}, Labels{})); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func FuzzMerge(f *testing.F) {
	f.Add(10, 20, 15, false, 12, 25, 16, true)
	f.Add(10, 30, 15, true, 10, 20, 16, false)
	f.Add(10, 0, 15, false, 12, 0, 15, false)
	f.Add(-5, 1<<40, 3, false, 0, -1, 1<<62, true)
	f.Fuzz(func(t *testing.T, s1, e1, u1 int, t1 bool, s2, e2, u2 int, t2 bool) {
		old := report{s1, e1, u1, t1, "old"}.alert()
		next := report{s2, e2, u2, t2, "next"}.alert()
		checkMerge(t, old, next)
	})
}

// checkMerge states the laws of Merge.
func checkMerge(t *testing.T, old, next *Alert) {
	t.Helper()
	got := Merge(old, next)
	if got.Labels != old.Labels || got.Fingerprint() != old.Fingerprint() {
		t.Errorf("identity changed to %v", got.Labels)
	}
	compareAlerts(t, "merged with itself", old, Merge(old, old))
	if !overlaps(old, next) {
		if got != next {
			t.Errorf("no overlap, but %+v is not the next report", got)
		}
		return
	}
	if got.StartsAt.After(old.StartsAt) || got.StartsAt.After(next.StartsAt) {
		t.Errorf("start %v is later than %v or %v", got.StartsAt, old.StartsAt, next.StartsAt)
	}
	if got.UpdatedAt.Before(old.UpdatedAt) || got.UpdatedAt.Before(next.UpdatedAt) {
		t.Errorf("updated %v, before %v or %v", got.UpdatedAt, old.UpdatedAt, next.UpdatedAt)
	}
	if !got.EndsAt.Equal(old.EndsAt) && !got.EndsAt.Equal(next.EndsAt) {
		t.Errorf("end %v is neither %v nor %v", got.EndsAt, old.EndsAt, next.EndsAt)
	}
	if overlaps(next, old) && !old.UpdatedAt.Equal(next.UpdatedAt) {
		compareAlerts(t, "order of arrival must not matter", got, Merge(next, old))
	}
}

func TestMergeLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	random := func(by string) *Alert {
		return report{r.IntN(6), r.IntN(6), r.IntN(6), r.IntN(2) == 0, by}.alert()
	}
	for range 5_000 {
		checkMerge(t, random("old"), random("next"))
	}
}

func TestSort(t *testing.T) {
	want := []*Alert{
		New(LabelsOf("job", "a", "instance", "1")),
		New(LabelsOf("job", "a", "instance", "1", "z", "1")),
		New(LabelsOf("job", "a", "instance", "2")),
		New(LabelsOf("job", "a")),
		New(LabelsOf("job", "a", "a", "1")),
		New(LabelsOf("job", "b", "instance", "0")),
		New(LabelsOf("instance", "0")),
		New(LabelsOf("z", "1")),
		New(LabelsOf("a", "2")),
		New(LabelsOf("a", "1", "b", "1")),
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		got := make([]*Alert, len(want))
		for i, j := range r.Perm(len(want)) {
			got[i] = want[j]
		}
		Sort(got)
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("position %d: %v, want %v", i, got[i].Labels, want[i].Labels)
			}
		}
	}
}
