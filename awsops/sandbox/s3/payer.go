package s3

import "encoding/xml"

// Who pays for requests. Source: Using Requester Pays general purpose buckets for storage
// transfers and usage.

const (
	ownerPays     = "BucketOwner"
	requesterPays = "Requester"
)

type payerXML struct{ Payer string }

func (s *Service) getPayer(q *request) (*response, error) {
	return q.document("RequestPaymentConfiguration", payerXML{q.b.payer})
}

func (s *Service) putPayer(q *request) (*response, error) {
	var in struct {
		XMLName xml.Name `xml:"RequestPaymentConfiguration"`
		payerXML
	}
	if err := q.decode(&in); err != nil {
		return nil, err
	}
	if in.Payer != ownerPays && in.Payer != requesterPays {
		return nil, malformedXML()
	}
	q.b.payer = in.Payer
	return empty()
}

// mayCharge refuses a request to a bucket of another account's that the caller does not
// agree to pay for. S3 does not say why. An anonymous caller has nothing to pay with.
func (q *request) mayCharge(b *bucket) error {
	if b.payer != requesterPays || q.Caller.Account == b.account {
		return nil
	}
	said := q.header("X-Amz-Request-Payer")
	if said == "" {
		said = q.query.Get("x-amz-request-payer")
	}
	if q.Caller.Account == "" || said != "requester" {
		return accessDenied()
	}
	q.charged = true
	return nil
}
