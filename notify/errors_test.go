package notify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/cenkalti/backoff/v4"
)

func TestCheckStatus(t *testing.T) {
	tests := []struct {
		code     int
		ok, last bool
	}{
		{code: 200, ok: true},
		{code: 202, ok: true},
		{code: 299, ok: true},
		{code: 100, last: true},
		{code: 301, last: true},
		{code: 304, last: true},
		{code: 400, last: true},
		{code: 401, last: true},
		{code: 408, last: true},
		{code: 429},
		{code: 499, last: true},
		{code: 500},
		{code: 503},
		{code: 599},
		{code: 600, last: true},
	}
	for _, test := range tests {
		err := CheckStatus(&http.Response{StatusCode: test.code}, nil, time.Time{})
		if got := err == nil; got != test.ok {
			t.Errorf("%d: error %v", test.code, err)
		}
		if got := permanent(err); got != test.last {
			t.Errorf("%d: permanent %v, want %v", test.code, got, test.last)
		}
		if status, is := errors.AsType[*StatusError](err); is == test.ok || is && status.Code != test.code {
			t.Errorf("%d: error is %#v", test.code, err)
		}
	}
}

func TestStatusErrorText(t *testing.T) {
	long := strings.Repeat("語", 1000)
	tests := []struct{ body, want string }{
		{"", "unexpected status code 500"},
		{"  \n", "unexpected status code 500"},
		{"no such\nhook\n", "unexpected status code 500: no such\nhook"},
		{"a\xffb", "unexpected status code 500: ab"},
		{long, "unexpected status code 500: " + strings.Repeat("語", 341) + "…"},
	}
	for _, test := range tests {
		err := CheckStatus(&http.Response{StatusCode: http.StatusInternalServerError}, []byte(test.body), time.Time{})
		if err.Error() != test.want || !utf8.ValidString(err.Error()) {
			t.Errorf("body %.20q…: error %q, want %q", test.body, err, test.want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, time.March, 14, 9, 26, 53, 0, time.UTC)
	tests := []struct {
		header string
		want   time.Duration
	}{
		{"", 0},
		{"0", 0},
		{"7", 7 * time.Second},
		{"600", 10 * time.Minute},
		{"601", 10 * time.Minute},
		{"2147483647", 10 * time.Minute},
		{"99999999999999999999", 0},
		{"-1", 0},
		{"1.5", 0},
		{"soon", 0},
		{"Sat, 14 Mar 2026 09:27:00 GMT", 7 * time.Second},
		{"Saturday, 14-Mar-26 09:27:00 GMT", 7 * time.Second},
		{"Sat, 14 Mar 2026 09:26:00 GMT", 0},
		{"Sun, 15 Mar 2026 09:26:00 GMT", 10 * time.Minute},
		{"Fri, 31 Dec 9999 23:59:59 GMT", 10 * time.Minute},
	}
	for _, test := range tests {
		resp := &http.Response{StatusCode: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {test.header}}}
		status, is := errors.AsType[*StatusError](CheckStatus(resp, nil, now))
		if !is {
			t.Fatalf("%q: no *StatusError", test.header)
		}
		if status.RetryAfter != test.want {
			t.Errorf("Retry-After %q is read as %s, want %s", test.header, status.RetryAfter, test.want)
		}
	}
}

func TestFailureReason(t *testing.T) {
	status := func(code int) error { return &StatusError{Code: code} }
	tests := []struct {
		err  error
		want string
	}{
		{errors.New("no route to host"), "other"},
		{status(304), "other"},
		{status(400), "clientError"},
		{status(404), "clientError"},
		{status(401), "authError"},
		{status(403), "authError"},
		{status(429), "rateLimited"},
		{status(500), "serverError"},
		{status(503), "serverError"},
		{context.Canceled, "contextCanceled"},
		{context.DeadlineExceeded, "contextDeadlineExceeded"},
		{backoff.Permanent(status(404)), "clientError"},
		{fmt.Errorf("post: %w", backoff.Permanent(fmt.Errorf("more: %w", status(429)))), "rateLimited"},
		{concealed{"hidden", fmt.Errorf("post: %w", context.DeadlineExceeded)}, "contextDeadlineExceeded"},
	}
	known := make(map[string]bool)
	for _, reason := range failureReasons() {
		known[reason] = true
	}
	for _, test := range tests {
		got := failureReason(test.err)
		if got != test.want {
			t.Errorf("%v: reason %s, want %s", test.err, got, test.want)
		}
		if !known[got] {
			t.Errorf("%v: reason %s has no series from the start", test.err, got)
		}
	}
}

func TestPermanent(t *testing.T) {
	plain := errors.New("x")
	tests := []struct {
		err  error
		want bool
	}{
		{nil, false},
		{plain, false},
		{backoff.Permanent(plain), true},
		{fmt.Errorf("post: %w", backoff.Permanent(plain)), true},
		{errors.Join(plain, backoff.Permanent(plain)), true},
	}
	for _, test := range tests {
		if got := permanent(test.err); got != test.want {
			t.Errorf("permanent(%v) = %v, want %v", test.err, got, test.want)
		}
	}
}
