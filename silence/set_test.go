package silence

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/tocsin-alerting/tocsin/alert"
)

func TestStateAt(t *testing.T) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s := &Silence{StartsAt: start, EndsAt: start.Add(time.Hour)}
	for _, tt := range []struct {
		after time.Duration
		want  State
	}{
		{-time.Nanosecond, Pending},
		{0, Active},
		{time.Hour - 1, Active},
		{time.Hour, Expired},
		{2 * time.Hour, Expired},
	} {
		if got := s.StateAt(start.Add(tt.after)); got != tt.want {
			t.Errorf("after %s: %s, want %s", tt.after, got, tt.want)
		}
	}
	if got := (&Silence{StartsAt: start, EndsAt: start}).StateAt(start); got != Expired {
		t.Errorf("without length: %s", got)
	}
	for _, begun := range []time.Duration{-time.Hour, time.Hour} {
		open := &Silence{StartsAt: start.Add(begun), EndsAt: start.Add(2 * time.Hour), UpdatedAt: start}
		ended := open.expiredAt(start.Add(90 * time.Minute)) // by a clock that is ahead
		if got := ended.StateAt(start); got != Expired {
			t.Errorf("ended by a clock that is ahead: %s", got)
		}
		if got := open.StateAt(start); got == Expired {
			t.Error("nobody has ended it, and it is expired")
		}
	}
}

func TestCreate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		table := newMemTable()
		s := New(Options{Table: table})
		given := running(t)
		given.StartsAt = given.StartsAt.Add(-time.Hour).In(time.FixedZone("x", 3600))
		given.Annotations = map[string]string{"k": "v"}
		id := mustSet(t, s, given)

		if parsed, err := uuid.Parse(id); err != nil || parsed.Version() != 4 || parsed.String() != id {
			t.Errorf("id %q is no random UUID", id)
		}
		got := mustGet(t, s, id)
		want := given
		want.ID, want.StartsAt, want.UpdatedAt = id, time.Now().UTC(), time.Now().UTC()
		if diff := cmp.Diff(want.clone(), got, cmp.Comparer((*alert.Matcher).Same)); diff != "" {
			t.Error(diff)
		}
		if got.StartsAt.Location() != time.UTC || got.EndsAt.Location() != time.UTC {
			t.Error("times are not UTC")
		}
		given.Matchers[0], given.Annotations["k"] = nil, "changed"
		if got.Matchers[0] == nil || got.Annotations["k"] != "v" {
			t.Error("the stored silence shares memory with the given one")
		}
		checkSame(t, table, s)
	})
}

// TestTransitions changes a silence in each of its states in every way.
func TestTransitions(t *testing.T) {
	const (
		inPlace  = "in place"
		replaced = "replaced" // the old one ended, a new id
		created  = "created"  // a new id, the old one as it was
	)
	now := func(d time.Duration) func() time.Time { return func() time.Time { return time.Now().Add(d) } }
	for _, tt := range []struct {
		name   string
		first  func(testing.TB) Silence
		wait   time.Duration
		change func(*Silence)
		want   string
		err    error
		start  func() time.Time
	}{
		{name: "active: comment", first: running, wait: time.Minute, change: func(s *Silence) { s.Comment = "new" }, want: inPlace, start: now(-time.Minute)},
		{name: "active: author and annotations", first: running, change: func(s *Silence) { s.CreatedBy, s.Annotations = "you", map[string]string{"a": "b"} }, want: inPlace},
		{name: "active: later end", first: running, wait: time.Minute, change: func(s *Silence) { s.EndsAt = s.EndsAt.Add(time.Hour) }, want: inPlace},
		{name: "active: end now", first: running, wait: time.Minute, change: func(s *Silence) { s.EndsAt = time.Now() }, want: inPlace},
		{name: "active: end in the past", first: running, wait: time.Minute, change: func(s *Silence) { s.EndsAt = time.Now().Add(-1) }, err: ErrInvalid},
		{name: "active: start of the same second", first: running, wait: time.Minute, change: func(s *Silence) { s.StartsAt = s.StartsAt.Add(999 * time.Millisecond) }, want: inPlace, start: now(-time.Minute)},
		{name: "active: start a second later", first: running, wait: time.Minute, change: func(s *Silence) { s.StartsAt = s.StartsAt.Add(time.Second) }, want: replaced, start: now(0)},
		{name: "active: start in the future", first: running, wait: time.Minute, change: func(s *Silence) { s.StartsAt = time.Now().Add(time.Minute) }, want: replaced, start: now(time.Minute)},
		{name: "active: other matchers", first: running, wait: time.Minute, change: func(s *Silence) { s.Matchers = equals(t, "a", "2") }, want: replaced, start: now(0)},
		{name: "active: one matcher more", first: running, change: func(s *Silence) { s.Matchers = append(s.Matchers, equals(t, "b", "")...) }, want: replaced},
		{name: "active: other operator", first: running, change: func(s *Silence) { s.Matchers = alert.Matchers{match(t, alert.MatchRegexp, "a", "1")} }, want: replaced},
		{name: "active: matchers in another order", first: two, change: func(s *Silence) { s.Matchers = slices.Clone(s.Matchers); slices.Reverse(s.Matchers) }, want: replaced},
		{name: "pending: later start", first: pending, change: func(s *Silence) { s.StartsAt = s.StartsAt.Add(time.Minute) }, want: inPlace, start: now(61 * time.Minute)},
		{name: "pending: start now", first: pending, change: func(s *Silence) { s.StartsAt = time.Now() }, want: inPlace, start: now(0)},
		{name: "pending: start in the past", first: pending, wait: time.Minute, change: func(s *Silence) { s.StartsAt = time.Now().Add(-1) }, want: replaced, start: now(0)},
		{name: "pending: end before start", first: pending, change: func(s *Silence) { s.EndsAt = s.StartsAt.Add(-1) }, err: ErrInvalid},
		{name: "pending: other matchers", first: pending, change: func(s *Silence) { s.Matchers = equals(t, "b", "1") }, want: replaced, start: now(time.Hour)},
		{name: "expired: later end", first: running, wait: 2 * time.Hour, change: func(s *Silence) { s.EndsAt = time.Now().Add(time.Hour) }, want: created, start: now(0)},
		{name: "expired: nothing", first: running, wait: 2 * time.Hour, change: func(*Silence) {}, err: ErrInvalid},
		{name: "expired at this moment", first: running, wait: time.Hour, change: func(s *Silence) { s.EndsAt = s.EndsAt.Add(1) }, want: created},
		{name: "unknown id", first: running, change: func(s *Silence) { s.ID = "nobody" }, err: ErrNotFound},
		{name: "id in another spelling", first: running, change: func(s *Silence) { s.ID = "{" + s.ID + "}" }, err: ErrNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				table := newMemTable()
				s := New(Options{Table: table})
				id := mustSet(t, s, tt.first(t))
				before := mustGet(t, s, id)
				time.Sleep(tt.wait)
				next := *before
				tt.change(&next)
				got, err := s.Set(t.Context(), next)

				checkSame(t, table, s)
				if !errors.Is(err, tt.err) {
					t.Fatalf("error %v, want %v", err, tt.err)
				}
				after := mustGet(t, s, id)
				if err != nil {
					if got != "" || after != before || len(s.All()) != 1 {
						t.Error("an error has changed something")
					}
					return
				}
				checkTransition(t, tt.want, before, after, mustGet(t, s, got))
				if tt.start != nil && !mustGet(t, s, got).StartsAt.Equal(tt.start()) {
					t.Errorf("starts %s, want %s", mustGet(t, s, got).StartsAt, tt.start())
				}
			})
		})
	}
}

func two(t testing.TB) Silence {
	s := running(t)
	s.Matchers = equals(t, "a", "1", "b", "2")
	return s
}

func checkTransition(t *testing.T, want string, before, after, inForce *Silence) {
	t.Helper()
	now := time.Now()
	if !inForce.UpdatedAt.Equal(now) {
		t.Errorf("updated %s, now is %s", inForce.UpdatedAt, now)
	}
	got := "replaced"
	switch {
	case inForce.ID == after.ID:
		got = "in place"
	case after == before:
		got = "created"
	case after.StateAt(now) != Expired || !after.EndsAt.Equal(now) || !after.UpdatedAt.Equal(now):
		t.Errorf("the silence that was replaced is %+v", after)
	}
	if got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestExpire(t *testing.T) {
	for _, tt := range []struct {
		name  string
		first func(testing.TB) Silence
		wait  time.Duration
		want  func(before Silence) Silence
	}{
		{"active ends now", running, time.Minute, func(s Silence) Silence {
			s.EndsAt, s.UpdatedAt = time.Now().UTC(), time.Now().UTC()
			return s
		}},
		{"pending starts and ends now", pending, time.Minute, func(s Silence) Silence {
			s.StartsAt, s.EndsAt, s.UpdatedAt = time.Now().UTC(), time.Now().UTC(), time.Now().UTC()
			return s
		}},
		{"expired stays as it is", running, 2 * time.Hour, func(s Silence) Silence { return s }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				table := newMemTable()
				s := New(Options{Table: table})
				id := mustSet(t, s, tt.first(t))
				before := *mustGet(t, s, id)
				time.Sleep(tt.wait)
				for range 2 { // the second time is a no-op in every case
					if err := s.Expire(t.Context(), id); err != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(tt.want(before), *mustGet(t, s, id), cmp.Comparer((*alert.Matcher).Same)); diff != "" {
						t.Error(diff)
					}
				}
				if muted := s.MutedBy(alert.New(alert.LabelsOf("a", "1")), time.Now()); muted != nil {
					t.Errorf("muted by %v", muted)
				}
				checkSame(t, table, s)
			})
		})
	}
	t.Run("unknown id", func(t *testing.T) {
		if err := New(Options{}).Expire(t.Context(), "nobody"); !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
	})
}
