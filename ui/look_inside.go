package ui

import (
	"path/filepath"

	"crossgrant/awsops/shell"
)

// LookInside are the commands that look at the sandbox whose profiles are in dir.
func LookInside(dir string) string {
	return ". " + shell.Word(filepath.Join(dir, "env")) + "\naws --profile my_awesome_customer s3 ls"
}
