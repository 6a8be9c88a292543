package s3

import (
	"cmp"
	"encoding/xml"
	"math"
	"net/http"
	"strconv"
	"time"

	"crossgrant/awsops/sandbox/api"
)

// Object Lock: versions that nobody may delete for a while. Sources: Locking objects with
// Object Lock; Object Lock considerations (Amazon S3 User Guide).

const (
	governance = "GOVERNANCE"
	compliance = "COMPLIANCE"
)

// protection is what keeps a version from being deleted.
type protection struct {
	mode  string // "" for no retention
	until time.Time
	hold  bool // a legal hold
}

func (p protection) retained(now time.Time) bool { return p.mode != "" && now.Before(p.until) }

// retention is how long a bucket keeps what is put into it without a word about that.
type retention struct {
	Mode  string
	Days  int `xml:",omitempty"`
	Years int `xml:",omitempty"`
}

func (r *retention) from(now time.Time) protection {
	return protection{mode: r.Mode, until: now.AddDate(r.Years, 0, r.Days)}
}

type lockXML struct {
	ObjectLockEnabled string
	Default           *retention `xml:"Rule>DefaultRetention"`
}

func (s *Service) getLock(q *request) (*response, error) {
	if !q.b.locks {
		return nil, q.missing("ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket")
	}
	return q.document("ObjectLockConfiguration", lockXML{"Enabled", q.b.retention})
}

func (s *Service) putLock(q *request) (*response, error) {
	var in struct {
		XMLName xml.Name `xml:"ObjectLockConfiguration"`
		lockXML
	}
	if err := q.decode(&in); err != nil {
		return nil, err
	}
	switch r := in.Default; {
	case in.ObjectLockEnabled != "Enabled", r != nil && r.Mode != governance && r.Mode != compliance, r != nil && (r.Days == 0) == (r.Years == 0):
		return nil, malformedXML()
	case r != nil && (r.Days < 0 || r.Years < 0):
		return nil, invalidArgument("Default retention period must be a positive integer value.", "Days", strconv.Itoa(r.Days))
	case r != nil && (r.Days > 36500 || r.Years > 100):
		return nil, invalidArgument("Default retention period too large, exceeding maximum of 36500 days/100 years.", "Days", strconv.Itoa(r.Days))
	case q.b.versioning != "Enabled":
		return nil, invalidBucketState("Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")
	}
	q.b.locks, q.b.retention = true, in.Default
	return empty()
}

func invalidBucketState(message string) error {
	return &api.Error{Status: http.StatusConflict, Code: "InvalidBucketState", Message: message}
}

func notLocking() error { return invalidRequest("Bucket is missing Object Lock Configuration") }

// protect reads how long a new version is to be kept.
func (q *request) protect() (p protection, err error) {
	mode, until, hold := q.header("X-Amz-Object-Lock-Mode"), q.header("X-Amz-Object-Lock-Retain-Until-Date"), q.header("X-Amz-Object-Lock-Legal-Hold")
	switch {
	case mode == "" && until == "" && hold == "":
		return p, nil
	case !q.b.locks:
		return p, notLocking()
	case (mode == "") != (until == ""):
		return p, invalidArgument("x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied", "x-amz-object-lock-mode", mode)
	case hold != "" && hold != "ON" && hold != "OFF":
		return p, invalidArgument("Legal Hold must be either of 'ON' or 'OFF'", "x-amz-object-lock-legal-hold", hold)
	}
	if mode != "" {
		p, err = q.readRetention(mode, until)
	}
	p.hold = hold == "ON"
	return p, err
}

func (q *request) readRetention(mode, until string) (p protection, err error) {
	p.mode = mode
	p.until, err = time.Parse(time.RFC3339, until)
	switch {
	case mode != governance && mode != compliance:
		return p, invalidArgument("Unknown wormMode directive.", "x-amz-object-lock-mode", mode)
	case err != nil:
		return p, invalidArgument("The retain until date must be provided in ISO 8601 format", "x-amz-object-lock-retain-until-date", until)
	case !p.until.After(q.Now):
		return p, invalidArgument("The retain until date must be in the future!", "x-amz-object-lock-retain-until-date", until)
	}
	return p, nil
}

// proven refuses content that comes without a checksum where the version is to be kept.
// Source: PutObject, Content-MD5.
func (q *request) proven(p protection) error {
	if p.mode == "" && !p.hold && q.b.retention == nil || q.header("Content-Md5") != "" {
		return nil
	}
	if sent, err := q.sentChecksum(); err != nil || sent.algorithm != "" {
		return err
	}
	return invalidRequest("Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters")
}

// mayDestroy refuses to delete a version that is protected, or to protect it less. Who may
// bypass governance retention has to say that it is meant.
func (q *request) mayDestroy(o *object) error {
	switch p := o.protection; {
	case p.hold, p.retained(q.Now) && p.mode == compliance:
		return protected()
	case p.retained(q.Now):
		return q.mayBypass(o.key)
	}
	return nil
}

func (q *request) mayBypass(key string) error {
	if q.header("X-Amz-Bypass-Governance-Retention") != "true" {
		return protected()
	}
	return q.allow(key, need{action: "BypassGovernanceRetention", object: true})
}

func protected() error {
	return &api.Error{Status: http.StatusForbidden, Code: "AccessDenied", Message: "Access Denied because object protected by object lock."}
}

type retentionXML struct{ Mode, RetainUntilDate string }

// toProtect is the version whose protection the request is about.
func (q *request) toProtect() (*object, error) {
	o, err := q.object()
	if err == nil && !q.b.locks {
		err = notLocking()
	}
	return o, err
}

func unprotected(q *request) error {
	return &api.Error{Status: http.StatusNotFound, Code: "NoSuchObjectLockConfiguration", Message: "The specified object does not have a ObjectLock configuration", Fields: map[string]string{"Key": q.key}}
}

func (s *Service) getRetention(q *request) (*response, error) {
	o, err := q.toProtect()
	switch {
	case err != nil:
		return nil, err
	case o.protection.mode == "":
		return nil, unprotected(q)
	}
	return q.document("Retention", retentionXML{o.protection.mode, xmlTime(o.protection.until)})
}

// putRetention is decided once it is known what is asked for, which conditions may be about.
func (s *Service) putRetention(q *request) (*response, error) {
	var in struct {
		XMLName xml.Name `xml:"Retention"`
		retentionXML
	}
	if err := q.decode(&in); err != nil {
		return nil, err
	}
	var p protection
	if in.Mode != "" || in.RetainUntilDate != "" {
		var err error
		if p, err = q.readRetention(in.Mode, in.RetainUntilDate); err != nil {
			return nil, err
		}
	}
	q.asked = p
	if err := q.authorize(); err != nil {
		return nil, err
	}
	o, err := q.toProtect()
	if err != nil {
		return nil, err
	}
	was, atLeast := o.protection, p.mode != "" && !p.until.Before(o.protection.until)
	switch {
	case !was.retained(q.Now):
	case was.mode == compliance && (!atLeast || p.mode != compliance):
		return nil, protected()
	case was.mode == governance && !atLeast:
		if err := q.mayBypass(q.key); err != nil {
			return nil, err
		}
	}
	p.hold = was.hold
	o.protection = p
	return empty()
}

type holdXML struct{ Status string }

func (s *Service) getHold(q *request) (*response, error) {
	o, err := q.toProtect()
	if err != nil {
		return nil, err
	}
	return q.document("LegalHold", holdXML{onOff(o.protection.hold)})
}

func (s *Service) putHold(q *request) (*response, error) {
	var in struct {
		XMLName xml.Name `xml:"LegalHold"`
		holdXML
	}
	if err := q.decode(&in); err != nil {
		return nil, err
	}
	if in.Status != "ON" && in.Status != "OFF" {
		return nil, malformedXML()
	}
	q.askedHold = in.Status
	if err := q.authorize(); err != nil {
		return nil, err
	}
	o, err := q.toProtect()
	if err != nil {
		return nil, err
	}
	o.protection.hold = in.Status == "ON"
	return empty()
}

func onOff(on bool) string {
	if on {
		return "ON"
	}
	return "OFF"
}

// protectionHeaders tell of a version's protection those who may know. Source: GetObject,
// x-amz-object-lock-mode.
func (q *request) protectionHeaders(o *object) {
	may := func(action string) bool {
		d, _ := q.weigh(q.b, o.key, need{action: action, on: o, object: true})
		return d.Allowed
	}
	if o.protection.mode != "" && may("GetObjectRetention") {
		q.set("X-Amz-Object-Lock-Mode", o.protection.mode)
		q.set("X-Amz-Object-Lock-Retain-Until-Date", xmlTime(o.protection.until))
	}
	if o.protection.hold && may("GetObjectLegalHold") {
		q.set("X-Amz-Object-Lock-Legal-Hold", "ON")
	}
}

// lockFacts are the condition keys of the protection that a request asks for. Source:
// Managing Object Lock, Setting limits on retention periods with a bucket policy.
func (q *request) lockFacts(put func(key, value string)) {
	mode, until := q.asked.mode, q.asked.until
	if mode == "" {
		mode = q.header("X-Amz-Object-Lock-Mode")
		until, _ = time.Parse(time.RFC3339, q.header("X-Amz-Object-Lock-Retain-Until-Date"))
	}
	put("s3:object-lock-mode", mode)
	put("s3:object-lock-legal-hold", cmp.Or(q.askedHold, q.header("X-Amz-Object-Lock-Legal-Hold")))
	if !until.IsZero() {
		put("s3:object-lock-retain-until-date", until.UTC().Format(time.RFC3339))
		put("s3:object-lock-remaining-retention-days", strconv.Itoa(int(math.Ceil(until.Sub(q.Now).Hours()/24))))
	}
}
