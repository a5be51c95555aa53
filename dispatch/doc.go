// Package dispatch sorts alerts into groups and lets each group speak on time.
//
// The routing tree says to which groups an alert belongs. A group holds its
// alerts and one timer; it has no goroutine. When the timer fires, the group
// waits in line for one of a few workers, which hands it to the notifier.
package dispatch
