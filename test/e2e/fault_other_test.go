//go:build !linux

package e2e_test

import "testing"

func smallDisk(t *testing.T) string {
	t.Helper()
	t.Skip("this test mounts file systems as Linux does")
	return ""
}

func readOnly(t *testing.T, _ string) { t.Skip("this test mounts file systems as Linux does") }

func fillDisk(t *testing.T, _ string) { t.Skip("this test mounts file systems as Linux does") }
