// Package explain is the vocabulary of explanations: what happens to one alert, and
// why. The API answers with an Answer, the command line reads one or makes its own
// from a configuration file. It decides nothing.
package explain
