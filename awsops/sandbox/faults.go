package sandbox

import (
	"cmp"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"slices"
	"time"

	"crossgrant/awsops/sandbox/api"
)

// Fault is something that goes wrong with one request.
type Fault struct {
	Operation string // API name to wait for; "" is the next request, whatever it is
	After     int    // matching requests to let pass first
	Times     int    // how many requests it hits; 0 is one
	Kind      FaultKind
	Status    int    // for Answer
	Code      string // for Answer
	Message   string // for Answer

	// Struck is called when the fault hits: after the request of a ResetAfter is done and
	// before its connection is cut, else before the fault begins. It is told the operation.
	Struck func(operation string)
}

// FaultKind says how a request goes wrong.
type FaultKind int

const (
	Answer      FaultKind = iota // answer Status, Code and Message, changing nothing
	ResetBefore                  // cut the connection before anything is done
	ResetAfter                   // do it, then cut the connection instead of answering
	Hang                         // answer nothing until the client gives up, changing nothing
)

// Inject queues a fault. Faults are independent: each counts the requests that
// match it, and a request is hit by the first one whose turn it is.
func (s *Sandbox) Inject(f Fault) {
	f.Times = max(f.Times, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// Mend drops the faults that wait.
func (s *Sandbox) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// takeFault returns the fault that hits a request for this operation, or nil.
func (s *Sandbox) takeFault(operation string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if f.Operation != "" && f.Operation != operation {
			continue
		}
		if f.After > 0 {
			f.After--
			continue
		}
		if f.Times--; f.Times == 0 {
			s.faults = slices.Delete(s.faults, i, i+1)
		}
		return f
	}
	return nil
}

// suffer lets the fault whose turn it is have its way with a call.
func (s *Sandbox) suffer(c *call, a *answer) error {
	f := s.takeFault(c.Operation)
	if f == nil {
		return nil
	}
	if f.Kind != ResetAfter && f.Struck != nil {
		f.Struck(c.Operation)
	}
	switch f.Kind {
	case Answer:
		return f.answer()
	case ResetAfter:
		a.cut, a.ResponseWriter, a.struck = a.ResponseWriter, unheard{http.Header{}}, f.Struck
		return nil
	case ResetBefore:
		a.cut = a.ResponseWriter
	case Hang:
		hang(a.ResponseWriter, c.R)
	}
	panic(http.ErrAbortHandler)
}

func (f *Fault) answer() *api.Error {
	return &api.Error{
		Status:  cmp.Or(f.Status, http.StatusInternalServerError),
		Code:    cmp.Or(f.Code, "InternalError"),
		Message: f.Message,
	}
}

// hang returns when the client has given up.
func hang(w http.ResponseWriter, r *http.Request) {
	http.NewResponseController(w).SetReadDeadline(time.Time{})
	io.Copy(io.Discard, r.Body) // the server notices that a client leaves only when it has read all
	<-r.Context().Done()
}

// reset cuts the connection so that the client sees a reset, not an end.
func reset(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return // without a connection of its own the abort is all that there is
	}
	if over, ok := connection.(*tls.Conn); ok {
		connection = over.NetConn()
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	connection.Close()
}

// unheard is a response that nobody gets.
type unheard struct{ header http.Header }

func (u unheard) Header() http.Header       { return u.header }
func (unheard) Write(b []byte) (int, error) { return len(b), nil }
func (unheard) WriteHeader(int)             {}
