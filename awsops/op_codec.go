package awsops

// Operations as JSON, for the journal.

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"crossgrant/awsops/problem"
)

// encoded is an operation in a journal.
type encoded struct {
	Kind  string          `json:"kind"`
	Input json.RawMessage `json:"input"`
}

// Encode writes an operation as JSON with its kind.
func Encode(op Operation) (json.RawMessage, error) {
	input, err := json.Marshal(op)
	if err != nil {
		return nil, fmt.Errorf("write the operation %s as JSON: %w", op.Kind(), err)
	}
	return json.Marshal(encoded{Kind: op.Kind(), Input: input})
}

// Decode reads what Encode wrote. It refuses an unknown kind or field.
func Decode(text []byte) (Operation, error) {
	var e encoded
	if err := strictly(text, &e); err != nil {
		return nil, fmt.Errorf("read a recorded operation: %w", err)
	}
	decode, ok := decoders[e.Kind]
	if !ok {
		return nil, fmt.Errorf("read a recorded operation: this version of crossgrant knows no operation %q; use the version that recorded it", problem.Clean(e.Kind))
	}
	op, err := decode(e.Input)
	if err != nil {
		return nil, fmt.Errorf("read a recorded %s: %w", e.Kind, err)
	}
	return op, nil
}

var decoders = map[string]func([]byte) (Operation, error){
	SetBucketPolicy{}.Kind():  as[SetBucketPolicy],
	SetUserPolicy{}.Kind():    as[SetUserPolicy],
	SetRolePolicy{}.Kind():    as[SetRolePolicy],
	SetManagedPolicy{}.Kind(): as[SetManagedPolicy],
	AttachPolicy{}.Kind():     as[AttachPolicy],
	DetachPolicy{}.Kind():     as[DetachPolicy],
	CreateRole{}.Kind():       as[CreateRole],
	SetRoleTrust{}.Kind():     as[SetRoleTrust],
	DeleteRole{}.Kind():       as[DeleteRole],
	CreateUser{}.Kind():       as[CreateUser],
	DeleteUser{}.Kind():       as[DeleteUser],
	CreateAccessKey{}.Kind():  as[CreateAccessKey],
	DeleteAccessKey{}.Kind():  as[DeleteAccessKey],
	PutObject{}.Kind():        as[PutObject],
	GetObject{}.Kind():        as[GetObject],
	DeleteObject{}.Kind():     as[DeleteObject],
	RemoveKeyFile{}.Kind():    as[RemoveKeyFile],
	CreateBucket{}.Kind():     as[CreateBucket],
	DeleteBucket{}.Kind():     as[DeleteBucket],
}

func as[T Operation](text []byte) (Operation, error) {
	var op T
	if err := strictly(text, &op); err != nil {
		return nil, err
	}
	return op, nil
}

func strictly(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("there is text after the JSON value, at byte %d", d.InputOffset())
	}
	return nil
}
