package notify_test

import (
	"fmt"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/tocsin-alerting/tocsin/internal/yamlx"
	"github.com/tocsin-alerting/tocsin/notify"
)

type addresses struct {
	Plain  notify.URL       `yaml:"plain,omitempty"`
	Secret notify.SecretURL `yaml:"secret,omitempty"`
}

func TestURLs(t *testing.T) {
	for _, c := range []struct{ text, plain, secret, wrong string }{
		{"plain: http://a.example/x\nsecret: https://b.example/t0ken", "http://a.example/x", "https://b.example/t0ken", ""},
		{"secret: <secret>", "", "", ""},
		{"plain: <secret>", "", "", "unsupported scheme"},
		{"plain: ''", "", "", "unsupported scheme"},
		{"secret: ftp://t0ken.example", "", "", "unsupported scheme"},
		{"secret: 'http:///t0ken'", "", "", "missing host"},
		{"secret: 'http://t0ken example'", "", "", "not a URL"},
		{"secret: [http://t0ken.example]", "", "", "want text"},
	} {
		d, err := yamlx.Parse([]byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		var got addresses
		err = d.Decode(&got)
		if c.wrong != "" {
			if err == nil || !strings.Contains(err.Error(), c.wrong) || strings.Contains(err.Error(), "t0ken") {
				t.Errorf("%s: error %v, want one with %q and without the URL", c.text, err, c.wrong)
			}
			continue
		}
		if err != nil || string(got.Plain) != c.plain || string(got.Secret) != c.secret {
			t.Errorf("%s: %q, %q, %v; want %q, %q", c.text, string(got.Plain), string(got.Secret), err, c.plain, c.secret)
		}
		shown, err := yaml.Marshal(got)
		if text := string(shown) + fmt.Sprintf("%v %#v %s", got, got, got.Secret); err != nil || strings.Contains(text, "t0ken") {
			t.Errorf("%s is shown as %s, %v", c.text, text, err)
		}
	}
	if a, b := notify.URL("http://a").WithSlash(), notify.URL("http://a/").WithSlash(); a != "http://a/" || b != a {
		t.Errorf("with a slash: %s and %s", a, b)
	}
}
