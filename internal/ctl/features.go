package ctl

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tocsin-alerting/tocsin/alert"
)

const (
	classicMode = "classic-mode"
	utf8Mode    = "utf8-strict-mode"
)

// featureNames are the features of the daemon, so that both can be given the same
// list. Here only the first two mean something.
func featureNames() []string {
	return []string{
		classicMode, utf8Mode, "auto-gomemlimit", "alert-names-in-metrics",
		"receiver-name-in-metrics", "group-key-in-metrics", "event-recorder",
	}
}

// enable switches features on.
func (t *tool) enable() error {
	has := make(map[string]bool)
	for name := range strings.SplitSeq(t.features, ",") {
		name = strings.TrimSpace(name)
		if name != "" && !slices.Contains(featureNames(), name) {
			return fmt.Errorf("--enable-feature: unknown feature %q, there are %s", name, strings.Join(featureNames(), ", "))
		}
		has[name] = true
	}
	switch {
	case has[classicMode] && has[utf8Mode]:
		return errors.New("--enable-feature: classic-mode and utf8-strict-mode exclude each other")
	case has[classicMode]:
		t.syntax = alert.SyntaxClassic
	case has[utf8Mode]:
		t.syntax = alert.SyntaxUTF8
	}
	return nil
}
