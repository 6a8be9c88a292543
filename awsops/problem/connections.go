package problem

import (
	"errors"
	"syscall"
)

// connections are what stands between this computer and AWS, by the texts of Go's network
// and by those of way.go.
var connections = []cause{
	// A proxy.
	{
		text: "407 proxy authentication required", summary: "The proxy wants a user and a password",
		detail: "{proxy} answered in AWS's place, with 407. Nothing reached AWS.",
		fixes:  []string{"Set them: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT", "Write each sign of the password that is no letter and no digit as % and two hexadecimal digits: % as %25, # as %23, @ as %40."},
	},
	{
		text: "is not the address of a proxy", summary: "The proxy that is set cannot be read",
		detail: "HTTPS_PROXY, or HTTP_PROXY for an endpoint with http://, is not an address. It is not shown here: there may be a password in it. Nothing was sent.",
		fixes:  []string{"Write it as http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT.", "Write each sign of the password that is no letter and no digit as % and two hexadecimal digits: % as %25, # as %23, @ as %40."},
	},
	{
		text: " refused with ", summary: "The proxy does not let the connection through",
		detail: "{proxy} refused to connect to AWS. Nothing reached AWS.",
		fixes:  []string{"Ask your network team to allow the hosts that AWS tools use (amazonaws.com, port 443).", "Or take the host out of the proxy's hands with NO_PROXY, where the network allows it."},
	},
	{
		text: "proxyconnect tcp: dial tcp: lookup", summary: "The proxy's name is not known",
		detail: "No address could be found for the name of {proxy}. Nothing was sent.",
		fixes:  []string{"Correct HTTPS_PROXY (HTTP_PROXY for an endpoint with http://), or unset it.", "Check the network and a VPN: the name may be known only there."},
	},
	{
		text: "proxyconnect tcp: tls", summary: "The proxy does not speak HTTPS",
		detail: "HTTPS_PROXY begins with https://, and no encrypted connection to the proxy itself could be made. Nothing was sent.",
		fixes:  []string{"Most proxies are spoken to in plain http, also for encrypted requests: HTTPS_PROXY=http://HOST:PORT"},
	},
	{
		text: "proxyconnect", summary: "The proxy cannot be reached",
		detail: "No connection to {proxy} could be made. Nothing was sent.",
		fixes:  []string{"Check HTTPS_PROXY (HTTP_PROXY for an endpoint with http://), or unset it.", "Check the network and a VPN."},
	},
	// Certificates.
	{
		text: "certificate has expired or is not yet valid", summary: "The certificate of the other side is not valid at this time",
		detail: "Its certificate has expired or is not valid yet, or the clock of this computer is wrong. Nothing was sent.",
		fixes:  []string{"Check the clock of this computer.", "Ask whoever runs the endpoint, or your network team, for a valid certificate."},
	},
	{
		text: "certificate is valid for", summary: "The certificate does not fit the address",
		detail: "A name with dots makes an address that AWS's certificate does not cover, or a proxy answers in AWS's place.",
		fixes:  []string{"Use path-style addressing: aws configure set s3.addressing_style path --profile {profile}", "Ask your network team whether a proxy opens encrypted connections; if so set AWS_CA_BUNDLE."},
	},
	{
		text: "x509: cannot validate certificate for", summary: "The certificate does not fit the address",
		detail: "The certificate is for names, and the endpoint is given by a number. Nothing was sent.",
		fixes:  []string{"Write the name of the host in AWS_ENDPOINT_URL or endpoint_url."},
	},
	{
		text: "x509:", summary: "The certificate of the other side is not trusted",
		detail: "A proxy of your network may answer in AWS's place, or the computer's clock or certificates are old.",
		fixes:  []string{"Ask your network team for their certificate and set AWS_CA_BUNDLE to its file.", "Check the clock of this computer."},
	},
	// What answers.
	{
		text: "server gave http response to https client", summary: "The endpoint does not speak HTTPS",
		detail: "The address begins with https:// and what answers there speaks http.", fixes: []string{"Write http:// in AWS_ENDPOINT_URL or endpoint_url, if that is meant."},
	},
	{
		text: "not aws: the port is encrypted", summary: "The endpoint speaks HTTPS alone",
		detail: "The address begins with http:// and {asked} takes encrypted requests only.", fixes: []string{"Write https:// in AWS_ENDPOINT_URL or endpoint_url."},
	},
	{
		text: "not aws:", summary: "Somebody else answered in AWS's place",
		detail: "What came back from {asked} is not in AWS's format: a portal that wants a sign-in, a proxy that refuses, or an endpoint that is another service.",
		fixes:  []string{"Open a page in a browser: if the network asks for a sign-in, sign in there and try again.", "Check AWS_ENDPOINT_URL and endpoint_url in the profile, if you set them.", "Ask your network team whether a proxy keeps AWS from you."},
	},
	{
		text: "malformed http", summary: "What answers is no web service",
		detail: "Something else than HTTP is spoken at {asked}.",
		fixes:  []string{"Check the host and the port in AWS_ENDPOINT_URL, endpoint_url and HTTPS_PROXY."},
	},
	{
		text: "first record does not look like a tls handshake", summary: "What answers is no web service",
		detail: "Something else than HTTPS is spoken at the endpoint. Nothing was sent.",
		fixes:  []string{"Check the host and the port in AWS_ENDPOINT_URL, endpoint_url and HTTPS_PROXY."},
	},
	// The network.
	{
		text: "no such host", summary: "AWS cannot be reached",
		detail: "The name of the host is not known: there is no network, or the region or the endpoint is mistyped.",
		fixes:  []string{"Check the network and a VPN.", "Check the profile's region, AWS_ENDPOINT_URL and endpoint_url."},
	},
	{
		text: "server misbehaving", summary: "AWS cannot be reached",
		detail: "The name server of this network did not say which address {asked} has.",
		fixes:  []string{"Check the network and a VPN, and try again."},
	},
	{
		text: "connection refused", summary: "AWS cannot be reached",
		detail: "Nothing answers at the address.",
		fixes:  []string{"Check AWS_ENDPOINT_URL and endpoint_url in the profile: is what should answer there running?", "Check a proxy (HTTPS_PROXY)."},
	},
	{
		text: "unreachable", summary: "AWS cannot be reached",
		detail: "This computer knows no way to {asked}.",
		fixes:  []string{"Check the network and a VPN."},
	},
	{
		text: "no route to host", summary: "AWS cannot be reached",
		detail: "This computer knows no way to {asked}.",
		fixes:  []string{"Check the network and a VPN."},
	},
}

// full is the cause of an error of a computer that has no room left, whatever was done.
func full(err error) (cause, bool) {
	switch {
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		return cause{summary: "The disk is full", fixes: []string{"Make room on the disk, and try again."}}, true
	case errors.Is(err, syscall.EFBIG):
		return cause{summary: "The file may not become as large as it has to", fixes: []string{"Allow larger files (ulimit -f), or use another disk."}}, true
	case errors.Is(err, syscall.EROFS):
		return cause{summary: "The disk cannot be written to", fixes: []string{"Use a folder of another disk."}}, true
	case errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE):
		return cause{summary: "Too many files are open", fixes: []string{"Close other programs, or allow more open files (ulimit -n), and try again."}}, true
	}
	return cause{}, false
}
