// Package timeinterval knows "weekdays nine to five" as a value that says which
// instants it contains. Routes use named intervals to be quiet or to be active.
package timeinterval
