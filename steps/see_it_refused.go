package steps

import (
	"context"
	"fmt"
	"strings"

	"crossgrant/awsops"
	"crossgrant/awsops/policy"
)

// SeeRefused shows the article's stumbling block: the bucket lets the firm's
// account in, and still the firm's user is refused, for want of a policy of its own.
type SeeRefused struct{}

func (SeeRefused) Info() Info {
	return Info{ID: "see-it-refused", Title: "See the write refused", Side: Firm, Optional: true}
}

func (SeeRefused) Plan(_ context.Context, w *World) (Change, error) {
	c := Change{
		Why: fmt.Sprintf("The bucket already lets the firm's account in, but the user %s has no policy of its own yet, so AWS should refuse it. "+
			"A request between two accounts passes only when both sides say yes.", w.FirmUser),
		Notes: []string{"If the write works after all, the file is deleted at the end like everything else."},
	}
	if _, tried := w.refusal(Writer, "s3:PutObject"); tried {
		return c, nil
	}
	put := awsops.PutObject{
		Bucket: w.Bucket, Owner: w.Customer.Account, Key: w.freshKey("refused"), Body: w.probeBody(), Expect: awsops.Refused,
	}
	c.Actions = []Action{{As: Writer, Op: put}}
	return c, nil
}

func (SeeRefused) Verify(_ context.Context, w *World) (Outcome, error) {
	r, _ := w.refusal(Writer, "s3:PutObject")
	if r.Code == "" {
		return Outcome{
			Now: fmt.Sprintf("The write of %s was not refused.", w.FirmUser),
			Warnings: []string{fmt.Sprintf("%s could write although nothing shown here lets it: either something else gives it access already, or this endpoint checks no policies.",
				w.FirmUser)},
		}, nil
	}
	now := fmt.Sprintf("AWS refused it, as it should: %s.", r.Code)
	if row, ok := w.Access().Row(Writer); ok && row.Put.Identity.Verdict != policy.Allowed && row.Put.Resource.Verdict == policy.Allowed {
		now += " The bucket says yes, the firm's own side does not yet: " + strings.ToLower(row.Put.Identity.Why[:1]) + row.Put.Identity.Why[1:]
	}
	return Outcome{Now: now}, nil
}
