package kafka

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cenkalti/backoff/v4"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/tocsin-alerting/tocsin/notify"
	"github.com/tocsin-alerting/tocsin/notify/receivertest"
)

// cluster is a Kafka on loopback with the topic "alerts".
func cluster(t *testing.T, options ...kfake.Opt) (c *kfake.Cluster, brokers string) {
	t.Helper()
	c, err := kfake.NewCluster(append([]kfake.Opt{kfake.NumBrokers(2), kfake.SeedTopics(3, "alerts")}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, strings.Join(c.ListenAddrs(), ", ")
}

func opened(t *testing.T, d notify.Deps, text string) *sender {
	t.Helper()
	c, err := decode(text)
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Open(d)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.(*sender).Close() })
	return s.(*sender)
}

// consume returns the first so many messages of topics.
func consume(t *testing.T, c *kfake.Cluster, count int, topics ...string) []*kgo.Record {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.ConsumeTopics(topics...),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()), kgo.FetchMaxBytes(100<<20), kgo.FetchMaxPartitionBytes(100<<20))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var records []*kgo.Record
	for len(records) < count {
		fetches := client.PollFetches(t.Context())
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		records = append(records, fetches.Records()...)
	}
	return records
}

func TestReceiver(t *testing.T) {
	receivertest.Run(t, Kind(), receivertest.Options{
		Config:   "{brokers: [broker.example], topic: alerts, sasl: {mechanism: plain, username: u, password: $SECRET}}",
		Required: []string{"topic", "brokers"},
		Local:    true,
	})
}

func TestSend(t *testing.T) {
	for _, options := range []string{
		"", "acks: leader", "acks: none", "compression: gzip", "compression: snappy", "compression: lz4", "compression: zstd",
	} {
		t.Run(options, func(t *testing.T) {
			c, brokers := cluster(t)
			s := opened(t, notify.Deps{}, fmt.Sprintf("{brokers: [%s], topic: alerts, %s}", brokers, options))
			n := receivertest.Notification(t, "mixed")
			for range 2 {
				if err := s.Send(t.Context(), n); err != nil {
					t.Fatal(err)
				}
			}
			want, err := json.Marshal(n.Payload(0))
			if err != nil {
				t.Fatal(err)
			}
			records := consume(t, c, 2, "alerts")
			for _, r := range records {
				if string(r.Key) != n.GroupKey || !bytes.Equal(r.Value, want) {
					t.Errorf("%s: %s\nwant %s: %s", r.Key, r.Value, n.GroupKey, want)
				}
			}
			if records[0].Partition != records[1].Partition {
				t.Error("messages of one group are in different partitions")
			}
		})
	}
}

func TestTopicIsATemplate(t *testing.T) {
	c, brokers := cluster(t, kfake.SeedTopics(1, "alerts-eu-1"))
	s := opened(t, notify.Deps{}, "{brokers: ["+brokers+"], topic: 'alerts-{{ .GroupLabels.cluster }}'}")
	if err := s.Send(t.Context(), receivertest.Notification(t, "firing")); err != nil {
		t.Fatal(err)
	}
	consume(t, c, 1, "alerts-eu-1")
	for topic, want := range map[string]string{
		"{{ .NoSuchField }}":      "render template",
		"{{ .GroupLabels.none }}": `topic: "" is not the name of a topic`,
		"a {{ .Status }}":         `topic: "a firing" is not the name of a topic`,
	} {
		s := opened(t, notify.Deps{}, "{brokers: ["+brokers+"], topic: '"+topic+"'}")
		err := s.Send(t.Context(), receivertest.Notification(t, "firing"))
		if err == nil || !permanent(err) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want a permanent one with %q", topic, err, want)
		}
	}
}

func TestLogin(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("pässword\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, mechanism := range []string{"plain", "scram-sha-256", "scram-sha-512"} {
		_, brokers := cluster(t, kfake.EnableSASL(), kfake.Superuser(strings.ToUpper(mechanism), "u", "pässword"))
		for password, want := range map[string]string{
			"password: pässword":           "",
			"password_file: " + file:       "",
			"password_file: " + file + "x": "password_file: read secret: open " + file + "x: no such file",
			"password: s3cr3t":             "produce: ",
			"password: <secret>":           "<secret> is shown in place of a password",
		} {
			t.Run(mechanism+" "+password[:strings.IndexByte(password, ':')], func(t *testing.T) {
				t.Parallel()
				s := opened(t, notify.Deps{}, fmt.Sprintf(
					"{brokers: [%s], topic: alerts, sasl: {mechanism: %s, username: u, %s}}", brokers, mechanism, password))
				err := s.Send(t.Context(), receivertest.Notification(t, "firing"))
				switch {
				case want == "" && err != nil:
					t.Error(err)
				case want != "" && (err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cr3t")):
					t.Errorf("error %v, want one with %q", err, want)
				}
			})
		}
	}
}

func TestTLS(t *testing.T) {
	certificate, ca := selfSigned(t)
	_, brokers := cluster(t, kfake.TLS(&tls.Config{Certificates: []tls.Certificate{certificate}}))
	for settings, want := range map[string]string{
		"ca_file: " + ca:             "",
		"insecure_skip_verify: true": "",
		"{}":                         "unknown authority",
		"{ca_file: " + ca + ", server_name: other}": "wanted to match other",
	} {
		t.Run(want, func(t *testing.T) {
			if !strings.HasPrefix(settings, "{") {
				settings = "{" + settings + "}"
			}
			s := opened(t, notify.Deps{}, "{brokers: ["+brokers+"], topic: alerts, tls_config: "+settings+"}")
			err := s.Send(t.Context(), receivertest.Notification(t, "firing"))
			switch {
			case want == "" && err != nil:
				t.Error(err)
			case want != "" && (err == nil || permanent(err) || !strings.Contains(err.Error(), want)):
				t.Errorf("error %v, want one with %q", err, want)
			}
		})
	}
	c, err := decode("{brokers: [h], topic: t, tls_config: {ca_file: none.pem}}")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Open(notify.Deps{}); err == nil || !strings.Contains(err.Error(), "/etc/tocsin/none.pem") {
		t.Errorf("error %v, want one about the file", err)
	}
}

// Connections are made with what the daemon gives, and end with the integration.
func TestDial(t *testing.T) {
	_, brokers := cluster(t)
	var open, dialled atomic.Int32
	d := notify.Deps{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, address)
		open.Add(1)
		dialled.Add(1)
		return counted{c, &open}, err
	}}
	s := opened(t, d, "{brokers: ["+brokers+"], topic: alerts}")
	for range 10 {
		if err := s.Send(t.Context(), receivertest.Notification(t, "firing")); err != nil {
			t.Fatal(err)
		}
	}
	if n := dialled.Load(); n == 0 || n > 5 {
		t.Errorf("%d connections for 10 messages", n)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if n := open.Load(); n != 0 {
		t.Errorf("%d connections are open after the end", n)
	}
	if err := s.Send(t.Context(), receivertest.Notification(t, "firing")); err == nil {
		t.Error("sent after the end")
	}
}

type counted struct {
	net.Conn
	open *atomic.Int32
}

func (c counted) Close() error {
	c.open.Add(-1)
	return c.Conn.Close()
}

func TestUnreachable(t *testing.T) {
	gone, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = gone.Close()
	s := opened(t, notify.Deps{}, "{brokers: ['"+gone.Addr().String()+"'], topic: alerts}")
	err = s.Send(t.Context(), receivertest.Notification(t, "firing"))
	if err == nil || permanent(err) || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("error %v, want one that can be tried again and says what happened", err)
	}
}

func TestUnknownTopic(t *testing.T) {
	_, brokers := cluster(t)
	s := opened(t, notify.Deps{}, "{brokers: ["+brokers+"], topic: other}")
	err := s.Send(t.Context(), receivertest.Notification(t, "firing"))
	if err == nil || permanent(err) || !errors.Is(err, kerr.UnknownTopicOrPartition) {
		t.Errorf("error %v, want one that can be tried again when somebody has made the topic", err)
	}
}

// A broker that does not answer does not hold up who is told to stop.
func TestCancelled(t *testing.T) {
	c, brokers := cluster(t)
	asked := make(chan bool)
	answer := make(chan bool)
	c.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		c.SleepControl(func() {
			select {
			case asked <- true:
			case <-answer:
			}
			<-answer
		})
		return nil, nil, false
	})
	ctx, cancel := context.WithCancel(t.Context())
	s := opened(t, notify.Deps{}, "{brokers: ["+brokers+"], topic: alerts}")
	sent := make(chan error)
	go func() { sent <- s.Send(ctx, receivertest.Notification(t, "firing")) }()
	<-asked
	cancel()
	if err := <-sent; !errors.Is(err, context.Canceled) || permanent(err) {
		t.Errorf("error %v, want one that was cancelled", err)
	}
	close(answer)
}

func TestRefused(t *testing.T) {
	for _, test := range []struct {
		code      *kerr.Error
		permanent bool
		want      string
	}{
		{kerr.MessageTooLarge, true, "the broker takes no message of this size; set max_bytes (1000012)"},
		{kerr.TopicAuthorizationFailed, true, "TOPIC_AUTHORIZATION_FAILED"},
		{kerr.NotEnoughReplicas, false, "NOT_ENOUGH_REPLICAS"},
		{kerr.UnknownServerError, false, "UNKNOWN_SERVER_ERROR"},
	} {
		t.Run(test.code.Message, func(t *testing.T) {
			c, brokers := cluster(t)
			c.ControlKey(int16(kmsg.Produce), func(r kmsg.Request) (kmsg.Response, error, bool) {
				c.KeepControl()
				return refusal(r.(*kmsg.ProduceRequest), test.code.Code), nil, true
			})
			s := opened(t, notify.Deps{}, "{brokers: ["+brokers+"], topic: alerts}")
			err := s.Send(t.Context(), receivertest.Notification(t, "firing"))
			if err == nil || permanent(err) != test.permanent || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q, permanent %t", err, test.want, test.permanent)
			}
		})
	}
}

func refusal(r *kmsg.ProduceRequest, code int16) *kmsg.ProduceResponse {
	answer := r.ResponseKind().(*kmsg.ProduceResponse)
	for _, asked := range r.Topics {
		topic := kmsg.NewProduceResponseTopic()
		topic.Topic, topic.TopicID = asked.Topic, asked.TopicID
		for _, p := range asked.Partitions {
			partition := kmsg.NewProduceResponseTopicPartition()
			partition.Partition, partition.ErrorCode = p.Partition, code
			topic.Partitions = append(topic.Partitions, partition)
		}
		answer.Topics = append(answer.Topics, topic)
	}
	return answer
}

// What has no room is replaced by where to find it, and the largest message that
// is thought to have room does have it.
func TestLarge(t *testing.T) {
	n := receivertest.Notification(t, "firing")
	n.GroupKey += strings.Repeat("k", 3000)
	whole, err := json.Marshal(n.Payload(0))
	if err != nil {
		t.Fatal(err)
	}
	reference, err := json.Marshal(n.Reference())
	if err != nil {
		t.Fatal(err)
	}
	beside := len(n.GroupKey) + overhead
	for _, test := range []struct {
		size int
		want []byte
	}{{len(whole) + beside, whole}, {len(whole) + beside - 1, reference}, {len(reference) + beside + 1, reference}} {
		c, brokers := cluster(t)
		s := opened(t, notify.Deps{}, fmt.Sprintf("{brokers: [%s], topic: alerts, max_bytes: %d}", brokers, test.size))
		if err := s.Send(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		if got := consume(t, c, 1, "alerts")[0].Value; !bytes.Equal(got, test.want) {
			t.Errorf("max_bytes %d: %d bytes\n%.300s\nwant %d\n%.300s", test.size, len(got), got, len(test.want), test.want)
		}
	}
	s := opened(t, notify.Deps{}, "{brokers: [h], topic: alerts, max_bytes: 2048}")
	err = s.Send(t.Context(), n)
	if err == nil || !permanent(err) || !strings.Contains(err.Error(), "not even a reference to the alerts") {
		t.Errorf("error %v, want a permanent one about the size", err)
	}
}

func TestMaxAlerts(t *testing.T) {
	c, brokers := cluster(t)
	s := opened(t, notify.Deps{}, "{brokers: ["+brokers+"], topic: alerts, max_alerts: 2}")
	if err := s.Send(t.Context(), receivertest.Notification(t, "mixed")); err != nil {
		t.Fatal(err)
	}
	if text := string(consume(t, c, 1, "alerts")[0].Value); !strings.Contains(text, `"truncatedAlerts":1`) {
		t.Errorf("not cut: %s", text)
	}
}

// Every kind of notification is taken, by one client for all groups at once.
func TestFixtures(t *testing.T) {
	c, brokers := cluster(t)
	s := opened(t, notify.Deps{}, "{brokers: ["+brokers+"], topic: alerts}")
	failures := make(chan error)
	for _, name := range receivertest.Fixtures() {
		n := receivertest.Notification(t, name)
		go func() { failures <- s.Send(t.Context(), n) }()
	}
	for range receivertest.Fixtures() {
		if err := <-failures; err != nil {
			t.Error(err)
		}
	}
	for _, r := range consume(t, c, len(receivertest.Fixtures()), "alerts") {
		if !json.Valid(r.Value) {
			t.Errorf("no JSON: %.200s", r.Value)
		}
	}
}

func permanent(err error) bool {
	_, is := errors.AsType[*backoff.PermanentError](err)
	return is
}
