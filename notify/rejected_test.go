package notify_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-alerting/tocsin/notify"
)

func TestRejected(t *testing.T) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://h/t0ken-of-the-service/send", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		rejection notify.Rejection
		want      notify.StatusError
		permanent bool
	}{
		{notify.Rejection{Code: 400, Text: "no"}, notify.StatusError{Code: 400, Body: "no"}, true},
		{notify.Rejection{Code: 503}, notify.StatusError{Code: 503}, false},
		{
			notify.Rejection{Code: 429, Text: "slow", RetryAfter: 7 * time.Second},
			notify.StatusError{Code: 429, Body: "slow", RetryAfter: 7 * time.Second},
			false,
		},
		{
			notify.Rejection{Code: 429, RetryAfter: 24 * time.Hour},
			notify.StatusError{Code: 429, RetryAfter: 10 * time.Minute},
			false,
		},
		{
			notify.Rejection{Code: 404, Text: "no t0ken-of-the-service here"},
			notify.StatusError{Code: 404, Body: "no <secret> here"},
			true,
		},
	}
	for _, test := range tests {
		err := notify.Rejected(req, test.rejection)
		got, ok := errors.AsType[*notify.StatusError](err)
		if !ok {
			t.Errorf("%+v: %v", test.rejection, err)
			continue
		}
		if diff := cmp.Diff(test.want, *got); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", test.rejection, diff)
		}
		if _, permanent := errors.AsType[*backoff.PermanentError](err); permanent != test.permanent {
			t.Errorf("%+v: permanent %v, want %v", test.rejection, permanent, test.permanent)
		}
	}
}
