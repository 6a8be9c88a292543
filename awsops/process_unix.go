//go:build unix

package awsops

import (
	"context"
	"os/exec"
	"syscall"
)

// shellCommand is a command for the shell, in a session of its own: it cannot reach the
// terminal, and is ended with all that it started there.
func shellCommand(ctx context.Context, command string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "sh", "-c", command)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd
}
