package problem

// What AWS said, taken out of an error of its SDK. Each is empty, or 0, where there
// was no answer.

import (
	"errors"
	"slices"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Code is AWS's error code, "" when AWS gave none.
func Code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// Is tells whether AWS's error code is one of these.
func Is(err error, codes ...string) bool { return err != nil && slices.Contains(codes, Code(err)) }

// Status is the HTTP status of the answer.
func Status(err error) int {
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) && response.Response != nil {
		return response.HTTPStatusCode()
	}
	return 0
}

// Header is one header of the answer.
func Header(err error, name string) string {
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) && response.Response != nil {
		return response.Response.Header.Get(name)
	}
	return ""
}

// RequestID is the request id of an error's answer.
func RequestID(err error) string {
	var response *awshttp.ResponseError
	if errors.As(err, &response) {
		return Clean(response.ServiceRequestID())
	}
	return ""
}

// Operation is the call that failed, such as "S3 PutBucketPolicy".
func Operation(err error) string {
	var op *smithy.OperationError
	if errors.As(err, &op) {
		return op.Service() + " " + op.Operation()
	}
	return ""
}

// message is AWS's own text, or the innermost error's when there is no answer.
func message(err error) (text string, byAWS bool) {
	var api smithy.APIError
	if errors.As(err, &api) && api.ErrorMessage() != "" {
		return api.ErrorMessage(), true
	}
	var op *smithy.OperationError
	if errors.As(err, &op) {
		return op.Err.Error(), false
	}
	return err.Error(), false
}
