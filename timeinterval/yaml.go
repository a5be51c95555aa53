package timeinterval

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// text is an interval as it is written. Items are pointers because the decoder
// leaves out those that are null otherwise.
type text struct {
	Times       []*textTimes `yaml:"times"`
	Weekdays    []*string    `yaml:"weekdays"`
	DaysOfMonth []*string    `yaml:"days_of_month"`
	Months      []*string    `yaml:"months"`
	Years       []*string    `yaml:"years"`
	Location    *string      `yaml:"location"`
}

type textTimes struct {
	Start string `yaml:"start_time"`
	End   string `yaml:"end_time"`
}

func (t textTimes) String() string { return t.Start + "-" + t.End }

// UnmarshalYAML reads an interval. The first field that is wrong is named in
// the error.
func (i *Interval) UnmarshalYAML(unmarshal func(any) error) error {
	var t text
	if err := unmarshal(&t); err != nil {
		return err
	}
	parsed, err := t.parse()
	if err != nil {
		return err
	}
	*i = parsed
	return nil
}

func (t text) parse() (i Interval, err error) {
	times := func(tt textTimes) (TimeRange, error) { return parseTimes(tt.Start, tt.End) }
	if i.Times, err = parseEach("times", t.Times, times); err != nil {
		return Interval{}, err
	}
	for _, field := range []struct {
		name  string
		texts []*string
		parse func(string) (Range, error)
		into  *[]Range
	}{
		{"weekdays", t.Weekdays, parseAscending(weekday), &i.Weekdays},
		{"days_of_month", t.DaysOfMonth, parseDays, &i.DaysOfMonth},
		{"months", t.Months, parseAscending(month), &i.Months},
		{"years", t.Years, parseAscending(integer), &i.Years},
	} {
		if *field.into, err = parseEach(field.name, field.texts, field.parse); err != nil {
			return Interval{}, err
		}
	}
	i.Location, err = parseLocation(t.Location)
	return i, err
}

// parseEach keeps nil apart from empty.
func parseEach[T, R any](field string, texts []*T, parse func(T) (R, error)) ([]R, error) {
	if texts == nil {
		return nil, nil
	}
	ranges := make([]R, len(texts))
	for n, text := range texts {
		if text == nil {
			return nil, fmt.Errorf("%s[%d]: no range given", field, n)
		}
		r, err := parse(*text)
		if err != nil {
			return nil, fmt.Errorf("%s[%d]: range %q: %w", field, n, fmt.Sprint(*text), err)
		}
		ranges[n] = r
	}
	return ranges, nil
}

func parseLocation(name *string) (*time.Location, error) {
	if name == nil {
		return nil, nil
	}
	location, err := time.LoadLocation(*name)
	if err != nil {
		return nil, fmt.Errorf("location: %w", err)
	}
	return location, nil
}

// display is an interval as it is shown. The pointers keep an absent list
// apart from an empty one.
type display struct {
	Times       *[]textTimes `yaml:"times,omitempty"`
	Weekdays    *[]string    `yaml:"weekdays,flow,omitempty"`
	DaysOfMonth *[]string    `yaml:"days_of_month,flow,omitempty"`
	Months      *[]string    `yaml:"months,flow,omitempty"`
	Years       *[]string    `yaml:"years,flow,omitempty"`
	Location    string       `yaml:"location,omitempty"`
}

// MarshalYAML shows the interval in its normal form, which UnmarshalYAML reads
// back: names of days in lower case, months as numbers.
func (i Interval) MarshalYAML() (any, error) {
	d := display{
		Times:       showEach(i.Times, TimeRange.show),
		Weekdays:    showEach(i.Weekdays, showWeekdays),
		DaysOfMonth: showEach(i.DaysOfMonth, Range.String),
		Months:      showEach(i.Months, Range.String),
		Years:       showEach(i.Years, Range.String),
	}
	if i.Location != nil {
		d.Location = i.Location.String()
	}
	return d, nil
}

func showEach[R, T any](ranges []R, show func(R) T) *[]T {
	if ranges == nil {
		return nil
	}
	texts := make([]T, len(ranges))
	for n, r := range ranges {
		texts[n] = show(r)
	}
	return &texts
}

// String is the range as it is written: "n", or "n:m".
func (r Range) String() string { return r.with(strconv.Itoa) }

func (r Range) with(name func(int) string) string {
	if r.First == r.Last {
		return name(r.First)
	}
	return name(r.First) + ":" + name(r.Last)
}

func showWeekdays(r Range) string {
	return r.with(func(day int) string { return strings.ToLower(time.Weekday(day).String()) })
}

func (r TimeRange) show() textTimes {
	clock := func(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }
	return textTimes{Start: clock(r.Start), End: clock(r.End)}
}

// String is the range as people write it: "09:00-17:00".
func (r TimeRange) String() string { return r.show().String() }
