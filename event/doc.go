// Package event writes down what happens, for whoever wants to look at it later
// or elsewhere: alerts that come, are grouped and resolve, notifications, silences.
//
// A Recorder takes an Event from anywhere without waiting, and one goroutine hands
// it on as a line of JSON to files, webhooks, Kafka and standard output. Events are
// a by-product: they are dropped, and counted, rather than hold up an alert.
package event
