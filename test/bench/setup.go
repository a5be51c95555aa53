package main

import (
	"fmt"
	"strings"
	"time"
)

// setup is what a configuration is generated from.
type setup struct {
	groupBy  []string      // of the root; none: one group
	wait     time.Duration // group_wait of the root
	interval time.Duration // group_interval of the root; 0: none is due while it is measured
	webhook  string        // where notifications go
	teams    int           // how many routes there are below the root, one for each team
	rules    int           // how many inhibit rules
	probe    bool          // whether there is a route that speaks of alerts with probe="yes" at once
	resolved bool          // whether to send resolved notifications
}

// never is longer than anything is measured.
const never = time.Hour

// grouped is how alerts are usually grouped: about 800 groups.
func grouped() []string { return []string{"alertname", "cluster", "service"} }

// alone makes one group for each alert.
func alone() []string { return []string{"id"} }

// yaml returns the configuration.
func (s setup) yaml() string {
	var b strings.Builder
	interval := s.interval
	if interval == 0 {
		interval = never
	}
	fmt.Fprintf(&b, "route:\n  receiver: sink\n  group_by: [%s]\n  group_wait: %s\n  group_interval: %s\n  repeat_interval: 24h\n",
		strings.Join(s.groupBy, ", "), s.wait, interval)
	s.writeRoutes(&b)
	s.writeRules(&b)
	fmt.Fprintf(&b, "receivers:\n- name: sink\n  webhook_configs:\n  - url: %q\n    send_resolved: %t\n", s.webhook, s.resolved)
	return b.String()
}

func (s setup) writeRoutes(b *strings.Builder) {
	if s.teams > 0 || s.probe {
		b.WriteString("  routes:\n")
	}
	if s.probe {
		b.WriteString("  - matchers: ['probe=\"yes\"']\n    group_by: [id]\n    group_wait: 0s\n")
	}
	for i := range s.teams {
		fmt.Fprintf(b, "  - matchers: ['team=\"team-%d\"']\n", i)
	}
}

func (s setup) writeRules(b *strings.Builder) {
	if s.rules > 0 {
		b.WriteString("inhibit_rules:\n")
	}
	for i := range s.rules {
		fmt.Fprintf(b, "- source_matchers: ['severity=\"critical\"', 'rule=\"rule-%d\"']\n"+
			"  target_matchers: ['severity=\"warning\"', 'rule=\"rule-%d\"']\n  equal: [cluster]\n", i, i)
	}
}
