package silence

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tocsin-alerting/tocsin/alert"
)

// The oracle writes the message byte by byte.

func field(number int, content []byte) []byte {
	b := []byte{byte(number<<3 | 2)}
	return append(binary.AppendUvarint(b, uint64(len(content))), content...)
}

func textField(number int, text string) []byte {
	if text == "" {
		return nil
	}
	return field(number, []byte(text))
}

func numberField(number int, n int64) []byte {
	if n == 0 {
		return nil
	}
	return binary.AppendUvarint([]byte{byte(number << 3)}, uint64(n))
}

func timeField(number int, t time.Time) []byte {
	return field(number, append(numberField(1, t.Unix()), numberField(2, int64(t.Nanosecond()))...))
}

func encode(s *Silence, expiresAt time.Time) []byte {
	var set []byte
	for _, m := range s.Matchers {
		kind := map[alert.MatchType]int64{alert.MatchEqual: 0, alert.MatchRegexp: 1, alert.MatchNotEqual: 2, alert.MatchNotRegexp: 3}[m.Type]
		one := append(numberField(1, kind), textField(2, m.Name)...)
		set = append(set, field(1, append(one, textField(3, m.Value)...))...)
	}
	b := textField(1, s.ID)
	b = append(b, timeField(3, s.StartsAt)...)
	b = append(b, timeField(4, s.EndsAt)...)
	b = append(b, timeField(5, s.UpdatedAt)...)
	b = append(b, textField(8, s.CreatedBy)...)
	b = append(b, textField(9, s.Comment)...)
	for k, v := range s.Annotations {
		b = append(b, field(10, append(field(1, []byte(k)), field(2, []byte(v))...))...)
	}
	b = append(b, field(11, set)...)
	return append(field(1, b), timeField(2, expiresAt)...)
}

func TestSize(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	text := func() string { return strings.Repeat("x", r.IntN(2)*r.IntN(300)) }
	instant := func() time.Time { return time.Unix(r.Int64N(1<<40)-1<<38, r.Int64N(2)*r.Int64N(1e9)) }
	kinds := []alert.MatchType{alert.MatchEqual, alert.MatchNotEqual, alert.MatchRegexp, alert.MatchNotRegexp}
	for range 2000 {
		s := &Silence{ID: text(), StartsAt: instant(), EndsAt: instant(), UpdatedAt: instant(), CreatedBy: text(), Comment: text()}
		for range r.IntN(4) {
			s.Matchers = append(s.Matchers, match(t, kinds[r.IntN(4)], text(), text()))
		}
		s.Annotations = map[string]string{text(): text(), "k" + text(): text()}
		expiresAt := instant()
		if got, want := s.size(expiresAt), len(encode(s, expiresAt)); got != want {
			t.Fatalf("size %d, want %d of %+v", got, want, s)
		}
	}
}

func TestSizeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free := New(Options{Retention: time.Hour})
		id := mustSet(t, free, running(t))
		stored := mustGet(t, free, id)
		size := stored.size(stored.EndsAt.Add(time.Hour))

		s := New(Options{Retention: time.Hour, MaxBytes: size})
		fits := *mustGet(t, s, mustSet(t, s, running(t)))
		longer := fits
		longer.Comment += "!"
		if _, err := s.Set(t.Context(), longer); !errors.Is(err, ErrLimit) {
			t.Errorf("update: %v", err)
		}
		longer.ID = ""
		if _, err := s.Set(t.Context(), longer); !errors.Is(err, ErrLimit) {
			t.Errorf("create: %v", err)
		}
		if got := *mustGet(t, s, fits.ID); got.Comment != fits.Comment || len(s.All()) != 1 {
			t.Error("a refused change has changed something")
		}
	})
}

func TestCountLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{MaxSilences: 2, Retention: time.Hour})
		first := mustSet(t, s, running(t))
		second := mustSet(t, s, running(t))
		check := func(what string, sil Silence, want error) {
			t.Helper()
			if _, err := s.Set(t.Context(), sil); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", what, err, want)
			}
		}
		check("one more", running(t), ErrLimit)
		update := *mustGet(t, s, first)
		update.Comment = "new"
		check("update in place", update, nil)
		update.Matchers = equals(t, "b", "1")
		check("replacement counts before the old one goes", update, ErrLimit)
		if got := mustGet(t, s, first); got.StateAt(time.Now()) != Active {
			t.Error("a refused replacement has ended the old silence")
		}
		if err := s.Expire(t.Context(), second); err != nil {
			t.Fatal(err)
		}
		check("expired ones count", running(t), ErrLimit)
	})
}
