package steps

import "slices"

// Tour is the whole article: the customer's grant and a test of it, the firm's
// user refused and then let in, and everything taken back.
func Tour() []Step {
	return []Step{
		LetFirmIn{},
		MakePrincipal{Who: TestUser},
		LetTestUserIn{},
		WriteAndRead{Who: TestUser},
		TakeTestUserOut{},
		MakePrincipal{Who: Writer},
		SeeRefused{},
		LetWriterIn{},
		WriteAndRead{Who: Writer},
		CleanUp{Customer},
		CleanUp{Firm},
	}
}

// Setup is the article's general idea, to be kept: the customer's grant, the
// firm's user or role and its policy, and a test. What was made only for the test
// goes again.
func Setup(a Answers) []Step {
	role := a.FirmRole != ""
	return []Step{
		LetFirmIn{},
		MakePrincipal{Writer, role, a.existing()},
		LetWriterIn{role},
		WriteAndRead{Writer, role},
		TidyUp{},
	}
}

// partOfFleet are the steps of the firm's side of a fleet, or of one of its buckets.
func partOfFleet(a Answers) []Step {
	role := a.FirmRole != ""
	switch {
	case a.Bucket == "":
		return []Step{MakePrincipal{Writer, role, a.existing()}, LetWriterInAll{role}, TidyUp{}}
	case a.Only == Firm:
		return slices.DeleteFunc(half(a), func(s Step) bool {
			return s.Info().ID == (LetWriterIn{}).Info().ID || s.Info().ID == (MakePrincipal{Who: Writer}).Info().ID
		})
	}
	return []Step{LetFirmIn{}, WriteAndRead{Writer, role}, TidyUp{}}
}

// Cleanup takes back what an earlier run made.
func Cleanup() []Step {
	return []Step{CleanUp{Customer}, CleanUp{Firm}}
}

// Journey returns the steps of a journey by its name, nil for an unknown one.
func Journey(a Answers) []Step {
	var first []Step
	if a.MakeBucket != "" {
		first = []Step{MakeBucket{}}
	}
	switch a.Journey {
	case "tour":
		return append(first, Tour()...)
	case "setup":
		if a.Mends {
			return mending(a)
		}
		if a.Fleet != "" {
			return partOfFleet(a)
		}
		if a.Only != "" {
			return half(a)
		}
		return append(first, Setup(a)...)
	case "cleanup":
		if a.Only != "" {
			return []Step{CleanUp{a.Only}}
		}
		return Cleanup()
	}
	return nil
}
