package ui

import "crossgrant/awsops/shell"

// LookInside are the commands that look at the sandbox whose profiles are in dir. Their
// lines are short, since a screen breaks a long one where a shell would not go on.
func LookInside(dir string) string {
	return "DEMO=" + shell.Word(dir) + `
export AWS_SHARED_CREDENTIALS_FILE="$DEMO/credentials"
export AWS_CONFIG_FILE="$DEMO/config"
aws --profile my_awesome_customer s3 ls`
}
