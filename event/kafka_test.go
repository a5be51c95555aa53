package event

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	commoncfg "github.com/prometheus/common/config"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// broker starts a cluster of one in this process.
func broker(t *testing.T, options ...kfake.Opt) (address string) {
	t.Helper()
	c, err := kfake.NewCluster(append(options, kfake.NumBrokers(1), kfake.SeedTopics(1, "events"))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c.ListenAddrs()[0]
}

// consume returns so many records of the topic.
func consume(t *testing.T, n int, options ...kgo.Opt) []*kgo.Record {
	t.Helper()
	client, err := kgo.NewClient(append(options, kgo.ConsumeTopics("events"), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))...)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var records []*kgo.Record
	for len(records) < n {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		records = append(records, fetches.Records()...)
	}
	return records
}

func TestKafka(t *testing.T) {
	for _, k := range []Kafka{
		{Acks: "leader"},
		{Acks: "all", Compression: "zstd"},
		{Acks: "none", Compression: "none"},
		{Compression: "gzip", Protobuf: true},
		{Compression: "lz4"},
		{Compression: "snappy"},
	} {
		t.Run(fmt.Sprintf("%s %s", k.Acks, k.Compression), func(t *testing.T) {
			t.Parallel()
			address := broker(t)
			k.Brokers, k.Topic, k.ClientID = []string{address}, "events", "alertmanager"
			b := newBench(t)
			b.Start(Settings{Kafkas: []Kafka{k}})
			b.run()
			b.says("a", "b")
			b.stop()
			var got []string
			for _, r := range consume(t, 2, kgo.SeedBrokers(address)) {
				got = append(got, string(r.Key)+" "+comment(t, r.Value))
			}
			if diff := cmp.Diff([]string{"h a", "h b"}, got); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
			output := "kafka:" + address + "/events"
			if diff := cmp.Diff(map[string]float64{"silence_created " + output + " success": 2}, b.counts("events_recorded_total")); diff != "" {
				t.Error(diff)
			}
			if loud := strings.Contains(b.log.String(), "level=warn"); loud != k.Protobuf {
				t.Errorf("format protobuf: %t, logged: %s", k.Protobuf, &b.log)
			}
		})
	}
}

func TestKafkaOverTLS(t *testing.T) {
	// The certificate of the test server is for 127.0.0.1.
	server := httptest.NewUnstartedServer(nil)
	server.StartTLS()
	defer server.Close()
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	address := broker(t, kfake.TLS(&tls.Config{Certificates: server.TLS.Certificates, MinVersion: tls.VersionTLS12}))
	b := newBench(t)
	b.Start(Settings{Kafkas: []Kafka{{Brokers: []string{address}, Topic: "events", TLS: &commoncfg.TLSConfig{CA: ca}}}})
	b.run()
	b.says("a")
	b.stop()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	records := consume(t, 1, kgo.SeedBrokers(address), kgo.DialTLSConfig(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}))
	if got := comment(t, records[0].Value); got != "a" {
		t.Errorf("%q was produced", got)
	}
}

func TestKafkaThatRefuses(t *testing.T) {
	address := broker(t)
	b := newBench(t)
	b.Start(Settings{Kafkas: []Kafka{{Brokers: []string{address}, Topic: "nosuchtopic"}}})
	b.run()
	b.says("a")
	b.stop()
	output := "kafka:" + address + "/nosuchtopic"
	if diff := cmp.Diff(map[string]float64{output + " broker": 1}, flipped(b.counts("event_kafka_produce_errors_total"))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]float64{"silence_created " + output + " error": 1}, b.counts("events_recorded_total")); diff != "" {
		t.Error(diff)
	}
}

// flipped has the label error_type last, which comes first in the alphabet.
func flipped(counts map[string]float64) map[string]float64 {
	other := make(map[string]float64)
	for labels, n := range counts {
		kind, output, _ := strings.Cut(labels, " ")
		other[output+" "+kind] = n
	}
	return other
}

func TestKafkaBufferOverflows(t *testing.T) {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	b := newBench(t, func(o *Options) { o.Dial = dial })
	k := Kafka{Brokers: []string{"k.example:9092"}, Topic: "events", Buffer: 3}
	out, err := b.openKafka(k, &tally{output: k.name(), metrics: b.metrics, logger: b.o.Logger})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		out.write(record{"x", []byte("{}")})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	out.close(ctx)
	if diff := cmp.Diff(map[string]float64{k.name(): 2}, b.counts("event_output_drops_total")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]float64{k.name() + " closed": 3}, flipped(b.counts("event_kafka_produce_errors_total"))); diff != "" {
		t.Error(diff)
	}
}

func TestProduceErrors(t *testing.T) {
	for err, want := range map[error]string{
		fmt.Errorf("produce: %w", kerr.MessageTooLarge): "broker",
		kgo.ErrClientClosed:                             "closed",
		kgo.ErrRecordTimeout:                            "timeout",
		errors.New("surprise"):                          "other",
	} {
		if got := produceError(err); got != want {
			t.Errorf("%v is %s, want %s", err, got, want)
		}
	}
}

func TestKafkaClientComplains(t *testing.T) {
	b := newBench(t)
	l := clientLog{&tally{output: "kafka:k/t", metrics: b.metrics, logger: b.o.Logger}}
	for range 2 {
		l.Log(kgo.LogLevelWarn, "no connection", "addr", "k:1", "err", errors.New("refused"))
	}
	if diff := cmp.Diff("level=warn msg=\"Kafka client: no connection\" output=kafka:k/t err=refused\n", b.log.String()); diff != "" {
		t.Error(diff)
	}
}
