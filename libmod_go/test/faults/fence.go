package faults

import (
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/GeertJohan/aerospike-mod-go/udf"
)

func init() {
	udf.Register("allowed", Allowed)
	udf.Register("refused", Refused)
}

// Allowed does what a fenced module may: know time zones and processors, have many threads, throw output away.
func Allowed() error {
	if _, err := time.LoadLocation("Europe/Amsterdam"); err != nil {
		return err
	}
	if _, err := os.ReadFile("/proc/self/maps"); err != nil {
		return err
	}
	if _, err := os.Hostname(); err != nil {
		return err
	}
	if _, err := rand.Read(make([]byte, 8)); err != nil {
		return err
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return err
	}
	if _, err := null.Write([]byte("gone")); err != nil {
		return err
	}
	keepThreadsBusy(20)
	runtime.GC()
	return null.Close()
}

// keepThreadsBusy has Go start that many threads and preempt them, which it does by signals.
func keepThreadsBusy(threads int) {
	var all sync.WaitGroup
	for range threads {
		all.Add(1)
		go func() {
			defer all.Done()
			runtime.LockOSThread()
			for start := time.Now(); time.Since(start) < 5*time.Millisecond; {
			}
		}()
	}
	all.Wait()
}

// Refused tries, in Go's words, what a fenced module may not, and says what it could.
func Refused(folder string) []string {
	done := []string{}
	_, read := os.ReadFile("/etc/passwd")
	_, listed := os.ReadDir(folder)
	_, connected := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	for name, err := range map[string]error{
		"wrote":   os.WriteFile(filepath.Join(folder, "written"), nil, 0o600),
		"made":    os.Mkdir(filepath.Join(folder, "made"), 0o700),
		"ran":     exec.Command("/bin/true").Run(),
		"changed": os.Chmod(folder, 0o755),
		"removed": os.RemoveAll(folder),
		"read":    read,
		"listed":  listed,
		"socket":  connected,
	} {
		if err == nil {
			done = append(done, fmt.Sprint(name, " ", folder))
		}
	}
	return done
}
