package timeinterval

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

func strict(text []byte, into any) error {
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(into); !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

func mustParse(t *testing.T, text string) Interval {
	t.Helper()
	var i Interval
	if err := strict([]byte(text), &i); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return i
}

func checkError(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Fatalf("error %v, want none", err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Fatalf("error %v, want one with %q", err, want)
	}
}

func TestAccepted(t *testing.T) {
	for _, tt := range []struct {
		yaml string
		want Interval
	}{
		{`times: [{start_time: 09:05, end_time: 23:59}]`, Interval{Times: []TimeRange{{545, 1439}}}},
		{`times: [{start_time: "00:00", end_time: "24:00"}]`, Interval{Times: []TimeRange{{0, 1440}}}},
		{`weekdays: [monday, SUNDAY, 'Monday:fRIDAY']`, Interval{Weekdays: []Range{{1, 1}, {0, 0}, {1, 5}}}},
		{`weekdays: ['sunday:saturday']`, Interval{Weekdays: []Range{{0, 6}}}},
		{`days_of_month: [1, "31", -1, -31, 01, +5]`, Interval{DaysOfMonth: []Range{{1, 1}, {31, 31}, {-1, -1}, {-31, -31}, {1, 1}, {5, 5}}}},
		{`days_of_month: ['1:-27', '1:-1', '-5:-1', '27:-1', '29:31', '-31:-1']`, Interval{DaysOfMonth: []Range{{1, -27}, {1, -1}, {-5, -1}, {27, -1}, {29, 31}, {-31, -1}}}},
		{`months: [january, DECEMBER, 1, 'may:8', 0, 13, -1, '100:200']`, Interval{Months: []Range{{1, 1}, {12, 12}, {1, 1}, {5, 8}, {0, 0}, {13, 13}, {-1, -1}, {100, 200}}}},
		{`years: [2026, '2020:2030', -5]`, Interval{Years: []Range{{2026, 2026}, {2020, 2030}, {-5, -5}}}},
		{`location: ""`, Interval{Location: time.UTC}},
		{`location: UTC`, Interval{Location: time.UTC}},
		{`location: Local`, Interval{Location: time.Local}},
		{`{times: [], weekdays: []}`, Interval{Times: []TimeRange{}, Weekdays: []Range{}}},
		{`{}`, Interval{}},
		{``, Interval{}},
	} {
		t.Run(tt.yaml, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, mustParse(t, tt.yaml), sameLocation()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func sameLocation() cmp.Option {
	return cmp.Comparer(func(a, b *time.Location) bool {
		return a == b || a != nil && b != nil && a.String() == b.String()
	})
}

func TestRejected(t *testing.T) {
	for _, tt := range []struct {
		field string
		texts []string
		err   string
	}{
		{"weekdays", []string{"mon", "1", "''", "' monday'", "'monday :friday'", "'monday: friday'"}, "is not a day of the week"},
		{"weekdays", []string{"'monday:tuesday:friday'", "'monday:'", "':friday'"}, "is not a day of the week"},
		{"weekdays", []string{"'friday:monday'", "'saturday:sunday'"}, "begins after its end"},
		{"days_of_month", []string{"0", "32", "-32", "'1:32'", "'-32:-1'"}, "is not in 1..31 or -31..-1"},
		{"days_of_month", []string{"'28:-1'", "'29:-1'", "'31:-1'", "'25:-5'", "'1:-28'", "'-1:-5'", "'5:1'"}, "begins after its end"},
		{"days_of_month", []string{"'-5:5'", "'-31:31'"}, "counts from the end"},
		{"days_of_month", []string{"first", "1.5", "'1:2:3'", "'1:'", "'1 :2'", "1_0"}, "is not an integer"},
		{"months", []string{"jan", "'may:'", "'june :july'"}, "is not a month"},
		{"months", []string{"'december:january'", "'8:may'"}, "begins after its end"},
		{"years", []string{"now", "20.5", "'2020:2021:2022'", "99999999999999999999"}, "is not an integer"},
		{"years", []string{"'2021:2020'"}, "begins after its end"},
		{"weekdays", []string{"[monday]", "{a: b}"}, "cannot unmarshal"},
	} {
		for _, text := range tt.texts {
			t.Run(tt.field+" "+text, func(t *testing.T) {
				var i Interval
				err := strict([]byte(tt.field+": ["+text+"]"), &i)
				checkError(t, err, tt.err)
				if tt.err != "cannot unmarshal" {
					checkError(t, err, tt.field+"[0]: range ")
				}
			})
		}
	}
}

func TestRejectedTimes(t *testing.T) {
	for _, tt := range []struct{ start, end, err string }{
		{"'9:00'", "'17:00'", `start_time: "9:00" is not a time`},
		{"'09:00'", "'24:01'", `end_time: "24:01" is not a time`},
		{"'09:00'", "'25:00'", "is not a time"},
		{"'09:00'", "'09:60'", "is not a time"},
		{"'09:00:00'", "'10:00'", "is not a time"},
		{"' 9:00'", "'10:00'", "is not a time"},
		{"' 09:00'", "'10:00'", "is not a time"},
		{"'-1:00'", "'10:00'", "is not a time"},
		{"'+1:00'", "'10:00'", "is not a time"},
		{"'09.00'", "'10:00'", "is not a time"},
		{"'09:00'", "'09:00'", "start_time must be before end_time"},
		{"'22:00'", "'06:00'", `times[0]: range "22:00-06:00": start_time must be before`},
		{"'24:00'", "'24:00'", "start_time must be before"},
		{"''", "'10:00'", "both required"},
		{"'10:00'", "", "both required"},
	} {
		t.Run(tt.start+"-"+tt.end, func(t *testing.T) {
			var i Interval
			checkError(t, strict([]byte("times: [{start_time: "+tt.start+", end_time: "+tt.end+"}]"), &i), tt.err)
		})
	}
}

func TestRejectedShape(t *testing.T) {
	for _, tt := range []struct{ yaml, err string }{
		{"times: [{start_time: '09:00'}]", "both required"},
		{"times: [null]", "times[0]: no range given"},
		{"times: [{}]", "both required"},
		{"weekdays: [monday, null]", "weekdays[1]: no range given"},
		{"years: [~]", "years[0]: no range given"},
		{"times: {start_time: '09:00', end_time: '10:00'}", "cannot unmarshal"},
		{"times: [{start_time: '09:00', end_time: '10:00', zone: UTC}]", "field zone not found"},
		{"weekdays: monday", "cannot unmarshal"},
		{"days_of_month: 1", "cannot unmarshal"},
		{"weekday: [monday]", "field weekday not found"},
		{"[]", "cannot unmarshal"},
		{"location: Nowhere/Atlantis", "location: unknown time zone"},
		{"location: '+02:00'", "location: "},
		{"location: /usr/share/zoneinfo/UTC", "location: "},
		{"location: ../UTC", "location: "},
		{"{years: [2020], years: [2021]}", "already defined"},
	} {
		t.Run(tt.yaml, func(t *testing.T) {
			var i Interval
			checkError(t, strict([]byte(tt.yaml), &i), tt.err)
		})
	}
}

func TestShown(t *testing.T) {
	for _, tt := range []struct{ yaml, want string }{
		{`{}`, "{}\n"},
		{`weekdays: ['Monday:FRIDAY', sunday]`, "weekdays: ['monday:friday', sunday]\n"},
		{`months: [january, 'may:8', 13]`, "months: [\"1\", \"5:8\", \"13\"]\n"},
		{`days_of_month: ['1:5', 07, -1]`, "days_of_month: [\"1:5\", \"7\", \"-1\"]\n"},
		{`years: ['2020:2020']`, "years: [\"2020\"]\n"},
		{`times: [{start_time: 09:00, end_time: "24:00"}]`, "times:\n    - start_time: \"09:00\"\n      end_time: \"24:00\"\n"},
		{`location: Europe/Berlin`, "location: Europe/Berlin\n"},
		{`location: ""`, "location: UTC\n"},
		{`{times: [], weekdays: [], days_of_month: [], months: [], years: []}`, "times: []\nweekdays: []\ndays_of_month: []\nmonths: []\nyears: []\n"},
	} {
		t.Run(tt.yaml, func(t *testing.T) {
			got, err := yaml.Marshal(mustParse(t, tt.yaml))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzInterval(f *testing.F) {
	for _, seed := range []string{
		`{}`,
		`times: [{start_time: 09:00, end_time: "24:00"}]`,
		`{weekdays: ['monday:friday', sunday], location: Europe/Berlin}`,
		`days_of_month: ['1:-27', -31, 31, '-5:-1']`,
		`{months: ['may:8', 13, -1], years: ['2020:2030', "-0"]}`,
		`{times: [], weekdays: [], days_of_month: [], months: [], years: []}`,
		`location: ""`,
		`{weekdays: &a [monday], months: null, years: *a}`,
		`[null]`,
	} {
		f.Add(seed, int64(1_767_225_600))
	}
	f.Fuzz(func(t *testing.T, text string, unix int64) {
		var i Interval
		if strict([]byte(text), &i) != nil {
			return
		}
		shown, err := yaml.Marshal(i)
		if err != nil {
			t.Fatal(err)
		}
		var again Interval
		if err := strict(shown, &again); err != nil {
			t.Fatalf("shown form does not load: %v\n%s", err, shown)
		}
		if diff := cmp.Diff(i, again, sameLocation()); diff != "" {
			t.Fatal(diff)
		}
		at := time.Unix(unix, 0)
		if i.Contains(at) != again.Contains(at) {
			t.Fatalf("shown form differs at %s", at)
		}
	})
}
