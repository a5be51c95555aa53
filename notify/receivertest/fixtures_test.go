package receivertest

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/alert"
)

// TestFixtures checks that fixtures are what the daemon could send.
func TestFixtures(t *testing.T) {
	if !slices.IsSorted(Fixtures()) {
		t.Errorf("fixtures are not sorted: %q", Fixtures())
	}
	for _, name := range Fixtures() {
		t.Run(name, func(t *testing.T) {
			n := Notification(t, name)
			if len(n.Alerts) == 0 {
				t.Fatal("no alerts")
			}
			for _, a := range n.Alerts {
				if err := a.Validate(alert.NamesUTF8); err != nil {
					t.Error(err)
				}
			}
			sorted := slices.Clone(n.Alerts)
			alert.Sort(sorted)
			if !slices.Equal(sorted, n.Alerts) {
				t.Error("the alerts are not sorted")
			}
			if diff := cmp.Diff(n.Data, Notification(t, name).Data); diff != "" {
				t.Errorf("the fixture differs from time to time:\n%s", diff)
			}
		})
	}
}

func TestParseAnswer(t *testing.T) {
	tests := map[string]Answer{
		"200\n":                               {Status: 200},
		"204":                                 {Status: 204},
		"429\nRetry-After: 3\nX: y\n\nslow\n": {Status: 429, Header: map[string]string{"Retry-After": "3", "X": "y"}, Body: "slow\n"},
		"500\n\na\n\nb\n":                     {Status: 500, Body: "a\n\nb\n"},
	}
	for text, want := range tests {
		got, err := parseAnswer(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if got.Status != want.Status || got.Body != want.Body || !maps.Equal(got.Header, want.Header) {
			t.Errorf("parseAnswer(%q) = %+v, want %+v", text, got, want)
		}
	}
	for _, text := range []string{"", "OK", "200\nno header\n"} {
		if a, err := parseAnswer(text); err == nil {
			t.Errorf("parseAnswer(%q) = %+v, want an error", text, a)
		}
	}
}

// TestScrub checks that golden output can be freed of what changes.
func TestScrub(t *testing.T) {
	c := &goldenCase{
		lab:     &lab{o: Options{Scrub: func(text string) string { return strings.ReplaceAll(text, "17:03", "TIME") }}},
		service: &service{url: "http://127.0.0.1:99", addr: "127.0.0.1:99"},
		dir:     "/somewhere",
	}
	got := c.hide("17:03 http://127.0.0.1:99/x 127.0.0.1:99 /somewhere/file")
	if want := "TIME $URL/x $ADDR $DIR/file"; got != want {
		t.Errorf("hide gives %q, want %q", got, want)
	}
}
