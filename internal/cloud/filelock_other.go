//go:build !linux

package cloud

import "golang.org/x/sys/unix"

// setLock sets a POSIX record lock, which belongs to the process: only Linux has those of an open file.
const setLock = unix.F_SETLK
