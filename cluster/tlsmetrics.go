package cluster

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// tlsMetrics counts what goes over TLS connections.
type tlsMetrics struct {
	bytesSent, bytesReceived     prometheus.Counter
	streamsSent, streamsReceived prometheus.Counter
	readErrors                   prometheus.Counter
	packetErrors, streamErrors   prometheus.Counter // while writing or connecting
}

func newTLSMetrics(r prometheus.Registerer) *tlsMetrics {
	auto := promauto.With(r)
	counter := func(name, help string) prometheus.Counter {
		return auto.NewCounter(prometheus.CounterOpts{Name: "alertmanager_tls_transport_" + name, Help: help})
	}
	writing := auto.NewCounterVec(prometheus.CounterOpts{
		Name: "alertmanager_tls_transport_write_errors_total",
		Help: "Number of packets and streams that could not be sent to a peer over TLS.",
	}, []string{"connection_type"})
	return &tlsMetrics{
		bytesSent:       counter("packet_bytes_sent_total", "Bytes of packets sent to peers over TLS."),
		bytesReceived:   counter("packet_bytes_received_total", "Bytes of packets received from peers over TLS."),
		streamsSent:     counter("stream_connections_sent_total", "Number of streams opened to peers over TLS."),
		streamsReceived: counter("stream_connections_received_total", "Number of streams that peers have opened over TLS."),
		readErrors:      counter("read_errors_total", "Number of TLS connections that failed while they were accepted or read."),
		packetErrors:    writing.WithLabelValues("packet"),
		streamErrors:    writing.WithLabelValues("stream"),
	}
}
