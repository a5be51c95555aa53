// Package inhibit keeps alerts quiet while others fire: "not this while that".
//
// A rule has a source side, a target side and labels that must be equal. A
// target alert is quiet while some alert that matches the source side fires and
// has the same values; a label that is missing has the empty value. An alert
// that matches both sides is not kept quiet by alerts that match both as well,
// and so never by itself.
//
// An Inhibitor knows every source that fires, however many share their values,
// and it looks at what is new in the store before it answers: it is never
// behind an alert that has been acknowledged.
package inhibit
