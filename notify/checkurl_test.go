package notify_test

import (
	"testing"

	"github.com/tocsin-alerting/tocsin/notify"
)

func TestCheckSecretURL(t *testing.T) {
	for u, want := range map[notify.Secret]string{
		"":                   "",
		"<secret>":           "",
		"https://h/t0ken":    "",
		"ftp://h/t0ken":      "api_url: unsupported scheme, want http or https",
		"http:///t0ken":      "api_url: missing host",
		"http://h/t0ken%zz":  "api_url: not a URL",
		"{{ .GroupLabels }}": "api_url: unsupported scheme, want http or https",
	} {
		got := ""
		if err := notify.CheckSecretURL("api_url", u); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: error %q, want %q", string(u), got, want)
		}
	}
}
