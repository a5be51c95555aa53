package alert

import "sync/atomic"

// CountIn lets every later question to the matchers count in n. What matching costs
// can be counted by it and need not be timed, which is what it is for. Nobody may be
// asking them at the time of the call.
func (ms Matchers) CountIn(n *atomic.Int64) {
	for _, m := range ms {
		m.asked = n
	}
}
