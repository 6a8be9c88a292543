package awsops

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"crossgrant/awsops/problem"
)

// trouble is what stands between a profile p and AWS, and what is said of it.
type trouble struct {
	environment map[string]string
	summary     string
	says        []string
	maybeDone   bool // the request went out, and nobody knows what became of it
	atOpen      bool // it is said before anything is sent
}

// meet signs in and writes an object, which both must end in the problem.
func (x trouble) meet(t *testing.T) {
	t.Helper()
	for _, name := range []string{"HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "no_proxy"} {
		t.Setenv(name, "")
	}
	for name, value := range x.environment {
		t.Setenv(name, value)
	}
	s := sourceOf(t, "[p]\n"+someKey, "")
	s.Timeout = 500 * time.Millisecond
	s.AllowHTTP = true
	session, err := s.Open(t.Context(), "p")
	if x.atOpen {
		x.is(t, err)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = session.Identity(t.Context())
	if problem.Lost(err) {
		t.Errorf("nothing was to be changed, and it may have been: %v", err)
	}
	x.is(t, err)
	_, err = session.Perform(t.Context(), PutObject{Bucket: bucket, Owner: customer, Key: "k", Body: "b"})
	if problem.Lost(err) != x.maybeDone {
		t.Errorf("lost %t: %v", problem.Lost(err), err)
	}
	if p := x.is(t, err); !x.maybeDone && strings.Contains(p.Error(), "its answer was lost") {
		t.Errorf("of what was not done it says %v", p)
	}
}

func (x trouble) is(t *testing.T, err error) *problem.Error {
	t.Helper()
	p := wantProblem(t, err, x.summary)
	for _, says := range x.says {
		if !strings.Contains(p.Error(), says) {
			t.Errorf("it does not say %q: %v", says, p)
		}
	}
	if p.Code != "" || p.RequestID != "" {
		t.Errorf("AWS said nothing, and is quoted: %v", p)
	}
	for _, hidden := range []string{"Sek", "alice"} {
		if strings.Contains(p.Error(), hidden) {
			t.Errorf("%q is shown: %v", hidden, p)
		}
	}
	return p
}

// answering is a server that answers each request alike, also CONNECT.
func answering(t *testing.T, status int, header, body string) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if name, value, ok := strings.Cut(header, ": "); ok {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	return server
}

// saying is a server that says something of no protocol that is known here, and hangs up.
func saying(t *testing.T, greeting string) (host string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = bufio.NewReader(c).Peek(1) // else a client would not know what was answered
				_, _ = io.WriteString(c, greeting)
				_, _ = io.Copy(io.Discard, c)
				_ = c.Close()
			}()
		}
	}()
	return l.Addr().String()
}

// answeringOther takes requests by HTTP and answers by something else.
func answeringOther(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if c, _, err := w.(http.Hijacker).Hijack(); err == nil {
			_, _ = io.WriteString(c, "220 mail.corp.example ESMTP\r\n")
			_ = c.Close()
		}
	}))
	t.Cleanup(server.Close)
	return server
}

// names makes a server for names answer each question with a code: 3 is "no such name".
func names(t *testing.T, code byte) {
	t.Helper()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	go func() {
		question := make([]byte, 1500)
		for {
			n, from, err := c.ReadFrom(question)
			if err != nil {
				return
			}
			question[2], question[3] = 0x81, 0x80|code
			question[10], question[11] = 0, 0 // nothing more stands behind the question
			end := 12
			for end < n && question[end] != 0 {
				end += int(question[end]) + 1
			}
			_, _ = c.WriteTo(question[:end+5], from)
		}
	}()
	was := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", c.LocalAddr().String())
	}}
	t.Cleanup(func() { net.DefaultResolver = was })
}

// closed is an address where nothing listens.
func closed(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// expired serves HTTPS with a certificate that is over, and returns the file to trust it by.
func expired(t *testing.T) (url, bundle string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	is := &x509.Certificate{
		SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(-24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, is, is, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = quiet()
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL, writeFile(t, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
}

func secured(t *testing.T) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = quiet()
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

const page = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Welcome<br></body></html>"

// The rows of the table of case 05, and those on a proxy of their kind.
func TestCase05Proxy(t *testing.T) {
	asks := strings.TrimPrefix(answering(t, http.StatusProxyAuthRequired, "Proxy-Authenticate: Basic", "").URL, "http://")
	refuses := strings.TrimPrefix(answering(t, http.StatusForbidden, "", page).URL, "http://")
	fails := strings.TrimPrefix(answering(t, http.StatusBadGateway, "", page).URL, "http://")
	nobody := closed(t)
	names(t, 3)
	encode := "% as %25, # as %23, @ as %40"
	for name, x := range map[string]trouble{
		"that asks who it is": {
			environment: map[string]string{"HTTPS_PROXY": "http://" + asks}, summary: "The proxy wants a user and a password",
			says: []string{"the proxy " + asks, "HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT", "Nothing reached AWS"},
		},
		"that asks, with a wrong password": {
			environment: map[string]string{"HTTPS_PROXY": "http://alice:Sekret@" + asks}, summary: "The proxy wants a user and a password",
			says: []string{"the proxy " + asks},
		},
		"that asks, in plain http": {
			environment: map[string]string{"HTTP_PROXY": "http://" + asks, "AWS_ENDPOINT_URL": "http://s3.corp.example"}, summary: "The proxy wants a user and a password",
			says: []string{"Nothing reached AWS"},
		},
		"whose name is not known": {
			environment: map[string]string{"HTTPS_PROXY": "proxy.corp.example:8080"}, summary: "The proxy's name is not known",
			says: []string{"the proxy proxy.corp.example", "HTTPS_PROXY"},
		},
		"that cannot be read": {
			environment: map[string]string{"HTTPS_PROXY": "http://alice:Sek%ret@127.0.0.1:1"}, summary: "The proxy that is set cannot be read",
			says: []string{"HTTPS_PROXY", encode},
		},
		"with a sharp": {
			environment: map[string]string{"https_proxy": "http://alice:Sek#ret@127.0.0.1:1"}, summary: "The proxy that is set cannot be read",
			says: []string{"HTTPS_PROXY", encode},
		},
		"of a kind that is not known": {
			environment: map[string]string{"HTTPS_PROXY": "ftp://alice:Sekret@127.0.0.1:1"}, summary: "The proxy that is set cannot be read",
			says: []string{"HTTPS_PROXY is not the address of a proxy"},
		},
		"that cannot be read, in plain http": {
			environment: map[string]string{"HTTP_PROXY": "http://alice:Sek%ret@127.0.0.1:1", "AWS_ENDPOINT_URL": "http://s3.corp.example"}, summary: "The proxy that is set cannot be read",
			says: []string{"HTTP_PROXY is not the address of a proxy"},
		},
		"that refuses": {
			environment: map[string]string{"HTTPS_PROXY": "http://" + refuses}, summary: "The proxy does not let the connection through",
			says: []string{"the proxy " + refuses, "403 Forbidden", "Nothing reached AWS"},
		},
		"that reaches nobody": {
			environment: map[string]string{"HTTPS_PROXY": "http://" + fails}, summary: "The proxy does not let the connection through",
			says: []string{"502 Bad Gateway"},
		},
		"that is not there": {
			environment: map[string]string{"HTTPS_PROXY": "http://" + nobody}, summary: "The proxy cannot be reached",
			says: []string{"the proxy " + nobody, "HTTPS_PROXY"},
		},
		"that does not speak https": {
			environment: map[string]string{"HTTPS_PROXY": "https://" + refuses}, summary: "The proxy does not speak HTTPS",
			says: []string{"HTTPS_PROXY=http://HOST:PORT"},
		},
	} {
		t.Run(name, x.meet)
	}
}

func TestCase05Endpoint(t *testing.T) {
	names(t, 3)
	over, bundle := expired(t)
	encrypted := secured(t)
	plain := answering(t, http.StatusOK, "", page)
	nobody := closed(t)
	endpoint := func(url string) map[string]string { return map[string]string{"AWS_ENDPOINT_URL": url} }
	short := answering(t, http.StatusOK, "Content-Length: 500", "<GetCallerIdentityResponse><Get")
	for name, x := range map[string]trouble{
		"without a scheme":        {environment: endpoint("localhost:4566"), summary: "The endpoint is not an address", says: []string{"AWS_ENDPOINT_URL of the environment", "https:// or http://"}, atOpen: true},
		"of one service":          {environment: map[string]string{"AWS_ENDPOINT_URL_S3": "localhost:4566"}, summary: "The endpoint is not an address", says: []string{"AWS_ENDPOINT_URL_S3"}, atOpen: true},
		"without a host":          {environment: endpoint("http:///x"), summary: "The endpoint is not an address", atOpen: true},
		"of another kind":         {environment: endpoint("s3://alice:Sekret@bucket"), summary: "The endpoint is not an address", atOpen: true},
		"a page":                  {environment: endpoint(plain.URL), summary: "Somebody else answered in AWS's place", says: []string{plain.Listener.Addr().String(), "AWS's format"}},
		"a page that is XML":      {environment: endpoint(answering(t, 200, "", "<html><body><p>x</p></body></html>").URL), summary: "Somebody else answered in AWS's place"},
		"a portal":                {environment: endpoint(answering(t, http.StatusFound, "Location: http://portal.example/login", "").URL), summary: "Somebody else answered in AWS's place", says: []string{"302 Found", "browser"}},
		"a refusal on a page":     {environment: endpoint(answering(t, http.StatusForbidden, "", page).URL), summary: "Somebody else answered in AWS's place", says: []string{"403 Forbidden"}},
		"another service":         {environment: endpoint(answering(t, http.StatusNotFound, "", "404 page not found\n").URL), summary: "Somebody else answered in AWS's place", says: []string{"404 Not Found"}},
		"one that asks for JSON":  {environment: endpoint(answering(t, http.StatusBadRequest, "Content-Type: application/json", `{"error":"no"}`).URL), summary: "Somebody else answered in AWS's place"},
		"a name that is not":      {environment: endpoint("https://s3.corp.example"), summary: "AWS cannot be reached", says: []string{"The name of the host is not known"}},
		"a closed port":           {environment: endpoint("http://" + nobody), summary: "AWS cannot be reached", says: []string{"Nothing answers at the address"}},
		"http behind https":       {environment: endpoint(strings.Replace(plain.URL, "http:", "https:", 1)), summary: "The endpoint does not speak HTTPS"},
		"https behind http":       {environment: endpoint(strings.Replace(encrypted.URL, "https:", "http:", 1)), summary: "The endpoint speaks HTTPS alone"},
		"an unknown authority":    {environment: endpoint(encrypted.URL), summary: "The certificate of the other side is not trusted", says: []string{"AWS_CA_BUNDLE"}},
		"another name":            {environment: endpoint("https://localhost:" + port(encrypted)), summary: "The certificate does not fit the address"},
		"a certificate that ends": {environment: map[string]string{"AWS_ENDPOINT_URL": over, "AWS_CA_BUNDLE": bundle}, summary: "The certificate of the other side is not valid at this time", says: []string{"clock"}},
		"no certificates":         {environment: map[string]string{"AWS_CA_BUNDLE": writeFile(t, "ca.pem", "none\n")}, summary: "The file with certificates cannot be used", says: []string{"AWS_CA_BUNDLE"}, atOpen: true},
		"another protocol":        {environment: endpoint("https://" + saying(t, "SSH-2.0-OpenSSH_9.9\r\n")), summary: "What answers is no web service"},
		"another one by http":     {environment: endpoint(answeringOther(t).URL), summary: "What answers is no web service", maybeDone: true},
		"a gateway's fault":       {environment: endpoint(answering(t, http.StatusBadGateway, "", page).URL), summary: "What answered had a fault", maybeDone: true},
	} {
		t.Run(name, x.meet)
	}
	t.Run("200 and no identity", func(t *testing.T) {
		t.Setenv("AWS_ENDPOINT_URL", answering(t, http.StatusOK, "Content-Type: application/json", `{"ok":true}`).URL)
		session, err := sourceOf(t, "[p]\n"+someKey, "").Open(t.Context(), "p")
		if err != nil {
			t.Fatal(err)
		}
		_, err = session.Identity(t.Context())
		wantProblem(t, err, "Somebody else answered in AWS's place")
	})
	t.Run("an answer that breaks off", func(t *testing.T) {
		t.Setenv("AWS_ENDPOINT_URL", short.URL)
		session, err := sourceOf(t, "[p]\n"+someKey, "").Open(t.Context(), "p")
		if err != nil {
			t.Fatal(err)
		}
		_, err = session.Identity(t.Context())
		wantProblem(t, err, "The connection to AWS broke off")
	})
}

// A proxy that cannot be read is no matter where no proxy is asked.
func TestAProxyThatIsNotAsked(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://alice:Sek%ret@127.0.0.1:1")
	t.Setenv("NO_PROXY", "s3.corp.example")
	for host, summary := range map[string]string{secured(t).URL: "The certificate of the other side is not trusted", "https://s3.corp.example": "AWS cannot be reached"} {
		names(t, 3)
		t.Setenv("AWS_ENDPOINT_URL", host)
		session, err := sourceOf(t, "[p]\n"+someKey, "").Open(t.Context(), "p")
		if err != nil {
			t.Fatal(err)
		}
		_, err = session.Identity(t.Context())
		wantProblem(t, err, summary)
	}
}

func TestAServerForNamesThatFails(t *testing.T) {
	names(t, 2)
	trouble{
		environment: map[string]string{"AWS_ENDPOINT_URL": "https://s3.corp.example"}, summary: "AWS cannot be reached",
		says: []string{"The name server of this network did not say which address s3.corp.example has"},
	}.meet(t)
}

func port(s *httptest.Server) string {
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	return port
}

// quiet is for servers whose clients hang up, as they should.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }
