// Package kafka produces notifications as messages of a topic of Apache Kafka, or
// of what speaks its protocol.
package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/cenkalti/backoff/v4"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/tocsin-alerting/tocsin/notify"
)

const name = "kafka"

// Kind is the integration "kafka".
func Kind() notify.Kind { return notify.NewKind(name, defaults(), open) }

type sender struct {
	Config
	deps    notify.Deps
	options []kgo.Opt

	mu     sync.Mutex
	client *kgo.Client // nil: not needed yet
	closed bool
}

func open(c Config, d notify.Deps) (notify.Sender, error) {
	if c.TLSConfig != nil {
		if _, err := (dialer{settings: c.TLSConfig}).tls("broker:9092"); err != nil {
			return nil, err
		}
	}
	options := c.options(d)
	if err := kgo.ValidateOpts(options...); err != nil {
		return nil, err
	}
	return &sender{Config: c, deps: d, options: options}, nil
}

// Send produces one message and waits until the brokers have it. If ctx is done
// before that, they may have it all the same.
func (s *sender) Send(ctx context.Context, n *notify.Notification) error {
	topic := n.Value(s.Topic)
	if failed := n.Err(); failed != nil {
		return failed
	}
	if err := checkTopic(topic); err != nil {
		return backoff.Permanent(err)
	}
	text, err := s.message(n)
	if err != nil {
		return backoff.Permanent(err)
	}
	client, err := s.connected()
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	record := &kgo.Record{Topic: topic, Key: []byte(n.GroupKey), Value: text}
	client.Produce(ctx, record, func(_ *kgo.Record, err error) { done <- err })
	select {
	case err = <-done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	return s.classify(err)
}

// connected returns the client, which is made when it is first needed: it has
// goroutines, which a configuration that is only looked at should not.
func (s *sender) connected() (*kgo.Client, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errors.New("the integration is closed")
	}
	if s.client == nil {
		client, err := kgo.NewClient(s.options...)
		if err != nil {
			return nil, backoff.Permanent(err)
		}
		s.client = client
	}
	return s.client, nil
}

// Close ends all connections. It may be called again.
func (s *sender) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.client != nil {
		s.client.Close()
	}
	s.client = nil
	return nil
}

// classify turns an error of the client into one of the pipeline. What a broker
// refuses for good is permanent, whatever else goes wrong may pass.
func (s *sender) classify(err error) error {
	refusal, refused := errors.AsType[*kerr.Error](err)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, kerr.MessageTooLarge), errors.Is(err, kerr.RecordListTooLarge):
		return backoff.Permanent(fmt.Errorf(
			"the broker takes no message of this size; set max_bytes (%d) to what it takes: %w", s.MaxBytes, err))
	case refused && !refusal.Retriable && !errors.Is(err, kerr.UnknownServerError):
		return backoff.Permanent(fmt.Errorf("produce: %w", err))
	}
	return fmt.Errorf("produce: %w", err)
}
