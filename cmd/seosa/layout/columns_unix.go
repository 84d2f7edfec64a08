//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package layout

import (
	"os"
	"syscall"
	"unsafe"
)

// columns asks the terminal how wide it is; 0 if it does not say.
func columns(f *os.File) int {
	var size struct{ rows, columns, x, y uint16 }
	_, _, failed := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), syscall.TIOCGWINSZ, uintptr(unsafe.Pointer(&size)))
	if failed != 0 {
		return 0
	}
	return int(size.columns)
}
