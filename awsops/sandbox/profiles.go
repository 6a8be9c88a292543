package sandbox

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"crossgrant/awsops/sandbox/s3"

	"github.com/google/renameio/v2/maybe"
)

// firstLine marks the files that the sandbox may write anew.
const firstLine = "# Written by crossgrant's sandbox: these keys work nowhere else, and it writes the file anew.\n"

// Profiles returns every account's profiles, the administrators first.
func (s *Sandbox) Profiles() []Profile { return slices.Clone(s.profiles) }

// otherways are the variables that would lead commands past those files. Sources:
// Environment variables to configure the AWS CLI; Service-specific endpoints.
const otherways = "AWS_PROFILE AWS_DEFAULT_PROFILE AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_REGION AWS_DEFAULT_REGION " +
	"AWS_ENDPOINT_URL_S3 AWS_ENDPOINT_URL_IAM AWS_ENDPOINT_URL_STS AWS_ENDPOINT_URL_KMS AWS_IGNORE_CONFIGURED_ENDPOINT_URLS AWS_CA_BUNDLE"

// WriteProfiles writes dir/credentials and dir/config (0600, in a 0700 folder)
// for the AWS CLI and SDKs, and returns their paths. Beside them dir/env, sourced by a
// shell, has its commands find them, and with TLS dir/ca.pem, whom they trust. Files that
// it did not write itself it leaves alone, and says so.
//
// The config's default section has the endpoint and no credentials, so that
// commands with keys in the environment and no profile reach the sandbox too. In dir/env
// the endpoint is for profiles that are added to the files later.
func (s *Sandbox) WriteProfiles(dir string) (credentials, config string, err error) {
	credentials, config = filepath.Join(dir, "credentials"), filepath.Join(dir, "config")
	env, ca := filepath.Join(dir, "env"), filepath.Join(dir, "ca.pem")
	all := []string{credentials, config, env}
	if s.certificate != nil {
		all = append(all, ca)
	}
	for _, path := range all {
		if err := ours(path); err != nil {
			return "", "", err
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", "", fmt.Errorf("the folder for the sandbox's profiles: %w; give another folder", err)
	}
	whole, err := filepath.Abs(dir) // a shell may go on in another folder
	if err != nil {
		return "", "", err
	}
	quoted := func(name string) string {
		return "'" + strings.ReplaceAll(filepath.Join(whole, name), "'", `'\''`) + "'"
	}
	variables := fmt.Sprintf("%sunset %s\nexport AWS_SHARED_CREDENTIALS_FILE=%s AWS_CONFIG_FILE=%s AWS_ENDPOINT_URL=%s\n", firstLine, otherways, quoted("credentials"), quoted("config"), s.URL())
	if s.certificate != nil {
		variables += "export AWS_CA_BUNDLE=" + quoted("ca.pem") + "\n"
	}
	var keys, settings strings.Builder
	keys.WriteString(firstLine)
	settings.WriteString(firstLine)
	endpoint := func(section string) {
		fmt.Fprintf(&settings, "\n[%s]\nregion = %s\nendpoint_url = %s\ns3 =\n    addressing_style = path\n    signature_version = s3v4\n", section, s3.DefaultRegion, s.URL())
		if s.certificate != nil {
			fmt.Fprintf(&settings, "ca_bundle = %s\n", filepath.Join(whole, "ca.pem"))
		}
	}
	endpoint("default")
	for _, p := range s.profiles {
		fmt.Fprintf(&keys, "\n[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n", p.Name, p.AccessKeyID, p.SecretAccessKey)
		endpoint("profile " + p.Name)
	}
	files := map[string]string{credentials: keys.String(), config: settings.String(), env: variables}
	if s.certificate != nil {
		files[ca] = firstLine + string(s.CA())
	}
	for path, text := range files {
		if err := maybe.WriteFile(path, []byte(text), 0o600); err != nil {
			return "", "", fmt.Errorf("writing the sandbox's profiles: %w; give a folder that you can write to", err)
		}
	}
	return credentials, config, nil
}

// ours returns an error for a file that somebody else wrote. Of what is no plain file
// nothing is read: a pipe has nobody at its other end, and a device no end.
func ours(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	first := ""
	if err == nil && info.Mode().IsRegular() {
		first, err = beginning(path, len(firstLine))
	}
	switch {
	case err != nil:
		return fmt.Errorf("looking whether the sandbox's profiles may be written: %w; give another folder", err)
	case first != firstLine:
		return fmt.Errorf("%s is not the sandbox's, so it was left as it is: give another folder, or move that file away", path)
	}
	return nil
}

// beginning reads at most so many bytes of a file.
func beginning(path string, most int) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, int64(most)))
	return string(text), err
}
