package alertmanager

import (
	"strings"
	"testing"

	"github.com/tocsin-alerting/tocsin/notify"
)

func TestWay(t *testing.T) {
	for _, test := range []struct {
		name, via string
		ends      notify.Omission
		over      string
	}{
		{"from the source", "", "", "here"},
		{"from another", "there", "", "there,here"},
		{"blanks", " a ,, b,", "", "a,b,here"},
		{"back again", "here", notify.OmittedLoop, ""},
		{"back again over others", "a, here ,b", notify.OmittedLoop, ""},
		{"a name like ours", "here2,nowhere", "", "here2,nowhere,here"},
		{"seven places", "1,2,3,4,5,6,7", "", "1,2,3,4,5,6,7,here"},
		{"eight places", "1,2,3,4,5,6,7,8", notify.OmittedHops, ""},
		{"nonsense", "\x00\xff" + strings.Repeat("x", 1000), "", "\x00\xff" + strings.Repeat("x", 1000) + ",here"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := parseWay(test.via)
			if got := w.ends("here"); got != test.ends {
				t.Errorf("ends for %q, want %q", got, test.ends)
			}
			if got := w.over("here"); test.ends == "" && got != test.over {
				t.Errorf("goes on as %q, want %q", got, test.over)
			}
		})
	}
}

// An alert that goes round is stopped by the first place that it comes to again,
// however many there are.
func TestRound(t *testing.T) {
	for places := 1; places < 20; places++ {
		via, hops := "", 0
		for ; hops < 100; hops++ {
			w, here := parseWay(via), place(strings.Repeat("x", 1+hops%places))
			if w.ends(here) != "" {
				break
			}
			via = w.over(here)
		}
		if want := min(places, maxHops); hops != want {
			t.Errorf("%d places: %d hops, want %d", places, hops, want)
		}
	}
}

func TestPlace(t *testing.T) {
	for externalURL, want := range map[string]string{
		"http://tocsin.example:9093":   "tocsin.example:9093",
		"https://tocsin.example/a/b/":  "tocsin.example/a/b",
		"http://u:p@tocsin.example":    "tocsin.example",
		"http://tocsin.example/a,b":    "tocsin.example/a%2Cb",
		"http://[::1]:9093":            "[::1]:9093",
		"://nonsense, with  a comma  ": "://nonsense%2C with  a comma",
		"":                             "tocsin",
	} {
		if got := place(externalURL); got != want {
			t.Errorf("%q is called %q, want %q", externalURL, got, want)
		}
	}
}

func FuzzWay(f *testing.F) {
	f.Add("a,b", "http://c:9093")
	f.Add(",, ,", ",")
	f.Add("\x00", " ")
	f.Fuzz(func(t *testing.T, via, externalURL string) {
		here := place(externalURL)
		w := parseWay(via)
		if w.ends(here) != "" {
			return
		}
		next := parseWay(w.over(here))
		if len(next) != len(w)+1 {
			t.Errorf("%q has %d places after %q with %d", next, len(next), via, len(w))
		}
		if next.ends(here) == "" {
			t.Errorf("%q does not end where it has been, %q", next, here)
		}
	})
}
