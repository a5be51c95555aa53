// Package api is the way in over HTTP: it takes alerts and silences, shows what
// the daemon knows, and answers for its health.
//
// The paths under /api/v2 keep the contract that clients of Alertmanager rely
// on, down to the shape of an error; openapi.yaml describes them, and what tocsin
// adds under /api/tocsin/v1. Handlers are
// plain functions that return an error, and errors.go is the catalogue of what
// an error looks like on the wire. Alerts are decoded straight from the request
// body without reflection, and answers are streamed: neither costs memory in
// proportion to what JSON adds to an alert.
//
// The package knows nobody by name. What it needs of the rest of the daemon
// stands in needs.go as small interfaces with their contracts.
package api
