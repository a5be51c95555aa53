package main

// capacity is what one core or one GiB is good for, as a measured cost says.
type capacity struct {
	key   string  // of the row with the cost of one
	label string  // what there can be so many of
	have  float64 // what there is to be spent, in the unit of the row
	unit  unit
}

// capacities speak of the alerts of the crowd, about 0.8 kB of JSON each.
func capacities() []capacity {
	const core, gib = 1e6, 1 << 30 // microseconds in a second, bytes
	return []capacity{
		{"ingest.new.cpu", "a core: new alerts", core, perSecond},
		{"groups.new.cpu", "a core: new alerts, one group each", core, perSecond},
		{"ingest.repeated.cpu", "a core: repeated alerts", core, perSecond},
		{"flush.cpu", "a core: notifications by webhook", core, perSecond},
		{"memory-grouped.resident", "a GiB: alerts held, grouped", gib, count},
		{"memory-alone.resident", "a GiB: alerts held, one group each", gib, count},
	}
}

// capacities says what was measured, for tocsin and the peer; only a head if it was
// nothing of that.
func (p report) capacities() grid {
	g := grid{{"", nameTocsin, namePeer}}
	for _, c := range capacities() {
		for _, row := range p.Rows {
			if row.Key == c.key && len(row.Values) > 0 {
				g = append(g, []string{c.label, c.of(row.Values[nameTocsin]), c.of(row.Values[namePeer])})
			}
		}
	}
	return g
}

// of writes how many there can be at a cost.
func (c capacity) of(cost reportValue) string {
	if cost.Median <= 0 {
		return ""
	}
	return c.unit.format(c.have / cost.Median)
}
