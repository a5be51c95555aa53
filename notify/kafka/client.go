package kafka

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	commoncfg "github.com/prometheus/common/config"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/tocsin-alerting/tocsin/notify"
)

const (
	// retries are those of the client underneath. There are few, since the
	// pipeline tries again and says so in the log.
	retries = 2
	// lookAgain is how long the client waits at least between two questions for
	// who leads a topic.
	lookAgain = 500 * time.Millisecond
	// connectTime bounds a connection and its TLS handshake.
	connectTime = 10 * time.Second
)

// options are those of the client. They do not make it connect to anything.
func (c Config) options(d notify.Deps) []kgo.Opt {
	options := []kgo.Opt{
		kgo.SeedBrokers(c.Brokers...),
		kgo.ClientID(c.ClientID),
		kgo.Dialer(dialer{settings: c.TLSConfig, dial: d.Dial}.connect),
		kgo.RequiredAcks(acks()[c.Acks]),
		kgo.ProducerBatchCompression(codecs()[c.Compression]),
		kgo.ProducerBatchMaxBytes(c.MaxBytes),
		// Attempts repeat whatever the client does, so that what has been told
		// may be told twice all the same. Without it no right to the whole
		// cluster is needed, and what is cancelled ends at once.
		kgo.DisableIdempotentWrite(),
		kgo.RecordRetries(retries),
		kgo.RequestRetries(retries),
		kgo.UnknownTopicRetries(retries),
		kgo.MetadataMinAge(lookAgain),
	}
	if c.SASL != nil {
		options = append(options, kgo.SASL(c.SASL.mechanisms()[c.SASL.Mechanism]))
	}
	return options
}

// dialer connects to brokers.
type dialer struct {
	settings *commoncfg.TLSConfig // nil: no TLS
	dial     func(ctx context.Context, network, address string) (net.Conn, error)
}

// connect reads certificates anew each time, since they are renewed while the
// program runs.
func (d dialer) connect(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	dial := d.dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	if d.settings == nil {
		return dial(ctx, network, address)
	}
	settings, err := d.tls(address)
	if err != nil {
		return nil, err
	}
	plain, err := dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(plain, settings)
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("TLS handshake with %s: %w", address, err), plain.Close())
	}
	return conn, nil
}

// tls is the configuration for the connection to an address.
func (d dialer) tls(address string) (*tls.Config, error) {
	settings, err := commoncfg.NewTLSConfig(d.settings)
	if err != nil {
		return nil, fmt.Errorf("tls_config: %w", err)
	}
	if settings.ServerName == "" {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, fmt.Errorf("address of a broker: %w", err)
		}
		settings.ServerName = host
	}
	return settings, nil
}
