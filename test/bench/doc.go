// Bench drives tocsin and an Alertmanager with the same load, side by side on one
// machine, and prints what each of them took: time, processor and memory, with the
// ratios and whether the goals of the project are met. It needs Linux, because it
// reads /proc.
//
// A run is one scenario with one program: a fresh process with a fresh directory and
// a generated configuration, listening on loopback. Runs of the programs alternate,
// and what is shown is the median of all runs and how far they lay apart. On a
// machine that has other work, only the ratios mean anything.
//
// Scenarios of ingest also run with a floor: a bare server that decodes with
// encoding/json what it is sent and drops it, and one that stores it too. It is this
// program itself, started with the word floor.
//
// With -growth it measures tocsin alone, at one size after the other, fits the
// exponent of each cost by least squares, and says whether the cost grows no faster
// than it may and why. It counts processor time and not time, so that other work on
// the machine disturbs it little.
package main
