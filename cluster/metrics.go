package cluster

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// Reasons why a message from the network is not taken in.
const (
	ignoredMalformed = "malformed"
	ignoredVersion   = "version"
	ignoredKind      = "kind"
	ignoredState     = "state"
	ignoredOverflow  = "overflow"
	ignoredStranger  = "stranger"
)

// metrics counts what the cluster does.
type metrics struct {
	received, receivedSize, sent, sentSize *prometheus.CounterVec // msg_type

	pruned, conflicts                   prometheus.Counter
	joined, left, updated, forgotten    prometheus.Counter
	reconnections, reconnectionsFailed  prometheus.Counter
	refreshes, refreshesFailed          prometheus.Counter
	alive                               *prometheus.CounterVec   // peer
	pings                               *prometheus.HistogramVec // peer
	streamed, streamFailed, streamDrops *prometheus.CounterVec   // key
	streamTook                          *prometheus.HistogramVec // key

	lag      *prometheus.HistogramVec // state
	ignored  *prometheus.CounterVec   // reason
	rejected *prometheus.CounterVec   // state
	pulled   *prometheus.CounterVec   // state
	syncs    *prometheus.CounterVec   // state, result
	skewed   prometheus.Counter
	refused  prometheus.Counter
	tls      *tlsMetrics // nil: not over TLS
}

func newMetrics(r prometheus.Registerer, overTLS bool) *metrics {
	auto := promauto.With(r)
	counter := func(name, help string) prometheus.Counter {
		return auto.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	vec := func(name, help string, labels ...string) *prometheus.CounterVec {
		return auto.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	histogram := func(name, help, label string, buckets []float64) *prometheus.HistogramVec {
		return auto.NewHistogramVec(prometheus.HistogramOpts{
			Name: name, Help: help, Buckets: buckets,
			NativeHistogramBucketFactor:     1.1,
			NativeHistogramMaxBucketNumber:  100,
			NativeHistogramMinResetDuration: time.Hour,
		}, []string{label})
	}
	m := &metrics{
		received:     vec("alertmanager_cluster_messages_received_total", "Number of messages received from peers.", "msg_type"),
		receivedSize: vec("alertmanager_cluster_messages_received_size_total", "Bytes of messages received from peers.", "msg_type"),
		sent:         vec("alertmanager_cluster_messages_sent_total", "Number of messages sent to peers.", "msg_type"),
		sentSize:     vec("alertmanager_cluster_messages_sent_size_total", "Bytes of messages sent to peers.", "msg_type"),

		pruned:              counter("alertmanager_cluster_messages_pruned_total", "Number of gossip messages dropped because too many were waiting."),
		conflicts:           counter("alertmanager_cluster_peer_name_conflicts_total", "Number of times a peer was seen with the name of another."),
		joined:              counter("alertmanager_cluster_peers_joined_total", "Number of peers that have joined."),
		left:                counter("alertmanager_cluster_peers_left_total", "Number of peers that have left or failed."),
		updated:             counter("alertmanager_cluster_peers_update_total", "Number of peers that have changed what they tell of themselves."),
		forgotten:           counter("tocsin_cluster_peers_forgotten_total", "Number of failed peers that are not tried any more."),
		reconnections:       counter("alertmanager_cluster_reconnections_total", "Number of failed peers that were reached again."),
		reconnectionsFailed: counter("alertmanager_cluster_reconnections_failed_total", "Number of attempts to reach a failed peer that failed."),
		refreshes:           counter("alertmanager_cluster_refresh_join_total", "Number of configured peers that were joined after their names were looked up again."),
		refreshesFailed:     counter("alertmanager_cluster_refresh_join_failed_total", "Number of attempts at that which failed."),

		alive: vec("alertmanager_cluster_alive_messages_total", "Number of times a peer was said to be alive.", "peer"),
		pings: histogram("alertmanager_cluster_pings_seconds", "Time a peer took to answer a ping.", "peer",
			[]float64{.005, .01, .025, .05, .1, .25, .5}),
		streamed:     vec("alertmanager_oversized_gossip_message_sent_total", "Number of messages with records that were streamed to a peer.", "key"),
		streamFailed: vec("alertmanager_oversized_gossip_message_failure_total", "Number of those that failed.", "key"),
		streamDrops:  vec("alertmanager_oversized_gossip_message_dropped_total", "Number of records for a peer that were dropped because too much was waiting.", "key"),
		streamTook: histogram("alertmanager_oversize_gossip_message_duration_seconds", "Time it took to stream a message with records.", "key",
			prometheus.DefBuckets),

		lag: histogram("tocsin_cluster_convergence_lag_seconds", "Time from the change of a record at a peer to its arrival here, by the clocks of both.", "state",
			[]float64{.01, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}),
		ignored:  vec("tocsin_cluster_messages_ignored_total", "Number of messages from peers that were not taken in.", "reason"),
		rejected: vec("tocsin_cluster_merges_failed_total", "Number of messages with records of which not all could be taken in.", "state"),
		pulled:   vec("tocsin_cluster_records_pulled_total", "Number of records that were lacking here and were fetched from a peer.", "state"),
		syncs:    vec("tocsin_cluster_comparisons_total", "Number of comparisons with a peer, by what came of it.", "state", "result"),
		skewed:   counter("tocsin_cluster_clock_ahead_total", "Number of messages whose sender's clock is too far ahead to be believed."),
		refused:  counter("tocsin_cluster_refused_total", "Number of packets and streams from outside that members do not send: another label or key, too large, too many."),
	}
	if overTLS {
		m.tls = newTLSMetrics(r)
	}
	for _, t := range []string{"full_state", "update"} {
		for _, v := range []*prometheus.CounterVec{m.received, m.receivedSize, m.sent, m.sentSize} {
			v.WithLabelValues(t)
		}
	}
	for _, reason := range []string{ignoredMalformed, ignoredVersion, ignoredKind, ignoredState, ignoredOverflow, ignoredStranger} {
		m.ignored.WithLabelValues(reason)
	}
	return m
}

// share makes the series of a state exist from the start.
func (m *metrics) share(state string) {
	for _, v := range []*prometheus.CounterVec{m.streamed, m.streamFailed, m.streamDrops, m.rejected, m.pulled} {
		v.WithLabelValues(state)
	}
	m.streamTook.WithLabelValues(state)
	m.lag.WithLabelValues(state)
	for _, result := range []string{resultNothing, resultPulled, resultBroken} {
		m.syncs.WithLabelValues(state, result)
	}
}

// forget drops the series of a peer, whose name may never come again.
func (m *metrics) forget(peer string) {
	m.alive.DeleteLabelValues(peer)
	m.pings.DeleteLabelValues(peer)
}

func messageType(k kind) string {
	if k == kindDigest {
		return "full_state"
	}
	return "update"
}

func (m *metrics) in(k kind, size int) {
	m.received.WithLabelValues(messageType(k)).Inc()
	m.receivedSize.WithLabelValues(messageType(k)).Add(float64(size))
}

func (m *metrics) out(k kind, size int) {
	m.sent.WithLabelValues(messageType(k)).Inc()
	m.sentSize.WithLabelValues(messageType(k)).Add(float64(size))
}

// gauges registers what is looked up when it is asked for.
func (p *Peer) gauges(r prometheus.Registerer) {
	auto := promauto.With(r)
	gauge := func(name, help string, value func() int) {
		auto.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(value()) })
	}
	auto.NewGauge(prometheus.GaugeOpts{
		Name: "alertmanager_cluster_peer_info", Help: "1, with the name of this replica.",
		ConstLabels: prometheus.Labels{"peer": p.o.Name},
	}).Set(1)
	gauge("alertmanager_cluster_members", "Number of living members, this replica included.", func() int { return len(p.Members()) })
	gauge("alertmanager_cluster_failed_peers", "Number of peers that should be there and are not.", p.roster.absentees)
	gauge("alertmanager_cluster_health_score", "How well this replica keeps up, 0 is best.", p.health)
	gauge("alertmanager_peer_position", "Position of this replica among the members sorted by name.", p.Position)
	gauge("alertmanager_cluster_messages_queued", "Number of gossip messages that wait.", p.gossip.queue.NumQueued)
	gauge("tocsin_cluster_stream_queue_bytes", "Bytes that wait to be streamed to peers.", p.roster.queued)
	gauge("tocsin_cluster_incoming_streams", "Number of streams from outside that are open.", func() int { return p.incoming.Load().open() })
	gauge("tocsin_cluster_inbox_bytes", "Bytes from peers that wait to be taken in.", p.waiting)
}
