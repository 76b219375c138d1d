package stestr

import "syscall"

// childAttributes keep the terminal's signals from reaching the child twice, and end it when its supervisor is killed.
func childAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}

// guardAttributes keep what ends the worker and its children from the guard.
func guardAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
