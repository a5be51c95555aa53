//go:build !linux

package main

import "syscall"

// dieWithParent changes nothing where there is no /proc to measure with either.
func dieWithParent() *syscall.SysProcAttr { return nil }
