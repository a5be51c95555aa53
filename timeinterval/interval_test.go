package timeinterval

import (
	"testing"
	"time"
	_ "time/tzdata"
)

func TestContains(t *testing.T) {
	for _, tt := range []struct {
		name string
		yaml string
		in   []string
		out  []string
	}{
		{
			name: "nothing given contains everything",
			yaml: `{}`,
			in:   []string{"2026-02-28T12:00:00Z", "0001-01-01T00:00:00Z"},
		},
		{
			name: "start inclusive, end exclusive, seconds ignored",
			yaml: `times: [{start_time: 09:00, end_time: 17:00}]`,
			in:   []string{"2026-01-05T09:00:00Z", "2026-01-05T16:59:59Z"},
			out:  []string{"2026-01-05T08:59:59Z", "2026-01-05T17:00:00Z"},
		},
		{
			name: "24:00 is the end of the day",
			yaml: `times: [{start_time: 23:00, end_time: "24:00"}]`,
			in:   []string{"2026-01-05T23:00:00Z", "2026-01-05T23:59:59.999Z"},
			out:  []string{"2026-01-05T22:59:00Z", "2026-01-06T00:00:00Z"},
		},
		{
			name: "any range of a list",
			yaml: `times: [{start_time: 00:00, end_time: 01:00}, {start_time: 02:00, end_time: 03:00}]`,
			in:   []string{"2026-01-05T00:30:00Z", "2026-01-05T02:30:00Z"},
			out:  []string{"2026-01-05T01:30:00Z"},
		},
		{
			name: "all fields together",
			yaml: `{weekdays: ['monday:friday'], months: [june], years: ['2026:2027'], days_of_month: ['1:7']}`,
			in:   []string{"2026-06-01T00:00:00Z", "2027-06-07T23:59:00Z"},
			out:  []string{"2026-06-06T00:00:00Z", "2026-07-01T00:00:00Z", "2028-06-01T00:00:00Z", "2026-06-08T00:00:00Z"},
		},
		{
			name: "sunday to saturday is the whole week",
			yaml: `weekdays: ['sunday:saturday']`,
			in:   []string{"2026-06-07T00:00:00Z", "2026-06-13T00:00:00Z"},
		},
		{
			name: "last day of the month",
			yaml: `days_of_month: [-1]`,
			in:   []string{"2026-01-31T00:00:00Z", "2026-02-28T23:59:00Z", "2024-02-29T00:00:00Z"},
			out:  []string{"2024-02-28T00:00:00Z", "2026-02-27T00:00:00Z", "2026-03-30T12:00:00Z"},
		},
		{
			name: "last five days",
			yaml: `days_of_month: ['-5:-1']`,
			in:   []string{"2026-02-24T00:00:00Z", "2026-01-27T00:00:00Z"},
			out:  []string{"2026-02-23T00:00:00Z", "2026-01-26T00:00:00Z"},
		},
		{
			name: "from the beginning to the end but some",
			yaml: `days_of_month: ['1:-27']`,
			in:   []string{"2026-02-02T00:00:00Z", "2026-01-05T00:00:00Z"},
			out:  []string{"2026-02-03T00:00:00Z", "2026-01-06T00:00:00Z"},
		},
		{
			name: "a range that begins after the end of the month is skipped",
			yaml: `days_of_month: [31, '30:31']`,
			in:   []string{"2026-01-31T00:00:00Z", "2026-04-30T00:00:00Z"},
			out:  []string{"2026-02-28T00:00:00Z", "2026-03-01T00:00:00Z"},
		},
		{
			name: "a range that ends after the end of the month is cut",
			yaml: `days_of_month: ['28:31']`,
			in:   []string{"2026-02-28T00:00:00Z", "2026-04-30T00:00:00Z"},
			out:  []string{"2026-02-27T00:00:00Z", "2026-03-01T00:00:00Z"},
		},
		{
			name: "a range that begins before the month is cut",
			yaml: `days_of_month: ['-31:-1']`,
			in:   []string{"2026-02-01T00:00:00Z", "2026-02-28T00:00:00Z"},
		},
		{
			name: "a range that ends before the month is skipped",
			yaml: `days_of_month: ['-31:-30']`,
			in:   []string{"2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-04-01T00:00:00Z"},
			out:  []string{"2026-02-01T00:00:00Z", "2026-02-28T00:00:00Z", "2026-04-02T00:00:00Z"},
		},
		{
			name: "months that do not exist never come",
			yaml: `months: [0, 13, '-5:-1', '100:200']`,
			out:  []string{"2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z"},
		},
		{
			name: "names and numbers of months mixed",
			yaml: `months: ['may:8']`,
			in:   []string{"2026-05-01T00:00:00Z", "2026-08-31T00:00:00Z"},
			out:  []string{"2026-04-30T23:59:00Z", "2026-09-01T00:00:00Z"},
		},
		{
			name: "the zone of the instant does not matter",
			yaml: `times: [{start_time: 09:00, end_time: 10:00}]`,
			in:   []string{"2026-01-05T18:30:00+09:00"},
			out:  []string{"2026-01-05T09:30:00+09:00"},
		},
		{
			name: "the zone of the interval does, in summer and winter",
			yaml: `{times: [{start_time: 09:00, end_time: 10:00}], location: Europe/Berlin}`,
			in:   []string{"2026-01-05T08:00:00Z", "2026-07-06T07:00:00Z"},
			out:  []string{"2026-01-05T07:30:00Z", "2026-07-06T08:00:00Z"},
		},
		{
			name: "the hour that a clock change skips never comes",
			yaml: `{times: [{start_time: 02:00, end_time: 03:00}], days_of_month: [29], months: [3], years: [2026], location: Europe/Berlin}`,
			out:  []string{"2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"},
		},
		{
			name: "the hour that a clock change repeats comes twice",
			yaml: `{times: [{start_time: 02:00, end_time: 03:00}], location: Europe/Berlin}`,
			in:   []string{"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"},
			out:  []string{"2026-10-24T23:59:00Z", "2026-10-25T02:00:00Z"},
		},
		{
			name: "day, month and year are those of the zone",
			yaml: `{days_of_month: [-1], months: [december], years: [2025], weekdays: [wednesday], location: America/New_York}`,
			in:   []string{"2026-01-01T04:59:00Z"},
			out:  []string{"2025-12-31T04:59:00Z", "2026-01-01T05:00:00Z"},
		},
		{
			name: "the length of the month is that of the zone's month",
			yaml: `{days_of_month: [-1], location: Pacific/Auckland}`,
			in:   []string{"2026-02-27T12:00:00Z"},
			out:  []string{"2026-02-28T12:00:00Z"},
		},
		{name: "an empty list contains nothing: times", yaml: `times: []`, out: []string{"2026-01-01T00:00:00Z"}},
		{name: "an empty list contains nothing: weekdays", yaml: `weekdays: []`, out: []string{"2026-01-01T00:00:00Z"}},
		{name: "an empty list contains nothing: days", yaml: `days_of_month: []`, out: []string{"2026-01-01T00:00:00Z"}},
		{name: "an empty list contains nothing: months", yaml: `months: []`, out: []string{"2026-01-01T00:00:00Z"}},
		{name: "an empty list contains nothing: years", yaml: `years: []`, out: []string{"2026-01-01T00:00:00Z"}},
		{
			name: "null is as good as absent",
			yaml: `{times: , weekdays: null, days_of_month: ~, months: , years: , location: }`,
			in:   []string{"2026-01-01T00:00:00Z"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			i := mustParse(t, tt.yaml)
			for _, at := range tt.in {
				if !i.Contains(instant(t, at)) {
					t.Errorf("%s is not in it", at)
				}
			}
			for _, at := range tt.out {
				if i.Contains(instant(t, at)) {
					t.Errorf("%s is in it", at)
				}
			}
		})
	}
}

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
