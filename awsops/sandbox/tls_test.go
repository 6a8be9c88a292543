package sandbox_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"crossgrant/awsops/sandbox"
)

func overTLS(c *sandbox.Config) { c.TLS = true }

// overTLS has an SDK trust the sandbox's certificate, and speak no later version than this.
func (w *world) overTLS(latest uint16) func(*s3.Options) {
	w.t.Helper()
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(w.CA()) {
		w.t.Fatal("there is no certificate")
	}
	return func(o *s3.Options) {
		o.UsePathStyle = true
		o.HTTPClient = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MaxVersion: latest}}}
	}
}

// What is said of the way there is what the endpoint is: a bucket that wants TLS gets it
// over https alone, and one that wants a version of it gets that.
func TestConditionsKnowWhetherTheWayIsEncrypted(t *testing.T) {
	plain, encrypted := newWorld(t), newWorld(t, overTLS)
	if !strings.HasPrefix(encrypted.URL(), "https://127.0.0.1:") || plain.CA() != nil {
		t.Fatalf("the endpoints are %s and %s", plain.URL(), encrypted.URL())
	}
	list := func(w *world, latest uint16) error {
		way := func(o *s3.Options) { o.UsePathStyle = true }
		if w == encrypted {
			way = w.overTLS(latest)
		}
		_, err := s3.NewFromConfig(w.config(w.keys(customer)), way).ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: bucket})
		return err
	}
	deny := func(w *world, condition string) {
		policy := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:List*","Resource":"arn:aws:s3:::my.test.bucket","Condition":` + condition + `}]}`
		way := func(o *s3.Options) { o.UsePathStyle = true }
		if w == encrypted {
			way = w.overTLS(0)
		}
		_, err := s3.NewFromConfig(w.config(w.keys(customer)), way).PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: bucket, Policy: &policy})
		w.must(err)
	}
	for _, w := range []*world{plain, encrypted} {
		w.must(list(w, 0))
		deny(w, `{"Bool":{"aws:SecureTransport":"false"}}`)
	}
	plain.refused(list(plain, 0), "AccessDenied", "explicit deny")
	encrypted.must(list(encrypted, 0))
	deny(encrypted, `{"NumericLessThan":{"s3:TlsVersion":"1.3"}}`)
	encrypted.must(list(encrypted, 0))
	encrypted.refused(list(encrypted, tls.VersionTLS12), "AccessDenied", "explicit deny")
	deny(plain, `{"NumericLessThan":{"s3:TlsVersion":"1.3"}}`)
	plain.must(list(plain, 0)) // there is no version where there is no TLS
	fork := encrypted.fork()
	_, err := s3.NewFromConfig(fork.config(fork.keys(customer)), encrypted.overTLS(0)).ListBuckets(t.Context(), nil)
	fork.must(err)
}

// A connection that is cut is cut as one without TLS is.
func TestResetOverTLS(t *testing.T) {
	w := newWorld(t, overTLS)
	w.Inject(sandbox.Fault{Kind: sandbox.ResetBefore})
	_, err := s3.NewFromConfig(w.config(w.keys(customer)), w.overTLS(0)).ListBuckets(t.Context(), nil)
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the client sees %v", err)
	}
}

// The profiles have whoever reads them trust the certificate.
func TestProfilesNameTheCertificate(t *testing.T) {
	w := newWorld(t, overTLS)
	dir := t.TempDir()
	_, config, err := w.WriteProfiles(dir)
	w.must(err)
	settings, err := os.ReadFile(config)
	w.must(err)
	ca := filepath.Join(dir, "ca.pem")
	if n := strings.Count(string(settings), "\nca_bundle = "+ca+"\n"); n != 1+len(w.Profiles()) {
		t.Errorf("%d sections name the certificate in\n%s", n, settings)
	}
	env, err := os.ReadFile(filepath.Join(dir, "env"))
	if w.must(err); !strings.Contains(string(env), "export AWS_CA_BUNDLE='"+ca+"'\n") {
		t.Errorf("the file env does not name the certificate:\n%s", env)
	}
	text, err := os.ReadFile(ca)
	w.must(err)
	if !x509.NewCertPool().AppendCertsFromPEM(text) || strings.Contains(string(text), "PRIVATE") {
		t.Errorf("the certificate is\n%s", text)
	}
	_, _, err = w.WriteProfiles(dir)
	w.must(err) // it knows its own again
}
