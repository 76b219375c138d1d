package cloud

import "golang.org/x/sys/unix"

// setLock sets a POSIX record lock that belongs to the open file, not to the process: it keeps out other processes' ordinary
// POSIX locks, as oslo.concurrency takes them, and another goroutine's as well.
const setLock = unix.F_OFD_SETLK
