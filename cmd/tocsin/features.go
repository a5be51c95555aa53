package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/KimMachineGun/automemlimit/memlimit"
	"github.com/go-kit/log"
	"github.com/go-kit/log/level"

	"github.com/tocsin-alerting/tocsin/alert"
	"github.com/tocsin-alerting/tocsin/internal/daemon"
)

const (
	classicMode     = "classic-mode"
	utf8Mode        = "utf8-strict-mode"
	autoMemoryMax   = "auto-gomemlimit"
	alertMetrics    = "alert-names-in-metrics"
	receiverMetrics = "receiver-name-in-metrics"
	groupMetrics    = "group-key-in-metrics"
	eventRecorder   = "event-recorder"
)

func featureNames() []string {
	return []string{classicMode, utf8Mode, autoMemoryMax, alertMetrics, receiverMetrics, groupMetrics, eventRecorder}
}

// enable switches features on.
func (f *flags) enable() error {
	for name := range strings.SplitSeq(f.features, ",") {
		switch name = strings.TrimSpace(name); {
		case name == "":
			continue
		case !slices.Contains(featureNames(), name):
			return fmt.Errorf("--enable-feature: unknown feature %q, there are %s", name, strings.Join(featureNames(), ", "))
		}
		f.enabled = append(f.enabled, name)
	}
	slices.Sort(f.enabled)
	f.enabled = slices.Compact(f.enabled)
	has := func(name string) bool { return slices.Contains(f.enabled, name) }
	f.daemon.Metrics = daemon.MetricsOptions{
		AlertNames: has(alertMetrics),
		Receivers:  has(receiverMetrics),
		GroupKeys:  has(groupMetrics),
	}
	f.daemon.EventRecorder = has(eventRecorder)
	classic, utf8 := has(classicMode), has(utf8Mode)
	switch {
	case classic && utf8:
		return errors.New("--enable-feature: classic-mode and utf8-strict-mode exclude each other")
	case classic:
		f.daemon.Syntax = alert.SyntaxClassic
	case utf8:
		f.daemon.Syntax = alert.SyntaxUTF8
	}
	return nil
}

// applyFeatures warns of every feature that is enabled, since they may change
// or go away, and does what concerns the process as a whole.
func (f *flags) applyFeatures(logger log.Logger) {
	for _, name := range f.enabled {
		_ = level.Warn(logger).Log("msg", "Experimental feature enabled", "feature", name)
	}
	if slices.Contains(f.enabled, autoMemoryMax) {
		limitMemory(logger, f.memoryRatio)
	}
}

// limitMemory lets the Go runtime keep to a part of the memory that the
// container has, or else the machine. The environment variable GOMEMLIMIT wins.
func limitMemory(logger log.Logger, ratio float64) {
	bytes, err := memlimit.Set(
		memlimit.WithRatio(ratio),
		memlimit.WithProvider(memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)),
	)
	if err != nil {
		_ = level.Warn(logger).Log("msg", "The memory limit of the Go runtime could not be set", "err", err)
		return
	}
	_ = level.Info(logger).Log("msg", "Memory limit of the Go runtime", "bytes", bytes)
}
