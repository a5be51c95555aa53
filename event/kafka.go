package event

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/go-kit/log/level"
	commoncfg "github.com/prometheus/common/config"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	linger      = 5 * time.Millisecond
	dialTimeout = 10 * time.Second
)

func (k Kafka) name() string {
	return "kafka:" + strings.Join(slices.Sorted(slices.Values(k.Brokers)), ",") + "/" + k.Topic
}

// kafka produces records to a topic. The client retries and reconnects by itself.
type kafka struct {
	client *kgo.Client
	key    []byte
	*tally
}

func (r *Recorder) openKafka(k Kafka, t *tally) (*kafka, error) {
	dial := r.o.Dial
	if k.TLS != nil {
		// Certificates are read for each connection; mistakes should show now.
		if _, err := commoncfg.NewTLSConfig(k.TLS); err != nil {
			return nil, fmt.Errorf("tls_config: %w", err)
		}
		dial = dialTLS(dial, k.TLS)
	}
	options := k.options(t)
	if dial != nil {
		options = append(options, kgo.Dialer(dial))
	}
	client, err := kgo.NewClient(options...)
	if err != nil {
		return nil, fmt.Errorf("make a client: %w", err)
	}
	if k.Protobuf {
		_ = level.Warn(r.o.Logger).Log("msg", "Events are written to this topic as JSON; protobuf is accepted as a format for the sake of existing files", "output", t.output)
	}
	t.metrics.outputDrops.WithLabelValues(t.output)
	for _, kind := range produceErrors() {
		t.metrics.kafkaErrors.WithLabelValues(t.output, kind)
	}
	return &kafka{client: client, key: []byte(r.o.Instance), tally: t}, nil
}

func (k Kafka) options(t *tally) []kgo.Opt {
	options := []kgo.Opt{
		kgo.SeedBrokers(k.Brokers...),
		kgo.DefaultProduceTopic(k.Topic),
		kgo.ClientID(k.ClientID),
		kgo.ProducerLinger(linger),
		kgo.MaxBufferedRecords(or(k.Buffer, 1024)),
		kgo.WithLogger(clientLog{t}),
	}
	switch k.Acks {
	case "all":
		options = append(options, kgo.RequiredAcks(kgo.AllISRAcks()))
	case "none":
		options = append(options, kgo.RequiredAcks(kgo.NoAck()), kgo.DisableIdempotentWrite())
	default:
		options = append(options, kgo.RequiredAcks(kgo.LeaderAck()), kgo.DisableIdempotentWrite())
	}
	codecs := map[string]kgo.CompressionCodec{
		"none": kgo.NoCompression(), "gzip": kgo.GzipCompression(), "snappy": kgo.SnappyCompression(),
		"lz4": kgo.Lz4Compression(), "zstd": kgo.ZstdCompression(),
	}
	if codec, named := codecs[k.Compression]; named {
		options = append(options, kgo.ProducerBatchCompression(codec))
	}
	return options
}

// clientLog lets the log have what the client complains of while it tries again.
type clientLog struct{ *tally }

// Level implements kgo.Logger.
func (clientLog) Level() kgo.LogLevel { return kgo.LogLevelWarn }

// Log implements kgo.Logger.
func (l clientLog) Log(_ kgo.LogLevel, msg string, pairs ...any) {
	var problem error
	for _, value := range pairs {
		if err, ok := value.(error); ok {
			problem = err
		}
	}
	l.complain("Kafka client: "+msg, problem)
}

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// dialTLS encrypts connections.
func dialTLS(dial dialFunc, settings *commoncfg.TLSConfig) dialFunc {
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, dialTimeout)
		defer cancel()
		c, err := commoncfg.NewTLSConfig(settings)
		if err != nil {
			return nil, err
		}
		if c.ServerName == "" {
			if c.ServerName, _, err = net.SplitHostPort(address); err != nil {
				return nil, err
			}
		}
		plain, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		conn := tls.Client(plain, c)
		if err := conn.HandshakeContext(ctx); err != nil {
			return nil, errors.Join(err, plain.Close())
		}
		return conn, nil
	}
}

func (k *kafka) write(r record) {
	// Events must not be lost because the one who recorded them has ended.
	k.client.TryProduce(context.Background(), &kgo.Record{Key: k.key, Value: r.json}, func(_ *kgo.Record, err error) {
		switch {
		case errors.Is(err, kgo.ErrMaxBuffered):
			k.dropped()
			return
		case err != nil:
			k.metrics.kafkaErrors.WithLabelValues(k.output, produceError(err)).Inc()
		}
		k.done(r, err)
	})
}

// close lets what waits be produced until ctx is done.
func (k *kafka) close(ctx context.Context) {
	if err := k.client.Flush(ctx); err != nil {
		k.complain("Events were not produced in time", err)
	}
	k.client.Close()
}

// produceErrors are the sorts of errors that are counted.
func produceErrors() []string { return []string{"broker", "closed", "timeout", "other"} }

// produceError is the sort of an error.
func produceError(err error) string {
	_, broker := errors.AsType[*kerr.Error](err)
	switch {
	case broker:
		return "broker"
	case errors.Is(err, kgo.ErrClientClosed), errors.Is(err, kgo.ErrAborting), errors.Is(err, context.Canceled):
		return "closed"
	case errors.Is(err, kgo.ErrRecordTimeout), errors.Is(err, kgo.ErrRecordRetries), errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	default:
		return "other"
	}
}
