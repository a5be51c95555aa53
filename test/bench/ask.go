package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"
)

// newClient returns a client that keeps its connections and does not compress.
func newClient() *http.Client {
	return &http.Client{Transport: &http.Transport{
		MaxIdleConns: 64, MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Minute, DisableCompression: true,
	}}
}

// get returns how many bytes the answer has, after reading them all.
func get(ctx context.Context, c *http.Client, url string) (int64, error) {
	return exchange(ctx, c, http.MethodGet, url, nil, io.Discard)
}

// read returns the answer.
func read(ctx context.Context, c *http.Client, url string) ([]byte, error) {
	var body bytes.Buffer
	_, err := exchange(ctx, c, http.MethodGet, url, nil, &body)
	return body.Bytes(), err
}

// post sends JSON and drops the answer.
func post(ctx context.Context, c *http.Client, url string, body []byte) error {
	_, err := exchange(ctx, c, http.MethodPost, url, body, io.Discard)
	return err
}

// exchange makes one request and copies the answer. Any status but 200 is an error.
func exchange(ctx context.Context, c *http.Client, method, url string, body []byte, to io.Writer) (int64, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 500)) // only for the error
		return 0, fmt.Errorf("%s %s: %s: %s", method, url, response.Status, text)
	}
	return io.Copy(to, response.Body)
}

// timed returns how long f took.
func timed(f func() error) (time.Duration, error) {
	start := time.Now()
	err := f()
	return time.Since(start), err
}
