// Package ctl is the program tocsinctl: every command of amtool and some more,
// for a daemon that speaks API v2. Called by the name amtool it behaves as amtool
// does in the few places where the two differ.
//
// Each command has a file of its own. It is a struct with the values of its flags
// and a run method, and a function that defines it; app.go lists those functions.
package ctl
