package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// maxMetricsBytes is far more than any daemon shows of itself.
const maxMetricsBytes = 64 << 20

// Metrics returns the sums of metrics over all their labels, by name. Those that the
// daemon does not show are missing.
func (c *Client) Metrics(ctx context.Context, names ...string) (map[string]float64, error) {
	u := c.options.Base.JoinPath("/metrics").String()
	problem := &Error{Method: http.MethodGet, URL: u}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		problem.Err = err
		return nil, problem
	}
	start := time.Now()
	response, err := c.http.Do(r)
	if err != nil {
		c.observe(r, 0, start)
		problem.Err = withoutURL(err)
		return nil, problem
	}
	defer response.Body.Close()
	defer func() { c.observe(r, response.StatusCode, start) }()
	if response.StatusCode != http.StatusOK {
		problem.Status, problem.Text = response.StatusCode, complaint(response)
		return nil, problem
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, maxMetricsBytes))
	if err != nil {
		problem.Err = fmt.Errorf("the answer breaks off: %w", err)
		return nil, problem
	}
	return sums(text, names), nil
}

// sums adds up the values of the series of each name in the text format of
// Prometheus.
func sums(text []byte, names []string) map[string]float64 {
	found := make(map[string]float64)
	wanted := make(map[string]bool)
	for _, name := range names {
		wanted[name] = true
	}
	for line := range strings.Lines(string(text)) {
		name := line[:len(line)-len(strings.TrimLeft(line, nameRunes))]
		if !wanted[name] {
			continue
		}
		if value, ok := sample(line[len(name):]); ok {
			found[name] += value
		}
	}
	return found
}

// nameRunes are those that the name of a metric has.
const nameRunes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_:"

// sample is the value behind the labels, if there are any. A brace in the value of a
// label is before the last one.
func sample(rest string) (float64, bool) {
	fields := strings.Fields(rest[strings.LastIndex(rest, "}")+1:])
	if len(fields) == 0 {
		return 0, false
	}
	value, err := strconv.ParseFloat(fields[0], 64)
	return value, err == nil
}
