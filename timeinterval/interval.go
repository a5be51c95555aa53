package timeinterval

import (
	"slices"
	"time"
)

// Interval is a recurring stretch of time. An instant is in it if it is in
// every field that is given, and it is in a field if it is in any range of the
// field's list. A nil list is a field that is not given; an empty one that is
// not nil contains nothing. So the zero Interval contains every instant.
type Interval struct {
	Times       []TimeRange
	Weekdays    []Range // sunday is 0
	DaysOfMonth []Range // negative days count from the end, -1 is the last
	Months      []Range // january is 1
	Years       []Range
	Location    *time.Location // nil means UTC
}

// Range is a stretch of whole numbers; both ends belong to it.
type Range struct {
	First, Last int
}

// TimeRange is a stretch of a day in minutes since its midnight by the clock on
// the wall. Start belongs to it, End does not.
type TimeRange struct {
	Start, End int
}

// Contains reports whether t is in the interval. The zone that t carries does
// not matter.
func (i Interval) Contains(t time.Time) bool {
	t = t.UTC()
	if i.Location != nil {
		t = t.In(i.Location)
	}
	return containsTime(i.Times, t.Hour()*60+t.Minute()) &&
		contains(i.Weekdays, int(t.Weekday())) &&
		containsDay(i.DaysOfMonth, t) &&
		contains(i.Months, int(t.Month())) &&
		contains(i.Years, t.Year())
}

func contains(ranges []Range, n int) bool {
	return ranges == nil || slices.ContainsFunc(ranges, func(r Range) bool { return r.First <= n && n <= r.Last })
}

func containsTime(ranges []TimeRange, minute int) bool {
	return ranges == nil || slices.ContainsFunc(ranges, func(r TimeRange) bool { return r.Start <= minute && minute < r.End })
}

// containsDay counts negative days from the end of t's month. A range that
// begins after the end of the month, or ends before its beginning, contains no
// day of it; what else hangs over is cut off by there being no such days.
func containsDay(ranges []Range, t time.Time) bool {
	if ranges == nil {
		return true
	}
	days, today := daysIn(t), t.Day()
	return slices.ContainsFunc(ranges, func(r Range) bool {
		return dayOf(r.First, days) <= today && today <= dayOf(r.Last, days)
	})
}

func dayOf(n, days int) int {
	if n < 0 {
		return days + n + 1
	}
	return n
}

// daysIn counts the days of t's month. The zeroth day of a month is the last
// one of the month before it.
func daysIn(t time.Time) int {
	return time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
