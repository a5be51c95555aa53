package jira

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/cenkalti/backoff/v4"
)

func (s sender) path(parts ...string) string {
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return s.api.JoinPath(parts...).String()
}

// ask sends a request and decodes the answer.
func (s sender) ask(ctx context.Context, method, target string, what, result any) error {
	req, err := request(method, target, what)
	if err != nil {
		return backoff.Permanent(err)
	}
	answer, err := s.client.Do(ctx, req)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(answer.Body, result); err != nil {
		return backoff.Permanent(errors.New("the answer is not what an API of Jira says; check api_url"))
	}
	return nil
}

// write sends a request whose answer does not matter beyond its status.
func (s sender) write(ctx context.Context, method, target string, what any) error {
	req, err := request(method, target, what)
	if err != nil {
		return backoff.Permanent(err)
	}
	answer, err := s.client.Do(ctx, req)
	if answer != nil {
		return nil
	}
	return err
}

// request has a body unless what is nil.
func request(method, target string, what any) (*http.Request, error) {
	var body bytes.Buffer
	if what != nil {
		if err := json.NewEncoder(&body).Encode(what); err != nil {
			return nil, fmt.Errorf("encode message: %w", err)
		}
	}
	// The client sets the context when it sends.
	req, err := http.NewRequestWithContext(context.Background(), method, target, &body)
	if err != nil {
		return nil, errors.New("api_url: not a URL")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Language", "en")
	return req, nil
}
