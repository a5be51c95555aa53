// Package e2e tests the program as people run it: real processes of tocsin, of
// Prometheus, of Alertmanager and of amtool that talk to each other over real
// sockets.
//
// The others come from Debian's packages prometheus and prometheus-alertmanager.
// Where they are missing the tests that need them are skipped, unless
// TOCSIN_E2E_REQUIRED=1 is set: then they fail. One test kills tocsin 10 times, or
// 50 times if that is set, or TOCSIN_E2E_KILLS times. Tests of a full disk mount a
// small file system, which only root can do; others skip those.
//
// These are the only tests that wait for the clock on the wall. They wait for
// something to happen, with a deadline, and never just for a while.
package e2e
