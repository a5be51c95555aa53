package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/daemon"
)

// defaults is what an empty command line means.
func defaults() *flags {
	return &flags{
		daemon: daemon.Options{
			StoragePath:         "data/",
			StorageSync:         "always",
			Retention:           120 * time.Hour,
			MaintenanceInterval: 15 * time.Minute,
			AlertsGCInterval:    30 * time.Minute,
			ListenAddresses:     []string{":9093"},
			MaxBodyBytes:        64 << 20,
			Cluster: daemon.ClusterOptions{
				ListenAddress:       "0.0.0.0:9094",
				Compat:              "off",
				ReplicateAlerts:     true,
				PeerTimeout:         15 * time.Second,
				PeersResolveTimeout: 15 * time.Second,
				GossipInterval:      200 * time.Millisecond,
				PushPullInterval:    time.Minute,
				TCPTimeout:          10 * time.Second,
				ProbeTimeout:        500 * time.Millisecond,
				ProbeInterval:       time.Second,
				SettleTimeout:       time.Minute,
				ReconnectInterval:   10 * time.Second,
				ReconnectTimeout:    6 * time.Hour,
			},
		},
		memoryRatio: 0.9,
		logLevel:    "info",
		logFormat:   "logfmt",
	}
}

func TestFlags(t *testing.T) {
	const day = 24 * time.Hour
	for _, tc := range []struct {
		args string
		want func(f *flags, o *daemon.Options)
	}{
		{"", func(*flags, *daemon.Options) {}},
		{"--config.file=a.yml", func(f *flags, _ *daemon.Options) { f.configFile = "a.yml" }},
		{"--storage.path /var/lib/tocsin", func(_ *flags, o *daemon.Options) { o.StoragePath = "/var/lib/tocsin" }},
		{"--data.retention=5d", func(_ *flags, o *daemon.Options) { o.Retention = 5 * day }},
		{"--data.retention=2w", func(_ *flags, o *daemon.Options) { o.Retention = 14 * day }},
		{"--data.retention=1d12h", func(_ *flags, o *daemon.Options) { o.Retention = 36 * time.Hour }},
		{"--data.retention=1h30m", func(_ *flags, o *daemon.Options) { o.Retention = 90 * time.Minute }},
		{"--data.retention=1.5h", func(_ *flags, o *daemon.Options) { o.Retention = 90 * time.Minute }},
		{"--data.retention=250us", func(_ *flags, o *daemon.Options) { o.Retention = 250 * time.Microsecond }},
		{"--data.maintenance-interval=1m", func(_ *flags, o *daemon.Options) { o.MaintenanceInterval = time.Minute }},
		{"--alerts.gc-interval=1d", func(_ *flags, o *daemon.Options) { o.AlertsGCInterval = day }},
		{"--dispatch.start-delay=90s", func(_ *flags, o *daemon.Options) { o.StartDelay = 90 * time.Second }},
		{"--silences.max-silences=7 --silences.max-silence-size-bytes=4096", func(_ *flags, o *daemon.Options) { o.MaxSilences, o.MaxSilenceBytes = 7, 4096 }},
		{"--log.silences", func(_ *flags, o *daemon.Options) { o.LogSilences = true }},
		{"--no-log.silences", func(*flags, *daemon.Options) {}},
		{"--web.listen-address=:1 --web.listen-address=[::1]:2", func(_ *flags, o *daemon.Options) { o.ListenAddresses = []string{":1", "[::1]:2"} }},
		{"--web.external-url=http://x/y --web.route-prefix=/z", func(_ *flags, o *daemon.Options) { o.ExternalURL, o.RoutePrefix = "http://x/y", "/z" }},
		{"--web.get-concurrency=3 --web.timeout=1w", func(_ *flags, o *daemon.Options) { o.GetConcurrency, o.WebTimeout = 3, 7*day }},
		{"--enable-feature=classic-mode", func(f *flags, o *daemon.Options) {
			f.features, f.enabled, o.Syntax = "classic-mode", []string{"classic-mode"}, alert.SyntaxClassic
		}},
		{"--enable-feature=,utf8-strict-mode,", func(f *flags, o *daemon.Options) {
			f.features, f.enabled, o.Syntax = ",utf8-strict-mode,", []string{"utf8-strict-mode"}, alert.SyntaxUTF8
		}},
		{"--log.level=WARN --log.format=JSON", func(f *flags, _ *daemon.Options) { f.logLevel, f.logFormat = "warn", "json" }},
	} {
		t.Run(tc.args, func(t *testing.T) {
			var stdout, stderr strings.Builder
			got, done, err := parseFlags(strings.Fields(tc.args), &stdout, &stderr)
			if err != nil || done {
				t.Fatalf("done %t, error %v", done, err)
			}
			want := defaults()
			tc.want(want, &want.daemon)
			ignored := cmpopts.IgnoreFields(daemon.Options{}, "Version")
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(flags{}), ignored); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if stdout.Len()+stderr.Len() > 0 {
				t.Errorf("printed %q and %q", &stdout, &stderr)
			}
		})
	}
}

// TestBadFlags wants one line on standard error that names what is wrong, and
// exit code 1.
func TestBadFlags(t *testing.T) {
	for args, want := range map[string]string{
		"--frobnicate":                                   "--frobnicate",
		"start":                                          "start",
		"--config.file":                                  "--config.file",
		"--data.retention=0s":                            "--data.retention",
		"--data.retention=-1h":                           "--data.retention",
		"--data.maintenance-interval=0s":                 "--data.maintenance-interval",
		"--alerts.gc-interval=0s":                        "--alerts.gc-interval",
		"--data.retention=soon":                          "soon",
		"--data.retention=5x":                            "5x",
		"--data.retention=":                              "duration",
		"--data.retention=5":                             "5",
		"--silences.max-silences=many":                   "many",
		"--log.level=loud":                               "--log.level",
		"--log.format=xml":                               "--log.format",
		"--enable-feature=time-travel":                   "time-travel",
		"--enable-feature=classic-mode,utf8-strict-mode": "exclude each other",
		"--enable-feature=utf8-strict-mode,classic-mode": "exclude each other",
	} {
		t.Run(args, func(t *testing.T) {
			var stdout, stderr strings.Builder
			if code := run(strings.Fields(args), &stdout, &stderr); code != 1 {
				t.Errorf("exit code %d, want 1", code)
			}
			text := stderr.String()
			if !strings.HasPrefix(text, "tocsin: error: ") || !strings.Contains(text, want) || strings.Count(text, "\n") != 1 {
				t.Errorf("standard error %q, want one line with %q", text, want)
			}
			if stdout.Len() > 0 {
				t.Errorf("standard output %q", &stdout)
			}
		})
	}
}

// TestAsked wants what was asked for on standard output, and exit code 0.
func TestAsked(t *testing.T) {
	for args, want := range map[string]string{
		"--help":    "--web.listen-address=:9093",
		"-h":        "--storage.path",
		"--version": "tocsin, version ",
		// What is wrong does not matter to somebody who asks for help.
		"--log.level=loud --help": "usage: tocsin",
	} {
		t.Run(args, func(t *testing.T) {
			var stdout, stderr strings.Builder
			if code := run(strings.Fields(args), &stdout, &stderr); code != 0 {
				t.Errorf("exit code %d, want 0", code)
			}
			if !strings.Contains(stdout.String(), want) {
				t.Errorf("standard output %q, want one with %q", &stdout, want)
			}
			if stderr.Len() > 0 {
				t.Errorf("standard error %q", &stderr)
			}
		})
	}
}
