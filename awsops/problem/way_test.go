package problem

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// An error is told by what it is: of this computer, of the way, or of AWS. Only what was
// sent may have been done.
func TestWhereAnErrorIsFrom(t *testing.T) {
	sent := func(err error) error {
		return &smithy.OperationError{ServiceID: "S3", OperationName: "PutObject", Err: &smithyhttp.RequestSendError{Err: &url.Error{Op: "Put", URL: "https://s3.example/", Err: err}}}
	}
	never := func(err error) error { return sent(&NeverSent{Err: err}) }
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	file := func(err error) error { return &fs.PathError{Op: "write", Path: "/x/run.jsonl", Err: err} }
	for name, test := range map[string]struct {
		err     error
		summary string
		lost    bool
	}{
		"a file that is not there":      {file(syscall.ENOENT), "A file cannot be used", false},
		"a file that is closed to one":  {fmt.Errorf("save: %w", file(syscall.EACCES)), "A file cannot be used", false},
		"a disk with a fault":           {file(syscall.EIO), "A file cannot be used", false},
		"a disk that hangs":             {file(os.ErrDeadlineExceeded), "A file cannot be used", false},
		"a file cut short":              {file(io.ErrUnexpectedEOF), "A file cannot be used", false},
		"a fault without a file":        {fmt.Errorf("lock: %w", syscall.EAGAIN), "It did not work", false},
		"a rename":                      {&os.LinkError{Op: "rename", Old: "a", New: "b", Err: syscall.EXDEV}, "A file cannot be used", false},
		"a program that is not there":   {&exec.Error{Name: "aws", Err: exec.ErrNotFound}, "A file cannot be used", false},
		"a full disk":                   {file(syscall.ENOSPC), "The disk is full", false},
		"a quota":                       {fmt.Errorf("crossgrant could not: %w", syscall.EDQUOT), "The disk is full", false},
		"a disk to read from":           {file(syscall.EROFS), "The disk cannot be written to", false},
		"too many files, for a socket":  {never(dial(os.NewSyscallError("socket", syscall.EMFILE))), "Too many files are open", false},
		"no way":                        {never(dial(os.NewSyscallError("connect", syscall.ENETUNREACH))), "AWS cannot be reached", false},
		"no way to the host":            {never(dial(os.NewSyscallError("connect", syscall.EHOSTUNREACH))), "AWS cannot be reached", false},
		"a slow dial":                   {never(dial(os.ErrDeadlineExceeded)), "AWS cannot be reached", false},
		"a handshake that breaks off":   {never(io.EOF), "AWS cannot be reached", false},
		"a handshake that is slow":      {never(errors.New("net/http: TLS handshake timeout")), "AWS cannot be reached", false},
		"stopped before the connection": {never(context.Canceled), "It was stopped before it was done", false},
		"stopped after it":              {sent(context.Canceled), "It was stopped before it was done", true},
		"an answer that breaks off":     {sent(io.ErrUnexpectedEOF), "The connection to AWS broke off", true},
		"a reset":                       {sent(&net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}), "The connection to AWS broke off", true},
		"a slow answer":                 {sent(&net.OpError{Op: "read", Net: "tcp", Err: os.ErrDeadlineExceeded}), "AWS did not answer in time", true},
		"a proxy that refuses":          {never(&ProxyRefused{Proxy: "p:1", Status: 503}), "The proxy does not let the connection through", false},
		"a page":                        {sent(&NotAWS{Host: "h", Status: 200}), "Somebody else answered in AWS's place", false},
	} {
		t.Run(name, func(t *testing.T) {
			p := Diagnose(test.err, "try it")
			if p.Summary != test.summary || len(p.Fixes) == 0 && !errors.Is(p, context.Canceled) {
				t.Errorf("it is %q, want %q: %v", p.Summary, test.summary, p)
			}
			if Lost(p) != test.lost || !test.lost && strings.Contains(p.Error(), "The request went out") {
				t.Errorf("lost is %t, want %t: %v", Lost(p), test.lost, p)
			}
			if p.Speaker() == "AWS said" {
				t.Errorf("AWS is quoted: %v", p)
			}
		})
	}
}

func TestAWSIsQuotedOnlyWithItsCode(t *testing.T) {
	for speaker, err := range map[string]error{
		"AWS said":  &smithy.GenericAPIError{Code: "AccessDenied", Message: "Access Denied"},
		"in detail": errors.New("error in credential_process: exit status 1"),
	} {
		if p := Diagnose(err, "try"); p.Speaker() != speaker {
			t.Errorf("%v: %q, want %q", p, p.Speaker(), speaker)
		}
	}
}
