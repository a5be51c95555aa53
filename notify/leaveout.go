package notify

// Omission is why an integration does not tell an alert, on purpose.
type Omission string

const (
	// OmittedLoop is an alert that comes back to where it has been.
	OmittedLoop Omission = "loop"
	// OmittedHops is an alert that has been handed on too often.
	OmittedHops Omission = "hops"
)

// LeaveOut records that so many alerts of the notification are not told on
// purpose, and why. They are counted if Send succeeds.
func (n *Notification) LeaveOut(why Omission, alerts int) {
	if n.leftOut == nil {
		n.leftOut = make(map[Omission]int)
	}
	n.leftOut[why] += alerts
}

// LeftOut returns how many alerts were left out, and why. The map belongs to the
// notification.
func (n *Notification) LeftOut() map[Omission]int { return n.leftOut }

// prepareOmissions creates the series of every reason there is.
func (m *Metrics) prepareOmissions() {
	for _, why := range []Omission{OmittedLoop, OmittedHops} {
		m.omitted.WithLabelValues(string(why))
	}
}

// omissions counts the alerts that were left out of a notification.
func (m *Metrics) omissions(n *Notification) {
	for why, alerts := range n.LeftOut() {
		m.omitted.WithLabelValues(string(why)).Add(float64(alerts))
	}
}
