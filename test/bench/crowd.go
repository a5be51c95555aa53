package main

import (
	"fmt"
	"strconv"
	"time"
)

// crowd is a population of alerts as a cluster of machines would send them: about
// 0.8 kB of JSON for each, where most labels have few values and one, id, is
// different for every alert. Alert i is the same each time but for its end.
type crowd struct {
	starts time.Time
	ends   time.Time
	teams  int    // how many values the label team has; 0 means 10
	more   string // further labels as JSON, with a comma before each, such as `,"a":"b"`
}

// Sizes of the crowd's other labels.
const (
	alertNames = 50
	namespaces = 20
	services   = 200
	clusters   = 4
	ruleNames  = 100
	perShard   = 10
)

// newCrowd returns alerts that fire from now for hours.
func newCrowd() crowd {
	now := time.Now()
	return crowd{starts: now, ends: now.Add(4 * time.Hour), teams: 10}
}

// later returns the same alerts with an end that is later by d.
func (c crowd) later(d time.Duration) crowd {
	c.ends = c.ends.Add(d)
	return c
}

// batch appends the alerts first to first+n-1 as the body of a POST.
func (c crowd) batch(to []byte, first, n int) []byte {
	to = append(to, '[')
	for i := range n {
		if i > 0 {
			to = append(to, ',')
		}
		to = c.alert(to, first+i)
	}
	return append(to, ']')
}

// alert appends alert i. It is written by hand so that the load costs the machine
// less than what it measures.
func (c crowd) alert(to []byte, i int) []byte {
	service, severity := i%services, "warning"
	if i%2 == 0 {
		severity = "critical"
	}
	to = fmt.Appendf(to, `{"labels":{"alertname":"HighErrorRate%d","cluster":"cluster-%d","id":"%d",`+
		`"instance":"10.%d.%d.%d:9100","job":"kubernetes-pods","namespace":"namespace-%d","pod":"svc-%d-7d9f8b6c5-%06d",`+
		`"rule":"rule-%d","service":"svc-%d","severity":"%s","shard":"%d","team":"team-%d"`,
		i%alertNames, i/services%clusters, i, i>>16&255, i>>8&255, i&255, i%namespaces, service, i,
		i/2%ruleNames, service, severity, i/perShard, i%max(c.teams, 1))
	to = append(to, c.more...)
	to = fmt.Appendf(to, `},"annotations":{"description":"The service svc-%d answers more than five percent of its requests with an error, `+
		`measured over ten minutes on this pod; users see pages that do not load.","runbook_url":"https://runbooks.example.com/svc-%d/errors",`+
		`"summary":"Many errors from svc-%d"},"startsAt":"`, service, service, service)
	to = c.starts.UTC().AppendFormat(to, time.RFC3339Nano)
	to = append(to, `","endsAt":"`...)
	to = c.ends.UTC().AppendFormat(to, time.RFC3339Nano)
	to = append(to, `","generatorURL":"http://prometheus.example.com:9090/graph?g0.expr=rate%28errors_total%7Bservice%3D%22svc-`...)
	to = strconv.AppendInt(to, int64(service), 10)
	return append(to, `%22%7D%5B10m%5D%29+%3E+0.05&g0.tab=1"}`...)
}
