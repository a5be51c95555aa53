package timeinterval

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

var errReversed = errors.New("begins after its end")

// A unit reads one end of a range.
type unit func(text string) (int, error)

// parseRange reads "n" or "n:m".
func parseRange(text string, parse unit) (Range, error) {
	begin, end, isRange := strings.Cut(text, ":")
	if !isRange {
		end = begin
	}
	first, err := parse(begin)
	if err != nil {
		return Range{}, err
	}
	last, err := parse(end)
	if err != nil {
		return Range{}, err
	}
	return Range{First: first, Last: last}, nil
}

// parseAscending reads a range of a unit of which order is what it seems.
func parseAscending(parse unit) func(string) (Range, error) {
	return func(text string) (Range, error) {
		r, err := parseRange(text, parse)
		if err == nil && r.First > r.Last {
			err = errReversed
		}
		return r, err
	}
}

// parseDays reads a range of days of the month. It refuses what could be empty
// in a February; there, days from the end are taken as if the last one were 27,
// as the configurations in use were checked.
func parseDays(text string) (Range, error) {
	r, err := parseRange(text, day)
	switch {
	case err != nil:
		return Range{}, err
	case r.First < 0 && r.Last > 0:
		return Range{}, errors.New("counts from the end of the month to a day from its beginning")
	case inFebruary(r.First) > inFebruary(r.Last):
		return Range{}, errReversed
	}
	return r, nil
}

func inFebruary(day int) int {
	if day < 0 {
		return 28 + day
	}
	return day
}

func day(text string) (int, error) {
	n, err := integer(text)
	if err == nil && (n == 0 || n < -31 || n > 31) {
		err = fmt.Errorf("day %d is not in 1..31 or -31..-1", n)
	}
	return n, err
}

func weekday(text string) (int, error) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.EqualFold(d.String(), text) {
			return int(d), nil
		}
	}
	return 0, fmt.Errorf("%q is not a day of the week", text)
}

// month takes any number; one that is not of a month is never reached.
func month(text string) (int, error) {
	for m := time.January; m <= time.December; m++ {
		if strings.EqualFold(m.String(), text) {
			return int(m), nil
		}
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a month", text)
	}
	return n, nil
}

func integer(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not an integer", text)
	}
	return n, nil
}

// parseMinute reads HH:MM as minutes since midnight.
func parseMinute(text string) (int, error) {
	if text == "24:00" {
		return 24 * 60, nil
	}
	if len(text) != len("HH:MM") { // time.Parse takes a single digit of hours, too
		return 0, fmt.Errorf("%q is not a time from 00:00 to 24:00", text)
	}
	t, err := time.Parse("15:04", text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a time from 00:00 to 24:00", text)
	}
	return t.Hour()*60 + t.Minute(), nil
}

func parseTimes(start, end string) (TimeRange, error) {
	if start == "" || end == "" {
		return TimeRange{}, errors.New("start_time and end_time are both required")
	}
	from, err := parseMinute(start)
	if err != nil {
		return TimeRange{}, fmt.Errorf("start_time: %w", err)
	}
	to, err := parseMinute(end)
	if err != nil {
		return TimeRange{}, fmt.Errorf("end_time: %w", err)
	}
	if from >= to {
		return TimeRange{}, errors.New("start_time must be before end_time")
	}
	return TimeRange{Start: from, End: to}, nil
}
