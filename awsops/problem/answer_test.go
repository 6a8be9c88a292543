package problem

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// call is the error of a call as the SDK makes it.
func call(cause error) error {
	return &smithy.OperationError{ServiceID: "S3", OperationName: "PutObject", Err: cause}
}

// answered is the error of a call that AWS answered so.
func answered(status int, code string) error {
	answer := &http.Response{StatusCode: status, Header: http.Header{"X-Amz-Bucket-Region": {"eu-west-3"}}}
	return call(&awshttp.ResponseError{RequestID: "R", ResponseError: &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: answer},
		Err:      &smithy.GenericAPIError{Code: code, Message: "in AWS's words"},
	}})
}

// What may have been done is looked up; what was not done is said not to be.
func TestLostIsOnlyWhatMayHaveBeenDone(t *testing.T) {
	reset := &smithyhttp.RequestSendError{Err: &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}}
	refused := &smithyhttp.RequestSendError{Err: &net.OpError{Op: "dial", Err: errors.New("connection refused")}}
	for name, test := range map[string]struct {
		err  error
		lost bool
	}{
		"no error":                     {nil, false},
		"cut off":                      {call(reset), true},
		"broke off in the answer":      {call(io.ErrUnexpectedEOF), true},
		"stopped while it was asked":   {call(context.Canceled), true},
		"out of time":                  {call(context.DeadlineExceeded), true},
		"no connection":                {call(refused), false},
		"no credentials to send with":  {call(call(reset)), false},
		"an answer that broke off":     {answered(200, ""), true},
		"a fault of AWS's own":         {answered(500, "InternalError"), true},
		"AWS asks to slow down":        {answered(503, "SlowDown"), false},
		"not offered there":            {answered(501, "NotImplemented"), false},
		"refused":                      {answered(403, "AccessDenied"), false},
		"something of crossgrant's":    {errors.New("a disk is full"), false},
		"marked as not sent":           {Unsent(call(reset)), false},
		"marked as maybe done":         {Fate(answered(403, "AccessDenied"), true), true},
		"marked, and explained since":  {Diagnose(Fate(answered(403, "AccessDenied"), true), "write"), true},
		"marked, and wrapped in words": {fmt.Errorf("write: %w", Unsent(call(reset))), false},
	} {
		if got := Lost(test.err); got != test.lost {
			t.Errorf("%s: Lost is %v, want %v (%v)", name, got, test.lost, test.err)
		}
	}
}

func TestWhatIsReadOfAnAnswer(t *testing.T) {
	err := fmt.Errorf("wrapped: %w", answered(403, "AccessDenied"))
	if Code(err) != "AccessDenied" || !Is(err, "NoSuchKey", "AccessDenied") || Is(err, "NoSuchKey") || Status(err) != 403 ||
		Header(err, "x-amz-bucket-region") != "eu-west-3" || RequestID(err) != "R" || Operation(err) != "S3 PutObject" {
		t.Errorf("%q %d %q %q %q", Code(err), Status(err), Header(err, "x-amz-bucket-region"), RequestID(err), Operation(err))
	}
	none := errors.New("no answer at all")
	if Code(none) != "" || Is(nil, "") || Status(none) != 0 || Header(none, "x") != "" || RequestID(none) != "" || Operation(none) != "" {
		t.Error("something is read of an error without an answer")
	}
	if !Denied(Diagnose(err, "write")) || Denied(Diagnose(answered(404, "NoSuchKey"), "read")) || Denied(none) {
		t.Error("Denied is not AWS's plain refusal alone")
	}
}

// What a wait shows while AWS is asked again.
func TestBriefAndBusy(t *testing.T) {
	dial := call(&smithyhttp.RequestSendError{Err: &net.OpError{Op: "dial", Err: errors.New("refused")}})
	for want, err := range map[string]error{
		"OperationAborted": answered(409, "OperationAborted"), "no answer": call(context.DeadlineExceeded),
		"no connection": dial, "connection lost": call(io.ErrUnexpectedEOF),
	} {
		if got := Brief(err); got != want {
			t.Errorf("%v is shown as %q, want %q", err, got, want)
		}
		if got := Busy(err); got != (want == "OperationAborted") {
			t.Errorf("%v: busy is %v", err, got)
		}
	}
	if !Busy(answered(503, "SlowDown")) {
		t.Error("AWS that asks to slow down is not busy")
	}
}

func TestNear(t *testing.T) {
	names := []string{"my_firm", "my_firms", "theirs\x1b", "abcd"}
	for typed, want := range map[string]string{"my_frim": "my_firm", "MY_FIRM": "my_firm or my_firms", "theirss": "theirs<U+001B>", "ab": "abcd", "zzz": ""} {
		if got := Near(typed, names); got != want {
			t.Errorf("near %q is %q, want %q", typed, got, want)
		}
	}
}

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"plain, 日本 stay": "plain, 日本 stay", "a\nb\tc": "a b c", "\x1b[31mred": "<U+001B>[31mred",
		"turned \u202egnp.exe": "turned <U+202E>gnp.exe", "zero\u200bwidth": "zero<U+200B>width", "c1 \u009b31m": "c1 <U+009B>31m",
	} {
		if got := Clean(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}
