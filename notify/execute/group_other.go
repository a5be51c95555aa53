//go:build !unix

package execute

import "os/exec"

// ownGroup does nothing: there are no process groups. Only the program itself
// is killed.
func ownGroup(*exec.Cmd) {}
