package ntfy

import (
	"strings"
	"testing"
)

func TestParsePlace(t *testing.T) {
	for text, want := range map[string]place{
		"https://ntfy.sh/alerts":               {"https://ntfy.sh/", "alerts"},
		"http://h:8080//a_B-1":                 {"http://h:8080//", "a_B-1"},
		"http://u:p@h/below%2Fhere/t?auth=x#f": {"http://u:p@h/below/here/?auth=x", "t"},
	} {
		if got, err := parsePlace(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v, want %+v", text, got, err, want)
		}
	}
}

func FuzzParsePlace(f *testing.F) {
	f.Add("https://ntfy.sh/alerts")
	f.Add("http://u:p@h:1/a%2F/../t?x=%zz#/f")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parsePlace(text)
		if err != nil {
			if len(text) > 20 && strings.Contains(err.Error(), text) {
				t.Errorf("the URL is in the error: %v", err)
			}
			return
		}
		again, err := parsePlace(strings.Replace(p.server, "?", p.topic+"?", 1))
		if !strings.Contains(p.server, "?") {
			again, err = parsePlace(p.server + p.topic)
		}
		if err != nil || again != p {
			t.Errorf("%q is %+v, and put together again %+v, %v", text, p, again, err)
		}
	})
}
