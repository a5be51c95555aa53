// Package compare plays the same timelines against tocsin and against the
// Alertmanager that Debian ships (0.25), both as real processes, and compares
// what their webhooks and their answers say.
//
// A timeline is data: a configuration and steps with offsets (timelines_*_test.go).
// Every difference that is left stands in a table with its reason
// (explained_*_test.go): a row of docs/differences.md, or what has changed between
// Alertmanager 0.25 and 0.34, which tocsin follows. A difference without a reason
// fails the test, and so does a reason without a difference.
//
// The timelines run on the clock on the wall, some minute of work in parallel, so
// they are played only with TOCSIN_COMPARE=1; make compare sets it. Without
// Debian's package prometheus-alertmanager they are skipped, unless
// TOCSIN_COMPARE_REQUIRED=1 is set: then they fail.
package compare
