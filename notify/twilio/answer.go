package twilio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/tocsin-alerting/tocsin/notify"
)

// The codes of errors that are limits of rates, whatever their status.
const (
	codeTooManyRequests = 20429
	codeSendingRate     = 14107
	codeQueueIsFull     = 21611
	codeQueueOverflow   = 30001
)

// maxStatus is the last one of HTTP.
const maxStatus = 599

// answer is either the message that was made or an error.
type answer struct {
	SID    string `json:"sid"`
	Status any    `json:"status"` // of the message, or the HTTP status of an error

	ErrorCode    *int   `json:"error_code"` // of a message that failed at once
	ErrorMessage string `json:"error_message"`

	Code    int    `json:"code"` // of an error
	Message string `json:"message"`
}

// ask sends a request for one number. An error is one whatever the status.
func (s sender) ask(ctx context.Context, req *http.Request) error {
	said, err := s.client.Do(ctx, req)
	if status, refused := errors.AsType[*notify.StatusError](err); refused {
		return refine(req, status, err)
	}
	if said == nil {
		return err
	}
	a, unread := read(said.Body)
	switch {
	case a.failed():
		return notify.Rejected(req, a.rejection(http.StatusBadRequest))
	case a.SID != "":
		return nil
	case err != nil:
		return err
	case unread != nil:
		return notify.Unclear(req, unread.Error())
	}
	return notify.Unclear(req, "it has no sid")
}

// refine looks for a rate limit behind a status that does not say so.
func refine(req *http.Request, status *notify.StatusError, err error) error {
	a, _ := read([]byte(status.Body))
	if a.Code == 0 {
		return err
	}
	r := a.rejection(status.Code)
	r.RetryAfter = status.RetryAfter
	return notify.Rejected(req, r)
}

// read returns what there is of an answer, and an error if that is not all: a
// message that was made must not be sent again because the rest is missing.
func read(body []byte) (a answer, err error) {
	fields, err := (&notify.Answer{Body: body}).Fields()
	whole, _ := json.Marshal(fields) // it was JSON
	// What cannot be read leaves its field as it is.
	_ = json.Unmarshal(whole, &a)
	return a, err
}

func (a answer) failed() bool {
	return a.Code != 0 || a.ErrorCode != nil && *a.ErrorCode != 0 || a.Status == "failed" || a.Status == "undelivered" || a.Status == "canceled"
}

// rejection says why there is no message.
func (a answer) rejection(status int) notify.Rejection {
	code, text := a.Code, a.Message
	if a.ErrorCode != nil && code == 0 {
		code, text = *a.ErrorCode, a.ErrorMessage
	}
	if described, ok := a.Status.(float64); ok && described >= http.StatusBadRequest && described <= maxStatus {
		status = int(described)
	}
	switch code {
	case codeTooManyRequests, codeSendingRate, codeQueueIsFull, codeQueueOverflow:
		status = http.StatusTooManyRequests
	case 0:
		text = fmt.Sprint("the message is ", a.Status)
	}
	if code != 0 {
		text = fmt.Sprintf("code %d: %s", code, text)
	}
	return notify.Rejection{Code: status, Text: text}
}
