// Package sns publishes notifications with Amazon SNS: to a topic, to an endpoint
// of a platform, or as a text message to a phone.
package sns

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/cenkalti/backoff/v4"

	"github.com/tocsin-alerting/tocsin/notify"
)

const name = "sns"

// Kind is the integration "sns".
func Kind() notify.Kind { return notify.NewKind(name, defaults(), open) }

func open(c Config, d notify.Deps) (notify.Sender, error) {
	client, err := httpClient(c, d)
	if err != nil {
		return nil, err
	}
	return &sender{c: c, deps: d, http: client}, nil
}

type sender struct {
	c    Config
	deps notify.Deps
	http aws.HTTPClient

	mu     sync.Mutex
	client *sns.Client // nil: not connected yet
}

// Send publishes a message.
func (s *sender) Send(ctx context.Context, n *notify.Notification) error {
	endpoint, message, err := s.message(n)
	if err != nil {
		return backoff.Permanent(err)
	}
	client, err := s.connected(ctx)
	if err != nil {
		return err
	}
	_, err = client.Publish(ctx, message, func(o *sns.Options) {
		if endpoint != "" {
			o.BaseEndpoint = aws.String(endpoint)
		}
	})
	return classify(err)
}

// connected returns the client, which is made when it is first needed: what AWS
// finds in its surroundings may come later than the configuration. A failure is
// not kept.
func (s *sender) connected(ctx context.Context) (*sns.Client, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client == nil {
		client, err := connect(ctx, s.c.SigV4, s.http)
		if err != nil {
			return nil, err
		}
		s.client = client
	}
	return s.client, nil
}

// classify turns an error of the SDK into one of the pipeline. Errors without a
// status may be tried again.
func classify(err error) error {
	answer, ok := errors.AsType[*smithyhttp.ResponseError](err)
	if !ok || answer.HTTPStatusCode() == 0 || answer.HTTPStatusCode()/100 == 2 {
		return err
	}
	said := ""
	if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorCode() != "UnknownError" {
		said = api.ErrorCode() + ": " + api.ErrorMessage()
	}
	checked := notify.CheckStatus(answer.Response.Response, []byte(said), time.Now())
	// AWS asks for patience in answers with status 400, too.
	if status, ok := errors.AsType[*notify.StatusError](checked); ok && patience(err) {
		return status
	}
	return checked
}

// patience reports whether an error has one of the codes that the SDK would have
// tried again.
func patience(err error) bool {
	for _, codes := range []map[string]struct{}{retry.DefaultThrottleErrorCodes, retry.DefaultRetryableErrorCodes} {
		if (retry.RetryableErrorCode{Codes: codes}).IsErrorRetryable(err) == aws.TrueTernary {
			return true
		}
	}
	return false
}
