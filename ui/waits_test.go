package ui

import (
	"strings"
	"testing"
	"time"

	"crossgrant/awsops"
	"crossgrant/awsops/sandbox"
	"crossgrant/steps"
	"crossgrant/ui/screen"
	"crossgrant/ui/uitest"
)

// A profile whose command takes its time is told of where it is looked at, and so is one
// of a run that is opened.
func TestACommandThatTakesItsTimeIsToldOfInTheWizard(t *testing.T) {
	wait := awsops.Wait{For: "the command in credential_process of the profile my_firm", Why: "It has no keyboard here.", Elapsed: 10 * time.Second, Limit: time.Minute}
	s := newStage(t, func(c *sandbox.Config) { c.Latency = time.Hour })
	o := s.options
	o.Answers.Journey = "setup"
	r := newRig(t, o)
	r.sees("Asking AWS who this is ...")
	go func() { r.app.calls.waits <- screen.StillChecking{Profile: "my_awesome_customer", Wait: wait} }()
	r.sees("Waiting for the command in credential_process of the profile my_firm: 10 seconds so far, 60 seconds at most. It has no keyboard here.")

	opened := newRig(t, o)
	opened.app.call = &call{id: 7, what: "Looking at both accounts.", out: make(chan reply)}
	opened.update(reply{call: 7, msg: steps.Waiting{Wait: wait}})
	if shown := uitest.Flat(opened.view()); !strings.Contains(shown, "Waiting for the command in credential_process of the profile my_firm.") {
		t.Errorf("it shows\n%s", opened.view())
	}
}
