//go:build unix

package execute

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// ownGroup puts a program into a process group of its own, so that it can be
// killed together with what it has started.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
}
