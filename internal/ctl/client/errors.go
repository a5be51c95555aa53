package client

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// ErrNotAPI says that what was answered is nothing that API v2 answers.
var ErrNotAPI = errors.New("the answer is not one of API v2")

// Error is a request that failed. Either there was no good answer, and Err is
// the reason, or Status is the status of the answer and Text what it said.
type Error struct {
	Method string
	URL    string // without credentials and query
	Status int
	Text   string
	Err    error
}

// Error says what was asked, and what came of it.
func (e *Error) Error() string {
	text := e.Method + " " + e.URL + ": "
	if e.Err != nil {
		return text + e.Err.Error()
	}
	text += fmt.Sprintf("status %d %s", e.Status, http.StatusText(e.Status))
	if e.Text != "" && e.Text != http.StatusText(e.Status) {
		text += ": " + e.Text
	}
	return text
}

// Unwrap returns why there was no answer.
func (e *Error) Unwrap() error { return e.Err }

// Status is the status of the answer that an error is about; 0 if there was none.
func Status(err error) int {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Status
	}
	return 0
}

// withoutURL takes off what an Error says already.
func withoutURL(err error) error {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		return outer.Err
	}
	return err
}
