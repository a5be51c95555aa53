//go:build race

package e2e_test

// buildFlags make the tested program as strict as the test.
func buildFlags() []string { return []string{"-race"} }
