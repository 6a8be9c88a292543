// Command crossgrant lets one company deliver files into another company's S3
// bucket, and shows every step of it.
package main

import (
	"os"

	"crossgrant/ui/command"
)

// release is what a release's build sets: -ldflags "-X main.release=1.2.3".
var release = "unreleased"

func main() { os.Exit(command.Run(release, os.Args[1:], os.Stdout, os.Stderr)) }
