package awsops

// The way to AWS: the HTTP client of the sessions, which knows of proxies, of who else may
// answer, and of what was never sent.

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"crossgrant/awsops/problem"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"golang.org/x/net/http/httpproxy"
)

func (s Source) client() aws.HTTPClient {
	if s.Transport != nil {
		return &http.Client{Transport: s.Transport}
	}
	answerIn := cmp.Or(s.Timeout, 20*time.Second)
	return awshttp.NewBuildableClient().
		WithTimeout(3 * answerIn).
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = 5 * time.Second }).
		WithTransportOptions(func(t *http.Transport) {
			t.ResponseHeaderTimeout = answerIn
			t.TLSHandshakeTimeout = 10 * time.Second
			t.MaxIdleConns = 64
			t.MaxIdleConnsPerHost = 32 // readers ask side by side
			t.Proxy = proxies(httpproxy.FromEnvironment())
			t.OnProxyConnectResponse = func(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
				if answer.StatusCode == http.StatusOK {
					return nil
				}
				return &problem.ProxyRefused{Proxy: proxy.Host, Status: answer.StatusCode}
			}
		})
}

// proxies tells which proxy a request goes by. One that is set and cannot be read is an
// error where it would be used, and not passed by as Go does.
func proxies(set *httpproxy.Config) func(*http.Request) (*url.URL, error) {
	unreadable := map[string]string{} // the host that stands for it: its variable
	for _, p := range []struct {
		value          *string
		variable, host string
	}{{&set.HTTPSProxy, "HTTPS_PROXY", "https-proxy.invalid"}, {&set.HTTPProxy, "HTTP_PROXY", "http-proxy.invalid"}} {
		if *p.value != "" && !isProxy(*p.value) {
			unreadable[p.host] = p.variable
			*p.value = p.host
		}
	}
	by := set.ProxyFunc()
	return func(r *http.Request) (*url.URL, error) {
		proxy, err := by(r.URL)
		if err == nil && proxy != nil && unreadable[proxy.Host] != "" {
			return nil, &problem.ProxyUnreadable{Variable: unreadable[proxy.Host]}
		}
		return proxy, err
	}
}

// isProxy tells the address of a proxy as Go does, which puts http:// before what it cannot
// read; here before what has no scheme alone. Go takes http://USER:A#B@HOST for one on the
// host "http".
func isProxy(address string) bool {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme)
}

// watchful marks what was never sent, and takes no answer for AWS's that is somebody else's.
type watchful struct{ aws.HTTPClient }

func (w watchful) Do(r *http.Request) (*http.Response, error) {
	var connected atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	answer, err := w.HTTPClient.Do(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
	switch {
	case err != nil && !connected.Load():
		return answer, &problem.NeverSent{Err: err}
	case err != nil:
		return answer, err
	}
	if foreign := notAWS(r.URL.Host, answer); foreign != nil {
		return nil, errors.Join(foreign, answer.Body.Close())
	}
	return answer, nil
}

// notAWS tells of an answer that bears no sign of AWS's, nor of what speaks as AWS does:
// web pages, redirects, and refusals in words of another kind.
func notAWS(host string, answer *http.Response) *problem.NotAWS {
	if answer.StatusCode >= 500 { // which may have passed the request on
		return nil
	}
	for _, name := range []string{"x-amz-request-id", "x-amzn-requestid", "x-amz-id-2", "x-amz-bucket-region"} {
		if answer.Header.Get(name) != "" {
			return nil
		}
	}
	body := bufio.NewReader(answer.Body)
	first, _ := body.Peek(512) // whose error comes again when it is read
	answer.Body = struct {
		io.Reader
		io.Closer
	}{body, answer.Body}
	text := bytes.TrimSpace(first)
	page := strings.HasPrefix(http.DetectContentType(first), "text/html")
	status := answer.StatusCode
	switch {
	case page, status >= 300 && status < 400, status == http.StatusProxyAuthRequired,
		status >= 400 && status < 500 && len(text) > 0 && text[0] != '<':
		return &problem.NotAWS{
			Host: host, Status: status,
			HTTPS: status == http.StatusBadRequest && strings.Contains(string(text), "HTTPS"), // sent to a port that is encrypted
		}
	}
	return nil
}
