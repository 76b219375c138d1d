//go:build unix && !linux

package stestr

import "syscall"

// childAttributes keep the terminal's signals from reaching the child twice.
func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// guardAttributes keep what ends the worker and its children from the guard.
func guardAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
