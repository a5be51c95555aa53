package notify_test

import (
	"errors"
	"testing"

	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

func TestHide(t *testing.T) {
	answered := func(body string) error { return &notify.StatusError{Code: 400, Body: body} }
	tests := []struct {
		err     error
		secrets []string
		want    string
	}{
		{answered("key k3y is wrong, k3y"), []string{"k3y"}, "unexpected status code 400: key <secret> is wrong, <secret>"},
		{backoff.Permanent(answered("k3y t0k3n")), []string{"k3y", "t0k3n"}, "unexpected status code 400: <secret> <secret>"},
		{answered("no"), []string{""}, "unexpected status code 400: no"},
		{answered("no"), nil, "unexpected status code 400: no"},
		{errors.New("k3y"), []string{"k3y"}, "k3y"},
	}
	for _, tt := range tests {
		before := tt.err.Error()
		if got := notify.Hide(tt.err, tt.secrets...).Error(); got != tt.want {
			t.Errorf("Hide(%q) = %q, want %q", before, got, tt.want)
		}
	}
	if notify.Hide(nil, "k3y") != nil {
		t.Error("an error came from none")
	}
}
