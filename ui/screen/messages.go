package screen

import (
	"crossgrant/awsops"
	"crossgrant/awsops/profile"
	"crossgrant/steps"
	"crossgrant/steps/handoff"
	"crossgrant/steps/run"
	"crossgrant/ui/draw"
)

// An Action is what a screen wants. nil: nothing.
type Action any

// Actions that screens have in common.
type (
	GoOn     struct{}                    // the harmless way forward
	Back     struct{}                    // one step back, or no
	Retry    struct{}                    // what did not work
	Skip     struct{}                    // leaves the step out
	UndoAll  struct{}                    // takes everything of this run back
	Stop     struct{}                    // ends the call under way
	Leave    struct{}                    // asks whether to leave
	Stay     struct{}                    // goes back to where one was
	Quit     struct{}                    // leaves, and leaves things as they are
	Copy     struct{ What, Text string } // to the terminal's clipboard
	AskBreak struct{}                    // which gate of a demo is to be shut
	BreakIt  struct{ In steps.Side }     // this one
	Paged    struct{ Last bool }         // more was shown, and now all of it
	Save     struct{ Name, Text string } // to a new file of that name
)

// Actions of the screens that ask for answers.
type (
	// Choose is the first choice.
	Choose struct {
		Journey string
		Run     string     // an earlier one to take back, or to go on with
		Resume  bool       // it is to go on
		Find    bool       // a clean-up without a record: look in the accounts
		Bucket  string     // to suggest, "" for the one that was named
		Only    steps.Side // the half that is to be done, "" for both
	}
	// ReadProfiles wants the AWS files read anew.
	ReadProfiles struct{}
	// CheckProfile wants to know who a profile is.
	CheckProfile struct {
		Name   string
		Chosen bool // the person may be asked for a code
	}
	// PickProfiles ends the screen: both are checked, or that of a half. For a check any of the
	// three may be none.
	PickProfiles struct{ Customer, Firm, Writer Checked }
	// ListBuckets wants the names of the customer's buckets anew.
	ListBuckets struct{}
	// ReadBucket wants the facts of a bucket.
	ReadBucket struct{ Name string }
	// PickBucket ends the screen.
	PickBucket struct {
		Name   string
		MakeIn string // the region to make it in, "" where it is there
	}
	// GiveTerms ends the screen.
	GiveTerms struct{ Answers steps.Answers }
	// LookUpUsers wants to know whether names are taken.
	LookUpUsers []LookUp
	// LookUp is one name, in one of the two accounts.
	LookUp struct {
		Side steps.Side
		Kind awsops.Kind // of a user or a role
		Name string
	}
	// ListUsers wants the users of the firm's account, or its roles.
	ListUsers struct{ Kind awsops.Kind }
	// GiveNames ends the screen.
	GiveNames struct{ Answers steps.Answers }
	// CheckKeyPlace wants to know whether a key can go there.
	CheckKeyPlace struct{ To steps.KeyPlace }
	// GiveKeyPlace ends the screen.
	GiveKeyPlace struct{ To steps.KeyPlace }
	// GiveCustomer ends the screen of a firm that does its half alone.
	GiveCustomer struct{ Account, Bucket string }
	// MakeFiles wants to see the files for the customer.
	MakeFiles struct{ Dir, Contact string }
	// WriteFiles writes them.
	WriteFiles struct {
		Dir   string
		Files []handoff.File
	}
	// DoOwnHalf goes on with the firm's half.
	DoOwnHalf struct{}
	// ReadGrant wants to know what a grant says: its path, or its text.
	ReadGrant struct{ Given string }
	// GiveGrant ends the screen.
	GiveGrant struct{ Offer handoff.Offer }
	// GiveCode answers a question for an MFA code; "" declines.
	GiveCode struct{ Code string }
)

// Actions of the screens of a run.
type (
	// Over is a journey that is over before a run was opened: there is nothing to do.
	Over struct{ Ending run.Ending }
	// Begin starts the journey.
	Begin struct {
		Off map[string]bool // steps that are left out, by id
		Too []awsops.Target // what others added and a clean-up is to delete
	}
	// Confirmed tells that everything that was asked for was typed. The change itself is
	// still to be shown.
	Confirmed struct {
		Change steps.Change
		List   []draw.Operation
		Proofs []run.Proof
	}
	// TestAgain tries whether the customer's half is there by now; the receipt may be "".
	TestAgain struct{ Receipt string }
	// Approve applies the change that is shown.
	Approve struct {
		Change steps.Change
		List   []draw.Operation
	}
)

// Actions of the screens of a check.
type (
	// CheckIt makes the requests that are shown.
	CheckIt struct{}
	// SayTerms wants to say what the access should be.
	SayTerms struct{}
	// MendIt opens the run that changes what keeps the requests out.
	MendIt struct{}
	// ShowLetters shows the texts for administrators.
	ShowLetters struct{}
	// DoFleet applies what is shown of many buckets.
	DoFleet struct{}
)

// Messages that answer what screens want to know. Each names what it answers, so
// that a late one is dropped.
type (
	// ProfilesRead are the profiles of the AWS files.
	ProfilesRead struct {
		Profiles []profile.Entry
		Err      error
	}
	// StillChecking tells that a profile's own command has not answered yet.
	StillChecking struct {
		Profile string
		Wait    awsops.Wait
	}
	// Checked tells who a profile is.
	Checked struct {
		Profile string
		Asked   bool // the person chose it, and could be asked for a code
		ID      awsops.Identity
		Region  string // that the profile names
		Err     error
	}
	// BucketsListed are the names of a profile's buckets.
	BucketsListed struct {
		Profile string
		Names   []string
		Err     error
	}
	// BucketRead is what there is to know of a bucket.
	BucketRead struct {
		Profile, Name string
		Facts         awsops.BucketFacts
		Err           error
	}
	// UserRead is a user or role, if there is one of the name.
	UserRead struct {
		Profile string
		Side    steps.Side
		Kind    awsops.Kind
		Name    string
		User    *awsops.User
		Err     error
	}
	// UsersListed are the users or roles of a profile's account.
	UsersListed struct {
		Profile string
		Kind    awsops.Kind
		Users   []awsops.User
		Own     string // ARN of whom the profile signs in as
		Err     error
	}
	// KeyPlaceChecked tells which file a key would go to, and why it cannot.
	KeyPlaceChecked struct {
		To   steps.KeyPlace
		Path string
		Err  error
	}
	// FilesWritten tells whether the files for the customer were written.
	FilesWritten struct{ Err error }
	// GrantRead is what a grant says.
	GrantRead struct {
		Given string
		Offer handoff.Offer
		Err   error
	}
	// RunsListed are the recorded runs.
	RunsListed struct {
		Records []steps.Record
		Err     error
	}
)
