package main

import "syscall"

// dieWithParent ends a child when this program is killed and cannot do it itself.
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
