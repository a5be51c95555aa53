package timeinterval

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestContainsAgainstOracle compares random intervals with an oracle that walks
// through the calendar, for every minute of random days.
func TestContainsAgainstOracle(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	inside, outside := 0, 0
	for range 30 {
		i := randomInterval(t, r)
		at := time.Date(2023+r.IntN(3), time.Month(1+r.IntN(12)), 1+r.IntN(31), 0, 0, 0, 0, time.UTC)
		for range 24 * 60 {
			got, want := i.Contains(at), oracle(i, at)
			if got != want {
				t.Fatalf("%+v at %s: %t, want %t", i, at, got, want)
			}
			if got {
				inside++
			} else {
				outside++
			}
			at = at.Add(time.Minute)
		}
	}
	if inside < 1000 || outside < 1000 {
		t.Errorf("one-sided sample: %d instants inside, %d outside", inside, outside)
	}
}

func randomInterval(t *testing.T, r *rand.Rand) (i Interval) {
	t.Helper()
	ranges := func(low, high int) (rs []Range) {
		if r.IntN(2) == 0 {
			return nil
		}
		for range 1 + r.IntN(3) {
			a, b := low+r.IntN(high-low+1), low+r.IntN(high-low+1)
			rs = append(rs, Range{min(a, b), max(a, b)})
		}
		return rs
	}
	i.Weekdays, i.Months, i.Years = ranges(0, 6), ranges(1, 12), ranges(2022, 2027)
	for range r.IntN(3) {
		start := r.IntN(24 * 60)
		i.Times = append(i.Times, TimeRange{start, start + 1 + r.IntN(24*60-start)})
	}
	for range r.IntN(4) {
		first, last := 1+r.IntN(31), 1+r.IntN(31)
		if r.IntN(2) == 0 {
			first, last = -first, -last
		} else if r.IntN(2) == 0 {
			last = -last
		}
		i.DaysOfMonth = append(i.DaysOfMonth, Range{first, last})
	}
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"}
	if n := r.IntN(len(zones) + 1); n < len(zones) {
		location, err := time.LoadLocation(zones[n])
		if err != nil {
			t.Fatal(err)
		}
		i.Location = location
	}
	return i
}

// oracle spells every range out, one step after the other.
func oracle(i Interval, at time.Time) bool {
	location := i.Location
	if location == nil {
		location = time.UTC
	}
	year, month, dayOfMonth := at.In(location).Date()
	hour, minute, _ := at.In(location).Clock()

	in := func(given bool, spelled []int, n int) bool {
		return !given || slices.Contains(spelled, n)
	}
	var minutes []int
	for _, r := range i.Times {
		for m := r.Start; m != r.End; m++ {
			minutes = append(minutes, m)
		}
	}
	return in(i.Times != nil, minutes, hour*60+minute) &&
		in(i.Weekdays != nil, spell(i.Weekdays), int(at.In(location).Weekday())) &&
		in(i.DaysOfMonth != nil, spellDays(i.DaysOfMonth, year, month), dayOfMonth) &&
		in(i.Months != nil, spell(i.Months), int(month)) &&
		in(i.Years != nil, spell(i.Years), year)
}

func spell(ranges []Range) (all []int) {
	for _, r := range ranges {
		for n := r.First; n <= r.Last; n++ {
			all = append(all, n)
		}
	}
	return all
}

// spellDays writes the calendar of the month with both numbers of each day, and
// ticks off what lies between the two ends. An end that the calendar lacks is
// before its first day or after its last.
func spellDays(ranges []Range, year int, month time.Month) (all []int) {
	var calendar []time.Time
	for d := time.Date(year, month, 1, 12, 0, 0, 0, time.UTC); d.Month() == month; d = d.AddDate(0, 0, 1) {
		calendar = append(calendar, d)
	}
	position := func(n int) int {
		for at := range calendar {
			if n == at+1 || n == at-len(calendar) {
				return at
			}
		}
		if n < 0 {
			return -1
		}
		return len(calendar)
	}
	for _, r := range ranges {
		for at, d := range calendar {
			if position(r.First) <= at && at <= position(r.Last) {
				all = append(all, d.Day())
			}
		}
	}
	return all
}
