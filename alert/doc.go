// Package alert is the vocabulary of tocsin: what an alert is, what identifies
// it, when two reports of it are one, and how a matcher tests its labels. It
// does no I/O and knows no clock but the instants it is given.
package alert
