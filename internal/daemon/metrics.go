package daemon

import (
	"crypto/md5"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/tocsin-alerting/tocsin/api"
)

// MetricsOptions adds labels to metrics, at the cost of a series for each value.
type MetricsOptions struct {
	AlertNames bool // on alerts that were dropped for the limit of their name
	Receivers  bool // on notifications
	GroupKeys  bool // on the number of alerts
}

type metrics struct {
	together, hash, reloaded, reloadedAt  prometheus.Gauge
	receivers, integrations, inhibitRules prometheus.Gauge
}

func newMetrics(r prometheus.Registerer, v api.VersionInfo) metrics {
	auto := promauto.With(r)
	gauge := func(name, help string) prometheus.Gauge {
		return auto.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	for _, program := range []string{"alertmanager", "tocsin"} {
		auto.NewGauge(prometheus.GaugeOpts{
			Name: program + "_build_info",
			Help: "A metric with a constant '1' value labeled by how the program was built.",
			ConstLabels: prometheus.Labels{
				"branch": v.Branch, "goarch": runtime.GOARCH, "goos": runtime.GOOS, "goversion": v.GoVersion,
				"revision": v.Revision, "tags": "", "version": v.Version,
			},
		}).Set(1)
	}
	return metrics{
		together:     gauge("alertmanager_cluster_enabled", "Indicates whether the clustering is enabled or not."),
		hash:         gauge("alertmanager_config_hash", "Hash of the currently loaded configuration file."),
		reloaded:     gauge("alertmanager_config_last_reload_successful", "Whether the last configuration reload attempt was successful."),
		reloadedAt:   gauge("alertmanager_config_last_reload_success_timestamp_seconds", "Timestamp of the last successful configuration reload."),
		receivers:    gauge("alertmanager_receivers", "Number of configured receivers that a route uses."),
		integrations: gauge("alertmanager_integrations", "Number of configured integrations of receivers that a route uses."),
		inhibitRules: gauge("alertmanager_inhibition_rules", "Number of configured inhibition rules."),
	}
}

// clustered describes whether there may be other replicas.
func (m metrics) clustered(on bool) {
	if on {
		m.together.Set(1)
	}
}

// installed describes the generation that is in force.
func (m metrics) installed(g *generation) {
	m.hash.Set(configHash(g.config.Source))
	m.reloaded.Set(1)
	m.reloadedAt.SetToCurrentTime()
	m.receivers.Set(float64(len(g.used)))
	m.integrations.Set(float64(g.integrations))
	m.inhibitRules.Set(float64(g.inhibitor.Rules()))
}

// configHash is the first six bytes of the MD5 of the file as a little-endian
// integer. It is compared between replicas and protects nothing.
func configHash(text []byte) float64 {
	sum := md5.Sum(text)
	var n uint64
	for i := range 6 {
		n |= uint64(sum[i]) << (8 * i)
	}
	return float64(n)
}
