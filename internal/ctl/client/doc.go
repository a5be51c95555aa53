// Package client speaks to API v2 of tocsin and of Alertmanager as a program on
// a command line does: one request at a time, answers of a bounded size, and
// errors that say what was asked, of whom, and what came back.
package client
