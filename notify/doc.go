// Package notify brings a group to its receivers.
//
// The notification log says what every integration was last told, a Flush says
// what is true now, and the difference is owed. A Pipeline works on that
// difference until there is none:
//
//	settle → inhibit → active time → mute time → silence ┬→ wait → dedup → retry → record
//	                                                     └→ (one branch per integration)
//
// The stages up to the fan-out are quick and look only at the flush. A branch
// is a delivery: at most one per group and integration, with its own clock. It
// holds no goroutine while it waits, and each retry starts from the newest
// state of the group, so that what is sent is never a stale copy.
package notify
