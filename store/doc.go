// Package store is what tocsin remembers: the alerts, in memory by fingerprint,
// and tables that make records durable.
//
// The store says what is true. Whoever acts on it watches, and is told not what
// happened but what has changed and how it is now; nothing is lost by being slow.
package store
