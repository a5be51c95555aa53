package sim

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/explain"
)

// I9 is proved after calm times, when nothing is under way any more: whatever the
// receivers have done, a replica holds what its alerts and silences need, and no more
// than that. What was normal was measured, and the bounds are some factor above. That
// no goroutine outlives the replicas is what the bubble sees to: it does not end
// before.

// peerTime is how long a replica waits for each one that comes before it.
const peerTime = 15 * time.Second

// bounds are the most that a gauge of a replica may show.
var bounds = map[string]float64{
	// A record or two that are just being told to others.
	"alertmanager_cluster_messages_queued": 8,
	"tocsin_cluster_stream_queue_bytes":    1 << 10,
	"tocsin_cluster_inbox_bytes":           1 << 10,
	"tocsin_cluster_incoming_streams":      longest,
	// What is on its way at most waits for the turn of the last one.
	"tocsin_oldest_undelivered_seconds": ((longest-1)*peerTime + prompt).Seconds(),
	// Those of two routes; how many it may be of silences follows from the script.
	"alertmanager_dispatcher_aggregation_groups": alertCount/hostCount + 1,
	"alertmanager_silences_state_size":           100,
	"alertmanager_cluster_failed_peers":          0,
}

const (
	mostDisk       = 96 << 10 // bytes of a replica; the most that was seen is 41 kB
	mostGoroutines = 50       // of a replica; the most that was seen is 38 beside those of the fleet
	ofFleet        = 15       // goroutines of the receivers and of the script
)

// bounded says that no replica holds more than it may.
func bounded(h *history) (wrong []string) {
	for _, l := range h.looks {
		for _, name := range slices.Sorted(maps.Keys(bounds)) {
			got, known := l.load.gauges[name]
			if most := bounds[name]; !known || got > most {
				wrong = append(wrong, fmt.Sprintf("I9: replica %d has %s %g at %s (%t), want %g at most", l.replica, name, got, l.at, known, most))
			}
		}
		if l.load.disk <= 0 || l.load.disk > mostDisk {
			wrong = append(wrong, fmt.Sprintf("I9: replica %d has %d bytes in files at %s", l.replica, l.load.disk, l.at))
		}
		if known := l.load.gauges["alertmanager_silences_state_size"]; known > float64(len(h.silences)) {
			wrong = append(wrong, fmt.Sprintf("I9: replica %d has %g silences at %s, and %d were made", l.replica, known, l.at, len(h.silences)))
		}
	}
	return wrong
}

// crowded says that there are not more goroutines than that many for each replica.
func crowded(h *history) (wrong []string) {
	for _, c := range h.crowds {
		if c.goroutines == 0 || c.goroutines > ofFleet+c.living*mostGoroutines {
			wrong = append(wrong, fmt.Sprintf("I9: %d goroutines for %d replicas at %s", c.goroutines, c.living, c.at))
		}
	}
	return wrong
}

// remembered says that a replica has stored no alert or silence twice, and for each
// group and receiver one notification at most.
func remembered(h *history) (wrong []string) {
	audiences := make(map[string]bool)
	names := h.alerts(endless)
	for _, name := range names {
		for _, r := range receiversOf(name) {
			audiences[name[:2]+r] = true
		}
	}
	for _, l := range h.loaded {
		if l.alerts > len(names) || l.silences > len(h.silences) || l.notifications > len(audiences) {
			wrong = append(wrong, fmt.Sprintf("I9: replica %d has stored %d of %d alerts, %d of %d silences, %d of %d notifications",
				l.replica, l.alerts, len(names), l.silences, len(h.silences), l.notifications, len(audiences)))
		}
	}
	return wrong
}

// forgotten says that in the end, when all is over and everybody knows, nothing is left
// of the alerts: none is in a group or on its way, nothing is owed of it, and where
// replicas are tidy none is known or stored.
func forgotten(h *history) (wrong []string) {
	if len(h.looks) == 0 {
		return nil
	}
	end := h.looks[len(h.looks)-1].at
	for _, s := range h.standings() {
		if p, _ := h.lastPost(s.alert, s.at); s.at < end || p.fires {
			continue
		}
		owed := s.Told != nil && s.Told.Alert == explain.Firing && !h.toldApart(s)
		if s.group.Member || s.Delivery != nil || owed {
			wrong = append(wrong, fmt.Sprintf("I9: replica %d has left of %s for %s in the end: %+v", s.replica, s.alert, s.group.Receiver, s.Integration))
		}
		if h.script.patient && s.answer.Alert.State != explain.Imagined {
			wrong = append(wrong, fmt.Sprintf("I9: replica %d knows %s in the end", s.replica, s.alert))
		}
	}
	for _, l := range h.loaded {
		if l.last && h.script.patient && l.alerts > 0 {
			wrong = append(wrong, fmt.Sprintf("I9: replica %d has stored %d alerts in the end", l.replica, l.alerts))
		}
	}
	return wrong
}
