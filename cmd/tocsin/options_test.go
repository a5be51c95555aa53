package main

import (
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-kit/log"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/tocsin-alerting/tocsin/internal/daemon"
)

// parsed returns what a good command line means.
func parsed(t *testing.T, args ...string) *flags {
	t.Helper()
	f, done, err := parseFlags(args, io.Discard, io.Discard)
	if err != nil || done {
		t.Fatalf("%q: done %t, error %v", args, done, err)
	}
	return f
}

// TestServerFlags wants each flag to change what it is for, and nothing else.
func TestServerFlags(t *testing.T) {
	for args, want := range map[string]func(o *daemon.Options){
		"--alerts.per-alertname-limit=9":         func(o *daemon.Options) { o.AlertsPerNameLimit = 9 },
		"--dispatch.maintenance-interval=1s":     func(*daemon.Options) {},
		"--web.systemd-socket":                   func(o *daemon.Options) { o.SystemdSocket = true },
		"--no-web.systemd-socket":                func(*daemon.Options) {},
		"--config.strict-templates":              func(o *daemon.Options) { o.StrictTemplates = true },
		"--config.expand-secrets":                func(o *daemon.Options) { o.ExpandSecrets = true },
		"--notify.enable-exec":                   func(o *daemon.Options) { o.EnableExec = true },
		"--web.enable-admin-api":                 func(o *daemon.Options) { o.EnableAdminAPI = true },
		"--web.config.file=web.yml":              func(o *daemon.Options) { o.WebConfigFile = "web.yml" },
		"--web.max-request-body-bytes=1":         func(o *daemon.Options) { o.MaxBodyBytes = 1 },
		"--web.timeout=-1s":                      func(o *daemon.Options) { o.WebTimeout = -time.Second },
		"--cluster.listen-address=:1":            func(o *daemon.Options) { o.Cluster.ListenAddress = ":1" },
		"--cluster.listen-address=":              func(o *daemon.Options) { o.Cluster.ListenAddress = "" },
		"--cluster.advertise-address=10.0.0.1:9": func(o *daemon.Options) { o.Cluster.AdvertiseAddress = "10.0.0.1:9" },
		"--cluster.peer-name=a":                  func(o *daemon.Options) { o.Cluster.PeerName = "a" },
		"--cluster.peer=a:1 --cluster.peer=b:2":  func(o *daemon.Options) { o.Cluster.Peers = []string{"a:1", "b:2"} },
		"--cluster.peer-timeout=1d":              func(o *daemon.Options) { o.Cluster.PeerTimeout = 24 * time.Hour },
		"--cluster.peers-resolve-timeout=1s":     func(o *daemon.Options) { o.Cluster.PeersResolveTimeout = time.Second },
		"--cluster.gossip-interval=1s":           func(o *daemon.Options) { o.Cluster.GossipInterval = time.Second },
		"--cluster.pushpull-interval=1s":         func(o *daemon.Options) { o.Cluster.PushPullInterval = time.Second },
		"--cluster.tcp-timeout=1s":               func(o *daemon.Options) { o.Cluster.TCPTimeout = time.Second },
		"--cluster.probe-timeout=1s":             func(o *daemon.Options) { o.Cluster.ProbeTimeout = time.Second },
		"--cluster.probe-interval=2s":            func(o *daemon.Options) { o.Cluster.ProbeInterval = 2 * time.Second },
		"--cluster.settle-timeout=-1s":           func(o *daemon.Options) { o.Cluster.SettleTimeout = -time.Second },
		"--cluster.reconnect-interval=1s":        func(o *daemon.Options) { o.Cluster.ReconnectInterval = time.Second },
		"--cluster.reconnect-timeout=1s":         func(o *daemon.Options) { o.Cluster.ReconnectTimeout = time.Second },
		"--no-cluster.replicate-alerts":          func(o *daemon.Options) { o.Cluster.ReplicateAlerts = false },
		"--cluster.compat=alertmanager":          func(o *daemon.Options) { o.Cluster.Compat = "alertmanager" },
		"--cluster.tls-config=tls.yml":           func(o *daemon.Options) { o.Cluster.TLSConfigFile = "tls.yml" },
		"--cluster.encryption-key-file=keys":     func(o *daemon.Options) { o.Cluster.EncryptionKeyFile = "keys" },
		"--cluster.label=x":                      func(o *daemon.Options) { o.Cluster.Label = "x" },
		"--auto-gomemlimit.ratio=1":              func(*daemon.Options) {},
		"--cluster.probe-timeout=0s --cluster.peer-timeout=-1s --cluster.listen-address=": func(o *daemon.Options) {
			o.Cluster.ListenAddress, o.Cluster.ProbeTimeout, o.Cluster.PeerTimeout = "", 0, -time.Second
		},
		"--cluster.allow-insecure-public-advertise-address-discovery": func(o *daemon.Options) { o.Cluster.AdvertisePublic = true },
	} {
		t.Run(args, func(t *testing.T) {
			if strings.Contains(args, "systemd") && runtime.GOOS != "linux" {
				t.Skip("systemd runs on Linux")
			}
			expected := parsed(t).daemon
			want(&expected)
			got := parsed(t, strings.Fields(args)...).daemon
			if diff := cmp.Diff(expected, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestRepeatedFlags wants the last of a flag with one value to count, and all of
// one with several.
func TestRepeatedFlags(t *testing.T) {
	f := parsed(t, "--log.level=nonsense", "--web.listen-address", ":1", "--config.file", "a=b.yml", "--log.silences", "--config.file=@b c.yml",
		"--no-log.silences", "--web.listen-address=:2", "--data.retention=0s", "--log.level=debug", "--data.retention=1h", "--web.listen-address=:1")
	if f.logLevel != "debug" || f.configFile != "@b c.yml" || f.daemon.LogSilences || f.daemon.Retention != time.Hour {
		t.Errorf("level %s, file %q, silences %t, retention %s", f.logLevel, f.configFile, f.daemon.LogSilences, f.daemon.Retention)
	}
	if diff := cmp.Diff([]string{":1", ":2", ":1"}, f.daemon.ListenAddresses); diff != "" {
		t.Errorf("addresses (-want +got):\n%s", diff)
	}
	if f := parsed(t, "--no-log.silences", "--log.silences"); !f.daemon.LogSilences {
		t.Error("--log.silences after --no-log.silences does not count")
	}
}

// TestRefusedFlags wants one line on standard error that says what is wrong.
func TestRefusedFlags(t *testing.T) {
	cases := map[string]string{
		"--config.file=":                               "--config.file: must not be empty",
		"--dispatch.maintenance-interval=0s":           "--dispatch.maintenance-interval: must be more than 0",
		"--web.max-request-body-bytes=0":               "--web.max-request-body-bytes: must be more than 0",
		"--web.max-request-body-bytes=64MB":            "64MB",
		"--alerts.per-alertname-limit=x":               "x",
		"--auto-gomemlimit.ratio=0":                    "--auto-gomemlimit.ratio: must be more than 0 and at most 1, is 0",
		"--auto-gomemlimit.ratio=1.1":                  "is 1.1",
		"--auto-gomemlimit.ratio=NaN":                  "is NaN",
		"--cluster.listen-address=nowhere":             "--cluster.listen-address",
		"--cluster.advertise-address=10.0.0.1":         "--cluster.advertise-address",
		"--cluster.compat=nonsense":                    "must be one of off,alertmanager",
		"--log.silences=true":                          "true",
		"--no-log.level":                               "log.level",
		"--enable-feature=auto-gomaxprocs":             `unknown feature "auto-gomaxprocs"`,
		"--log.level=info --log.level=debug start":     "start",
		"--log.level=info --log.level=debug --unknown": "--unknown",
	}
	for _, name := range []string{
		"peer-timeout", "peers-resolve-timeout", "gossip-interval", "pushpull-interval", "tcp-timeout",
		"probe-timeout", "probe-interval", "reconnect-interval", "reconnect-timeout",
	} {
		cases["--cluster."+name+"=0s"] = "--cluster." + name + ": must be more than 0"
	}
	for args, want := range cases {
		t.Run(args, func(t *testing.T) {
			var stdout, stderr strings.Builder
			if code := run(strings.Fields(args), &stdout, &stderr); code != 1 {
				t.Errorf("exit code %d, want 1", code)
			}
			text := stderr.String()
			if !strings.HasPrefix(text, "tocsin: error: ") || !strings.Contains(text, want) || !strings.HasSuffix(text, ", try --help\n") {
				t.Errorf("standard error %q, want one line with %q", text, want)
			}
			if stdout.Len() > 0 {
				t.Errorf("standard output %q", &stdout)
			}
		})
	}
}

// TestVersionText wants what tools that look for versions of Prometheus programs
// look for.
func TestVersionText(t *testing.T) {
	var stdout strings.Builder
	if code := run([]string{"--version"}, &stdout, io.Discard); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	rest := stdout.String()
	for _, want := range []string{"tocsin, version ", " (branch: ", ", revision: ", ")\n", "build user:", "build date:", "go version:", "platform:", "tags:"} {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("%q has no %q in its place", &stdout, want)
		}
		rest = after
	}
}

// warned returns the lines that a command line's features log.
func warned(t *testing.T, features string) []string {
	t.Helper()
	var out strings.Builder
	parsed(t, "--enable-feature="+features).applyFeatures(log.NewLogfmtLogger(&out))
	return slices.Collect(strings.Lines(out.String()))
}

func TestFeaturesWarn(t *testing.T) {
	for _, name := range featureNames() {
		if name == autoMemoryMax {
			continue
		}
		lines := warned(t, name+", ,"+name)
		if len(lines) != 1 || !strings.Contains(lines[0], "level=warn") || !strings.Contains(lines[0], "feature="+name) {
			t.Errorf("%s: %q, want one warning", name, lines)
			continue
		}
		if on := parsed(t, "--enable-feature="+name).daemon.EventRecorder; on != (name == eventRecorder) {
			t.Errorf("%s: the event recorder is on: %t", name, on)
		}
	}
	if lines := warned(t, "receiver-name-in-metrics,classic-mode,group-key-in-metrics"); len(lines) != 3 {
		t.Errorf("three features: %q", lines)
	}
}

func TestMetricsFeatures(t *testing.T) {
	for features, want := range map[string]daemon.MetricsOptions{
		"":                         {},
		"alert-names-in-metrics":   {AlertNames: true},
		"receiver-name-in-metrics": {Receivers: true},
		"group-key-in-metrics":     {GroupKeys: true},
		"group-key-in-metrics, alert-names-in-metrics": {AlertNames: true, GroupKeys: true},
	} {
		if got := parsed(t, "--enable-feature="+features).daemon.Metrics; got != want {
			t.Errorf("%s: %+v, want %+v", features, got, want)
		}
	}
}

// TestMemoryLimit changes a setting of the process and puts it back.
func TestMemoryLimit(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	t.Setenv("GOMEMLIMIT", "1GiB")
	warned(t, autoMemoryMax)
	if now := debug.SetMemoryLimit(-1); now != before {
		t.Errorf("limit %d although GOMEMLIMIT is set, want %d", now, before)
	}
	if err := os.Unsetenv("GOMEMLIMIT"); err != nil { // put back by Setenv
		t.Fatal(err)
	}
	debug.SetMemoryLimit(1 << 20)
	lines := warned(t, autoMemoryMax)
	if now := debug.SetMemoryLimit(-1); now <= 1<<20 {
		t.Errorf("limit %d, want one that was found out: %q", now, lines)
	}
}

// TestProfileBlocking changes a setting of the process and puts it back.
func TestProfileBlocking(t *testing.T) {
	t.Cleanup(func() {
		runtime.SetBlockProfileRate(0)
		runtime.SetMutexProfileFraction(0)
	})
	profileBlocking("")
	if rate := runtime.SetMutexProfileFraction(-1); rate != 0 {
		t.Errorf("rate %d without the setting, want 0", rate)
	}
	profileBlocking("1")
	if rate := runtime.SetMutexProfileFraction(-1); rate != 20 {
		t.Errorf("rate %d, want 20", rate)
	}
}
