package policy

// Sizes as AWS counts them. Source: IAM and STS quotas; Adding a bucket policy.
const (
	MaxBucketBytes  = 20480 // of the compact document
	MaxInlineChars  = 2048  // of all inline policies of one user, without white space
	MaxManagedChars = 6144  // without white space
)

// A Kind tells where a document is to stand.
type Kind int

const (
	BucketPolicy Kind = iota
	InlinePolicy
	ManagedPolicy
)

// A Severity tells what a finding means for the person.
type Severity int

const (
	Note    Severity = iota // worth knowing
	Warning                 // AWS takes it, but it is likely not what is meant
	Refused                 // AWS would refuse the document
)

// A Finding is one thing that Lint noticed.
type Finding struct {
	Rule      string // a short constant name, such as "action-resource"
	Severity  Severity
	Statement int    // index, or -1 for the whole document
	Text      string // what is wrong, and what to do, in full sentences
}

// Against says what the document is for.
type Against struct {
	Kind      Kind
	Bucket    string // for a bucket policy, the bucket it stands on
	Partition string // "" when not known
	Account   string // the bucket's or the user's account, "" when not known
	Others    int    // for an inline policy, the characters of the user's other ones
}

// Lint returns what AWS would refuse and what is likely a mistake, the worst
// first. It knows the actions of S3 that a bucket policy can name.
func Lint(d Document, a Against) []Finding { panic("policy: Lint") }

// Chars counts a document as IAM does: without white space outside strings.
func Chars(d Document) int { panic("policy: Chars") }

// Public tells whether S3 would call the document public, and by which
// statements. Source: Blocking public access to your Amazon S3 storage.
func Public(d Document) (bool, []int) { panic("policy: Public") }

// A Hazard is a Deny of an existing policy that may catch the firm's user.
type Hazard struct {
	Statement int
	Blocks    bool   // it will refuse the firm; false: it may, depending on Text
	Text      string // what it demands, and who can change it
}

// Hazards classifies the Deny statements of a bucket policy for a principal of
// another account that makes plain HTTPS requests with an access key and no
// special headers. A Deny that is harmless to it is left out. What it does not
// understand it says it cannot tell.
func Hazards(d Document, principalARN, bucket string) []Hazard { panic("policy: Hazards") }
