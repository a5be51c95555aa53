package notify_test

import (
	"strings"
	"testing"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
)

func TestURL(t *testing.T) {
	for _, c := range []struct{ text, want, wrong string }{
		{"http://a.example/x", "http://a.example/x", ""},
		{"<secret>", "", "unsupported scheme"},
		{"''", "", "unsupported scheme"},
		{"ftp://t0ken.example", "", "unsupported scheme"},
		{"'http:///t0ken'", "", "missing host"},
		{"'http://t0ken example'", "", "not a URL"},
		{"[http://t0ken.example]", "", "want text"},
	} {
		d, err := yamlx.Parse([]byte("url: " + c.text))
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			URL notify.URL `yaml:"url"`
		}
		err = d.Decode(&got)
		switch {
		case c.wrong == "" && (err != nil || string(got.URL) != c.want):
			t.Errorf("%s: %q, %v; want %q", c.text, got.URL, err, c.want)
		case c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong) || strings.Contains(err.Error(), "t0ken")):
			t.Errorf("%s: error %v, want one with %q and without the URL", c.text, err, c.wrong)
		}
	}
	if a, b := notify.URL("http://a").WithSlash(), notify.URL("http://a/").WithSlash(); a != "http://a/" || b != a {
		t.Errorf("with a slash: %s and %s", a, b)
	}
}
