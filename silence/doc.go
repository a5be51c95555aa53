// Package silence keeps people's "not now": which alerts are to be quiet, from
// when, until when, and who said so.
//
// A silence is pending, then active, then expired; expired ones are kept for
// the retention so that they can be looked up. It holds for its start but no
// longer for its end: an end set to now is over now. Because what a silence has
// muted must stay explainable, only what does not change its meaning is changed
// in place; any other update expires the silence and begins a new one.
//
// A change is durable before anyone sees it. Matching is indexed: it costs what
// the silences that match an alert cost, not what all silences cost.
package silence
