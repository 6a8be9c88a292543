package iam

// Source: Permissions boundaries for IAM entities (IAM User Guide).

type boundaryXML struct{ PermissionsBoundaryType, PermissionsBoundaryArn string }

func (u *entity) boundaryXML() *boundaryXML {
	if u.boundary == "" {
		return nil
	}
	return &boundaryXML{"Policy", u.boundary}
}

// readBoundary reads the ARN of the managed policy that is to be a boundary.
func (q *query) readBoundary() (string, error) {
	arn := q.required("PermissionsBoundary", 2048)
	if err := q.validation(); err != nil {
		return "", err
	}
	if q.account.managed(arn) == nil {
		return "", noSuchEntity("Scope ARN: %s does not exist or is not attachable.", arn)
	}
	return arn, nil
}

func putBoundary(q *query) (any, error) {
	u, err := q.target()
	if err != nil {
		return nil, err
	}
	boundary, err := q.readBoundary()
	if err != nil {
		return nil, err
	}
	u.boundary = boundary
	u.apply(q.Now, q.effective())
	return nil, nil
}

func deleteBoundary(q *query) (any, error) {
	u, err := q.target()
	if err != nil {
		return nil, err
	}
	if u.boundary == "" {
		return nil, noSuchEntity("The %s with name %s does not have a permissions boundary.", u.word, u.name)
	}
	u.boundary = ""
	u.apply(q.Now, q.effective())
	return nil, nil
}
