package timeinterval

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gopkg.in/yaml.v3"
)

func TestContaining(t *testing.T) {
	always, never := Interval{}, Interval{Years: []Range{}}
	set := Set{"always": {always}, "twice": {always, never, always}, "never": {never}, "empty": nil}
	for _, tt := range []struct {
		name  string
		names []string
		want  []string
	}{
		{"no names", nil, nil},
		{"in the order given", []string{"twice", "always"}, []string{"twice", "twice", "always"}},
		{"a name repeats for each interval", []string{"twice"}, []string{"twice", "twice"}},
		{"none", []string{"never", "empty", "unknown"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := set.Containing(tt.names, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNamed(t *testing.T) {
	for _, tt := range []struct {
		name string
		yaml string
		want []Named
		err  string
	}{
		{
			name: "full",
			yaml: "[{name: work, time_intervals: [{weekdays: ['monday:friday']}, {}]}]",
			want: []Named{{Name: "work", Intervals: []Interval{{Weekdays: []Range{{1, 5}}}, {}}}},
		},
		{name: "list absent", yaml: "[{name: x}]", want: []Named{{Name: "x"}}},
		{name: "null interval", yaml: "[{name: x, time_intervals: [null]}]", want: []Named{{Name: "x", Intervals: []Interval{{}}}}},
		{name: "list empty", yaml: "[{name: x, time_intervals: []}]", want: []Named{{Name: "x"}}},
		{name: "no name", yaml: "[{time_intervals: []}]", err: "time interval without a name"},
		{name: "unknown key", yaml: "[{name: x, times: []}]", err: "field times not found"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []Named
			err := strict([]byte(tt.yaml), &got)
			checkError(t, err, tt.err)
			if diff := cmp.Diff(tt.want, got); err == nil && diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNamedShown(t *testing.T) {
	got, err := yaml.Marshal(Named{Name: "work", Intervals: []Interval{{Years: []Range{{2026, 2026}}}}})
	if err != nil {
		t.Fatal(err)
	}
	want := "name: work\ntime_intervals:\n    - years: [\"2026\"]\n"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Error(diff)
	}
}
