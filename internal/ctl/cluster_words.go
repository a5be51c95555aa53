package ctl

import (
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-alerting/tocsin/internal/ctl/client"
)

// clusterInWords says how the replicas do, in one sentence.
func clusterInWords(v client.ClusterView, now time.Time) string {
	if v.Status == client.ClusterDisabled {
		return "clustering is off"
	}
	n := alive(v.Peers)
	said := []string{fmt.Sprintf("%d of %s alive", n, count(len(v.Peers), "replica"))}
	var troubles []string
	for _, p := range v.Peers {
		if trouble := troubleOf(p, now); trouble != "" {
			troubles = append(troubles, trouble)
		}
	}
	if v.Status == client.ClusterSettling {
		troubles = append(troubles, v.Name+" is settling: it does not know yet what the others have told")
	}
	switch {
	case len(v.Peers) == 0:
		said[0] = "no replica is known yet"
	case n == len(v.Peers) && n == 1:
		said[0] = "1 replica, alive: it is alone"
	case n == len(v.Peers) && len(troubles) == 0:
		said[0] = count(n, "replica") + ", all alive and equal"
	case n == len(v.Peers):
		said[0] = count(n, "replica") + ", all alive"
	}
	return strings.Join(append(said, troubles...), "; ")
}

// alive counts the replicas that are.
func alive(peers []client.Replica) int {
	n := 0
	for _, p := range peers {
		if p.Health == client.Alive {
			n++
		}
	}
	return n
}

// troubleOf says what there is to know about a replica that does not do as it should;
// empty: nothing.
func troubleOf(p client.Replica, now time.Time) string {
	name := p.Name
	if name == "" {
		name = p.Address
	}
	switch {
	case p.Health == client.Failed && p.LastContact.IsZero():
		return name + " was never seen"
	case p.Health == client.Failed:
		return name + " has failed: not heard of for " + age(p.LastContact, now)
	case p.Health == client.Suspect:
		return name + " is suspect: not heard of for a while, or about to leave"
	case p.Health != client.Alive:
		return name + " is " + p.Health
	case p.Self || p.Equal:
		return ""
	case len(p.Unequal) > 0:
		return name + " " + stateInWords(p)
	}
	return name + ": " + stateInWords(p)
}

// stateInWords says whether a replica held the same as the one that was asked.
func stateInWords(p client.Replica) string {
	switch {
	case p.Equal:
		return "equal"
	case len(p.Unequal) > 0:
		return "differs: " + strings.Join(p.Unequal, ", ")
	case p.ComparedAt.IsZero():
		return "not compared"
	}
	return "being compared"
}

// age is how long ago something was; the clocks of two machines are never quite the
// same.
func age(at, now time.Time) string { return roughly(max(now.Sub(at), 0)) }

// lag is a number of seconds with about two digits; beyond a second the largest units.
func lag(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch size := max(d, -d); {
	case size < time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	case size < 10*time.Millisecond:
		return d.Round(100 * time.Microsecond).String()
	case size < time.Second:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(100 * time.Millisecond).String()
}

// byteCount is a number of bytes in a unit that people can read.
func byteCount(n int) string {
	const step = 1024
	if n < step {
		return fmt.Sprintf("%d B", n)
	}
	size, units := float64(n)/step, []string{"KiB", "MiB", "GiB"}
	for len(units) > 1 && size >= step {
		size, units = size/step, units[1:]
	}
	return fmt.Sprintf("%.1f %s", size, units[0])
}
