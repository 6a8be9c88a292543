package plain

// Where the new key of the firm's user goes: asked after the plan.

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"crossgrant/awsops/shell"
	"crossgrant/steps"
	"crossgrant/ui/safe"
)

// keyGiven looks at what flags say of the key. What cannot be is asked for after the plan.
func (t *talk) keyGiven() error {
	why := t.wrongPlace(steps.KeyPlace{File: t.Answers.KeyFile, Profile: t.Answers.KeyProfile})
	if why == "" {
		return nil
	}
	t.Answers.KeyFile, t.Answers.KeyProfile = "", ""
	return t.again(why + " Another place is asked for after the plan.")
}

func (t *talk) wrongPlace(to steps.KeyPlace) string {
	if _, err := steps.PlaceKey(t.Source, to); err != nil {
		return steps.Problem(err).Detail
	}
	return ""
}

// whereKeyGoes asks where the key is to be saved, if nobody has said it.
func (t *talk) whereKeyGoes(ctx context.Context) error {
	if !t.open.AsksKey() {
		return nil
	}
	t.view.line("")
	t.view.wrap("", "Where should the access key of the firm's user go? AWS shows its secret only once, and crossgrant shows it nowhere.")
	otherwise := t.open.Facts().KeyFile
	if otherwise != "" {
		t.view.wrap("", "Press Enter alone to save it in "+shell.Word(otherwise)+", a new file that you alone can read.")
	}
	t.view.wrap("", "Type a path to save it in a new file.")
	t.view.wrap("", "Type profile and a name, such as profile acme, to add it to the shared credentials file as a new profile.")
	t.view.wrap("", "Type none to have it deleted after the test.")
	answer, err := t.text(ctx, "Type a path, profile and a name, or none.", cmp.Or(otherwise, "none"), func(answer string) string {
		switch to := placeOf(answer); {
		case answer == "profile":
			return "Type the name of the profile too, such as profile acme."
		case to.File != "" && !strings.ContainsRune(filepath.ToSlash(to.File), '/'): // a yes, and whatever else is no path
			return fmt.Sprintf("%q is no path. A file in this folder is ./ and its name.", safe.Line(answer))
		default:
			return t.wrongPlace(to)
		}
	})
	if err != nil {
		return err
	}
	if err := t.open.KeepKey(placeOf(answer)); err != nil {
		return err
	}
	said := "The key will be deleted after the test."
	if f := t.open.Facts(); f.KeyFile != "" {
		said = "The key will be saved in " + f.KeptIn() + "."
	}
	t.view.wrap("", said)
	return nil
}

// placeOf is what an answer says: none, profile and a name, or the path of a file.
func placeOf(answer string) steps.KeyPlace {
	if strings.EqualFold(answer, "none") {
		return steps.KeyPlace{}
	}
	if name, is := strings.CutPrefix(answer, "profile "); is {
		return steps.KeyPlace{Profile: strings.TrimSpace(name)}
	}
	return steps.KeyPlace{File: answer}
}
