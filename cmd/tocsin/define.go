package main

import (
	"fmt"
	"net"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/model"

	"github.com/tocsin-alerting/tocsin/api"
	"github.com/tocsin-alerting/tocsin/internal/daemon"
)

// duration is a flag value that knows days and weeks beside what Go knows.
type duration struct {
	flag string
	to   *time.Duration
}

func (d duration) Set(text string) error {
	parsed, err := time.ParseDuration(text)
	if err != nil {
		days, dayErr := model.ParseDuration(text)
		if dayErr != nil {
			return fmt.Errorf("--%s: %q is not a duration such as 90s, 1h30m or 5d", d.flag, text)
		}
		parsed = time.Duration(days)
	}
	*d.to = parsed
	return nil
}

func (d duration) String() string { return d.to.String() }

// integer is a flag value whose errors name the flag.
type integer[T int | int64] struct {
	flag string
	to   *T
}

func (i integer[T]) Set(text string) error {
	parsed, err := strconv.Atoi(text)
	if err != nil {
		return fmt.Errorf("--%s: %q is not a whole number", i.flag, text)
	}
	*i.to = T(parsed)
	return nil
}

func (i integer[T]) String() string { return fmt.Sprint(*i.to) }

// definer adds flags to a command line.
type definer struct {
	app    *kingpin.Application
	limits []limit
}

// limit is a duration that must be more than 0.
type limit struct {
	flag      string
	value     *time.Duration
	clustered bool // only if there is a cluster
}

func (d *definer) duration(name, help, defaults string, to *time.Duration) {
	d.app.Flag(name, help).Default(defaults).SetValue(duration{name, to})
}

func (d *definer) positive(name, help, defaults string, to *time.Duration) {
	d.duration(name, help, defaults, to)
	d.limits = append(d.limits, limit{name, to, strings.HasPrefix(name, "cluster.")})
}

func (d *definer) storage(o *daemon.Options) {
	d.app.Flag("storage.path", "Directory for what has to survive a restart.").
		Default("data/").StringVar(&o.StoragePath)
	d.app.Flag("storage.sync", "When what is acknowledged is safe from a power cut: always (before it is acknowledged), interval (within a second), off (when the system has got round to it). It is safe from the end of the process in any case.").
		Default("always").EnumVar(&o.StorageSync, "always", "interval", "off")
	d.positive("data.retention", "How long to keep expired silences and what was told.", "120h", &o.Retention)
	d.positive("data.maintenance-interval", "How often to drop what has passed its retention.", "15m", &o.MaintenanceInterval)
	d.app.Flag("silences.max-silences", "How many silences there may be, expired ones included; 0: any number.").
		Default("0").SetValue(integer[int]{"silences.max-silences", &o.MaxSilences})
	d.app.Flag("silences.max-silence-size-bytes", "How large one silence may be; 0: any size.").
		Default("0").SetValue(integer[int]{"silences.max-silence-size-bytes", &o.MaxSilenceBytes})
	d.app.Flag("log.silences", "Log every silence that is created, updated or expired.").BoolVar(&o.LogSilences)
	d.positive("alerts.gc-interval", "How often to forget resolved alerts.", "30m", &o.AlertsGCInterval)
	d.app.Flag("alerts.per-alertname-limit", "How many alerts of one name there may be; 0: any number.").
		Default("0").SetValue(integer[int]{"alerts.per-alertname-limit", &o.AlertsPerNameLimit})
	d.positive("dispatch.maintenance-interval", "Accepted and not needed: a group goes away with its last alert.", "30s", new(time.Duration))
	d.duration("dispatch.start-delay", "How long after the start the first group may speak, so that senders have time to repeat what fires.", "0s", &o.StartDelay)
}

func (d *definer) web(o *daemon.Options) {
	if runtime.GOOS == "linux" {
		d.app.Flag("web.systemd-socket", "Listen on the sockets that systemd passes, instead of on addresses.").BoolVar(&o.SystemdSocket)
	}
	d.app.Flag("web.listen-address", "Address to listen on, host:port or vsock://:port. May be given several times.").
		Default(":9093").StringsVar(&o.ListenAddresses)
	d.app.Flag("web.config.file", "File with TLS, users and headers of the HTTP server.").StringVar(&o.WebConfigFile)
	d.app.Flag("web.external-url", "URL under which tocsin is reached from outside, for links in notifications.").
		StringVar(&o.ExternalURL)
	d.app.Flag("web.route-prefix", "Path before all paths that are served. Default: the path of the external URL.").
		StringVar(&o.RoutePrefix)
	d.app.Flag(api.AdminFlag, "Serve /api/tocsin/v1/admin/snapshot, which copies what is stored to a directory below the storage directory.").
		BoolVar(&o.EnableAdminAPI)
	d.app.Flag("web.get-concurrency", "How many GET requests are served at once; 0: the number of processors, but at least 8.").
		Default("0").SetValue(integer[int]{"web.get-concurrency", &o.GetConcurrency})
	d.duration("web.timeout", "How long a request may take; 0: any time.", "0s", &o.WebTimeout)
	d.app.Flag("web.max-request-body-bytes", "How large the body of a request may be; a larger one is refused with status 413.").
		Default("67108864").SetValue(integer[int64]{"web.max-request-body-bytes", &o.MaxBodyBytes})
}

func (d *definer) cluster(o *daemon.ClusterOptions) {
	d.app.Flag("cluster.listen-address", "Address for gossip with other replicas; empty: no clustering.").
		Default("0.0.0.0:9094").StringVar(&o.ListenAddress)
	d.app.Flag("cluster.advertise-address", "Address, ip:port, that is told to other replicas.").StringVar(&o.AdvertiseAddress)
	d.app.Flag("cluster.peer-name", "Name of this replica. Default: a random one.").StringVar(&o.PeerName)
	d.app.Flag("cluster.peer", "Another replica, host:port. May be given several times.").StringsVar(&o.Peers)
	d.positive("cluster.peer-timeout", "How long a replica waits for each one that comes before it.", "15s", &o.PeerTimeout)
	d.positive("cluster.peers-resolve-timeout", "How long to look for the addresses of peers.", "15s", &o.PeersResolveTimeout)
	d.positive("cluster.gossip-interval", "How often to gossip.", "200ms", &o.GossipInterval)
	d.positive("cluster.pushpull-interval", "How often to exchange everything with another replica.", "1m", &o.PushPullInterval)
	d.positive("cluster.tcp-timeout", "How long connections to replicas, and what is written to them, may take.", "10s", &o.TCPTimeout)
	d.positive("cluster.probe-timeout", "How long to wait for the answer to a probe.", "500ms", &o.ProbeTimeout)
	d.positive("cluster.probe-interval", "How often to probe another replica.", "1s", &o.ProbeInterval)
	d.duration("cluster.settle-timeout", "How long to wait at most for the cluster to settle before the first notification.", "1m", &o.SettleTimeout)
	d.positive("cluster.reconnect-interval", "How often to look for replicas that were lost.", "10s", &o.ReconnectInterval)
	d.positive("cluster.reconnect-timeout", "How long to look for a replica that was lost.", "6h", &o.ReconnectTimeout)
	d.app.Flag("cluster.replicate-alerts", "Pass alerts on to the other replicas, so that it is enough to post them to one.").
		Default("true").BoolVar(&o.ReplicateAlerts)
	d.app.Flag("cluster.compat", "Whose replicas to join: off (those of tocsin), alertmanager (those of Alertmanager, to take their places one by one; alerts have to be posted to all).").
		Default("off").EnumVar(&o.Compat, "off", "alertmanager")
	d.app.Flag("cluster.tls-config", "File with TLS for gossip: tls_server_config and tls_client_config.").StringVar(&o.TLSConfigFile)
	d.app.Flag("cluster.encryption-key-file", "File with keys that encrypt gossip, 16, 24 or 32 bytes as base64, one in each line; the first is used for sending. It is read again on reload.").
		StringVar(&o.EncryptionKeyFile)
	d.app.Flag("cluster.allow-insecure-public-advertise-address-discovery", "Allow a public IP as the address that is told to other replicas.").
		BoolVar(&o.AdvertisePublic)
	d.app.Flag("cluster.label", "Label of every message, so that clusters do not mix.").StringVar(&o.Label)
}

// check returns the first thing that is wrong with the durations and with the
// addresses of a cluster.
func (d *definer) check(c daemon.ClusterOptions) error {
	clustered := c.ListenAddress != ""
	for _, l := range d.limits {
		if *l.value <= 0 && (clustered || !l.clustered) {
			return fmt.Errorf("--%s: must be more than 0, is %s", l.flag, *l.value)
		}
	}
	if !clustered {
		return nil
	}
	if _, _, err := net.SplitHostPort(c.ListenAddress); err != nil {
		return fmt.Errorf("--cluster.listen-address: %w", err)
	}
	if c.AdvertiseAddress == "" {
		return nil
	}
	if _, _, err := net.SplitHostPort(c.AdvertiseAddress); err != nil {
		return fmt.Errorf("--cluster.advertise-address: %w", err)
	}
	return nil
}
