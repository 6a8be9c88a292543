package steps

import (
	"context"
	"fmt"
	"slices"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
)

// BreakIt shuts one of the two gates of an access that works, and shows what S3 answers
// then: a lesson of the demo. MendIt comes after it.
type BreakIt struct{ In Side }

func (s BreakIt) Info() Info {
	return Info{ID: "break-" + string(s.In), Title: "Shut the " + gateOf(s.In), Side: s.In}
}

func gateOf(side Side) string {
	if side == Customer {
		return "bucket's gate"
	}
	return "firm's gate"
}

// admin is who acts for a side.
func (s Side) admin() Actor {
	if s == Customer {
		return CustomerAdmin
	}
	return FirmAdmin
}

func (s BreakIt) Plan(ctx context.Context, w *World) (Change, error) {
	c := Change{Why: fmt.Sprintf("This takes one half of the access away, the %s's, and leaves the other as it is. Then %s tries to read its file, and AWS should refuse that.", s.In, w.Grantee().Name)}
	shut, err := s.shut(ctx, w)
	if err != nil {
		return c, err
	}
	read := awsops.GetObject{Bucket: w.Bucket, Owner: w.Customer.Account, Key: w.writtenKey(), Body: w.probeBody(), Expect: awsops.Shut}
	c.Actions = []Action{{As: s.In.admin(), Op: shut}, {As: Writer, Op: read}}
	return c, nil
}

// shut is the operation that takes one half away.
func (s BreakIt) shut(ctx context.Context, w *World) (awsops.Operation, error) {
	grant := w.Grant()
	if s.In == Customer {
		live, err := w.accounts.BucketPolicy(ctx)
		return awsops.SetBucketPolicy{Bucket: w.Bucket, Owner: w.Customer.Account, Before: live, After: policy.Remove(live, grant.Sids()...)}, err
	}
	for _, name := range w.policyNames() {
		live, err := w.inline(ctx, name)
		if want := grant.ForGrantee(); err != nil || policy.Same(live, &want) {
			return awsops.SetInlinePolicy(w.Grantee(), name, live, nil), err
		}
	}
	return nil, fmt.Errorf("%s has not the policy that this demo gave it", w.Grantee().Name)
}

// writtenKey is the key of the last probe that the firm's user wrote.
func (w *World) writtenKey() string {
	for _, e := range slices.Backward(w.Journal.Entries()) {
		if op, ok := e.Operation.(awsops.PutObject); ok && e.Receipt.Refused == "" && e.Step == (WriteAndRead{Who: Writer}).Info().ID {
			return op.Key
		}
	}
	return w.probeKey(string(Writer))
}

func (s BreakIt) Verify(ctx context.Context, w *World) (Outcome, error) {
	r, _ := w.refusal(Writer, "s3:GetObject")
	if r.Code == "" {
		return Outcome{Now: fmt.Sprintf("The %s is shut, and AWS did not refuse %s yet.", gateOf(s.In), w.Grantee().Name)}, nil
	}
	p := awsops.DiagnoseRefusal(ctx, awsops.Refusal{
		Action: "s3:GetObject", Bucket: w.Bucket, Key: w.writtenKey(),
		User: awsops.User{Kind: w.Grantee().Kind, Name: w.Writer.Name, ARN: w.Writer.ARN, ID: w.Writer.ID},
	}, w.FirmSession, w.CustomerSession)
	return Outcome{Now: fmt.Sprintf("S3 said %s, and not why. crossgrant looked at both sides: %s. %s", r.Code, p.Summary, p.Detail), Notes: p.Fixes}, nil
}

// MendIt opens the gate again that BreakIt shut.
type MendIt struct{ In Side }

func (s MendIt) Info() Info {
	return Info{ID: "mend-" + string(s.In), Title: "Open the " + gateOf(s.In), Side: s.In}
}

// half is the step that opens the gate in a set-up.
func (s MendIt) half() Step {
	if s.In == Customer {
		return LetFirmIn{}
	}
	return LetWriterIn{}
}

func (s MendIt) Plan(ctx context.Context, w *World) (Change, error) {
	c, err := s.half().Plan(ctx, w)
	c.Why = fmt.Sprintf("This gives back the half that was taken away. Then %s reads its file again.", w.Grantee().Name)
	c.Notes = nil
	c.Actions = append(c.Actions, Action{As: Writer, Op: awsops.GetObject{Bucket: w.Bucket, Owner: w.Customer.Account, Key: w.writtenKey(), Body: w.probeBody(), Expect: awsops.Granted}})
	return c, err
}

func (s MendIt) Verify(ctx context.Context, w *World) (Outcome, error) {
	return s.half().Verify(ctx, w)
}
