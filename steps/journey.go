package steps

// Tour is the whole article: the customer's grant and a test of it, the firm's
// user refused and then let in, and everything taken back.
func Tour() []Step {
	return []Step{
		LetFirmIn{},
		MakeUser{TestUser},
		LetTestUserIn{},
		WriteAndRead{TestUser},
		TakeTestUserOut{},
		MakeUser{Writer},
		SeeRefused{},
		LetWriterIn{},
		WriteAndRead{Writer},
		CleanUp{Customer},
		CleanUp{Firm},
	}
}

// Setup is the article's general idea, to be kept: the customer's grant, the
// firm's user and its policy, and a test. What was made only for the test goes
// again.
func Setup() []Step {
	return []Step{
		LetFirmIn{},
		MakeUser{Writer},
		LetWriterIn{},
		WriteAndRead{Writer},
		TidyUp{},
	}
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
		return append(first, Setup()...)
	case "cleanup":
		return Cleanup()
	}
	return nil
}
