package tencentsms

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/tocsin-alerting/tocsin/notify"
)

// answer is what the service says, with status 200 whatever became of the
// request.
type answer struct {
	Response struct {
		Error    *verdict `json:"Error"` // on the request as a whole
		Statuses []status `json:"SendStatusSet"`
	} `json:"Response"`
}

type status struct {
	verdict
	Number string `json:"PhoneNumber"`
}

type verdict struct {
	Code    string `json:"Code"`
	Message string `json:"Message"`
}

// ask sends a request for numbers. It returns what failed by number, or an error
// if all of it did.
func (s sender) ask(ctx context.Context, req *http.Request, numbers []string) (map[string]error, error) {
	said, broken := s.client.Do(ctx, req)
	if said == nil {
		return nil, broken
	}
	var a answer
	switch err := json.Unmarshal(said.Body, &a); {
	case broken != nil && err != nil:
		return nil, broken
	case err != nil:
		return nil, notify.Unclear(req, "not the JSON that was expected")
	case a.Response.Error != nil:
		return nil, a.Response.Error.failure(req)
	}
	failures := make(map[string]error)
	for i, number := range numbers {
		if err := a.about(i, number, len(numbers)).failure(req); err != nil {
			failures[number] = err
		}
	}
	return failures, nil
}

// about is what the answer says of a number of the request. A number that the
// service writes in another way is known by its place.
func (a answer) about(place int, number string, all int) verdict {
	for _, s := range a.Response.Statuses {
		if s.Number == number {
			return s.verdict
		}
	}
	if len(a.Response.Statuses) == all {
		return a.Response.Statuses[place].verdict
	}
	return verdict{}
}

// failure is the error that a verdict stands for, if any.
func (v verdict) failure(req *http.Request) error {
	switch v.Code {
	case "Ok":
		return nil
	case "":
		return notify.Unclear(req, "no status of the number")
	}
	r := judge(v.Code)
	r.Text = v.Code + ": " + v.Message
	return notify.Rejected(req, r)
}

// judge says what a code means. A limit of a day is final, since it is hours until
// an attempt could succeed.
func judge(code string) notify.Rejection {
	family, _, _ := strings.Cut(code, ".")
	switch code {
	case "LimitExceeded.PhoneNumberThirtySecondLimit":
		return notify.Rejection{Code: http.StatusTooManyRequests, RetryAfter: 30 * time.Second}
	case "LimitExceeded.PhoneNumberOneHourLimit":
		return notify.Rejection{Code: http.StatusTooManyRequests, RetryAfter: time.Hour}
	case "LimitExceeded.DeliveryFrequencyLimit", "LimitExceeded.GlobalSmsSendingRateLimit":
		return notify.Rejection{Code: http.StatusTooManyRequests}
	case "InternalError.SigVerificationFail", "InternalError.SigFieldMissing":
		family = "AuthFailure"
	case "InternalError.RestApiInterfaceNotExist":
		family = ""
	}
	switch family {
	case "RequestLimitExceeded":
		return notify.Rejection{Code: http.StatusTooManyRequests}
	case "InternalError":
		return notify.Rejection{Code: http.StatusServiceUnavailable}
	case "AuthFailure", "UnauthorizedOperation":
		return notify.Rejection{Code: http.StatusForbidden}
	}
	return notify.Rejection{Code: http.StatusBadRequest}
}
