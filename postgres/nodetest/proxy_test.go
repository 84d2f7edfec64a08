//go:build unix

package nodetest_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// proxy stands between a node and the database. When it is told to, it cuts a connection at one
// place of the next request.
type proxy struct {
	url, target string

	mu    sync.Mutex
	conns map[net.Conn]bool
	next  cut
	skip  int           // requests before the next cut
	shut  bool          // connections are refused
	held  chan struct{} // if it is not nil, requests wait for its end
	made  map[cut]map[string]int
}

// cut is a place at which a connection breaks.
type cut string

const (
	beforeAnswer cut = "after the request, before its answer"
	halfRequest  cut = "after half of the request"
	noRequest    cut = "before the request"
)

func newProxy(t *testing.T, address string) *proxy {
	t.Helper()
	u, err := url.Parse(address)
	must(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	p := &proxy{target: u.Host, conns: map[net.Conn]bool{}, made: map[cut]map[string]int{beforeAnswer: {}, halfRequest: {}, noRequest: {}}}
	u.Host = l.Addr().String()
	q := u.Query()
	q.Set("sslmode", "disable") // what is encrypted cannot be cut in half
	u.RawQuery = q.Encode()
	p.url = u.String()
	t.Cleanup(func() { _ = l.Close(); p.drop() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(client)
		}
	}()
	return p
}

// arm sets the next cut. It waits for some requests first, so that it comes to all kinds of them.
func (p *proxy) arm(at cut, skip int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next, p.skip = at, skip
}

// armed reports whether the last cut is still to come.
func (p *proxy) armed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.next != ""
}

// spared reports whether requests of some kind were never cut at a place.
func (p *proxy) spared(at cut, kinds []string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(kinds, func(kind string) bool { return p.made[at][kind] == 0 })
}

// refuse cuts all connections and refuses new ones, until it is told otherwise.
func (p *proxy) refuse(shut bool) {
	p.mu.Lock()
	p.shut = shut
	p.mu.Unlock()
	if shut {
		p.drop()
	}
}

// hold lets requests wait on their way until the function that it returns is called.
func (p *proxy) hold() (release func()) {
	held := make(chan struct{})
	p.mu.Lock()
	p.held = held
	p.mu.Unlock()
	return sync.OnceFunc(func() {
		p.mu.Lock()
		p.held = nil
		p.mu.Unlock()
		close(held)
	})
}

// way returns what a request has to wait for, and whether there is a way at all.
func (p *proxy) way() (held chan struct{}, open bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.held, !p.shut
}

func (p *proxy) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
	}
}

// strikes takes the cut that a request is to suffer; "" if none.
func (p *proxy) strikes(what string) cut {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.next == "" {
		return ""
	}
	if p.skip--; p.skip >= 0 {
		return ""
	}
	at := p.next
	p.next = ""
	p.made[at][what]++
	return at
}

func (p *proxy) serve(client net.Conn) {
	defer client.Close()
	if _, open := p.way(); !open {
		return
	}
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer server.Close()
	p.mu.Lock()
	p.conns[client], p.conns[server] = true, true
	p.mu.Unlock()
	lost := make(chan struct{}) // closed when the next answer shall not arrive
	go answers(client, server, lost)
	l := &dialogue{proxy: p, in: bufio.NewReader(client), server: server, names: map[string]string{}}
	l.run(lost)
	p.mu.Lock()
	delete(p.conns, client)
	delete(p.conns, server)
	p.mu.Unlock()
}

// answers passes on what the server says. What it says to a request that is cut shows that it has
// carried it out; then the connection breaks.
func answers(client, server net.Conn, lost chan struct{}) {
	defer client.Close()
	defer server.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := server.Read(buf)
		select {
		case <-lost:
			return
		default:
		}
		if err != nil {
			return
		}
		if _, err := client.Write(buf[:n]); err != nil {
			return
		}
	}
}

// dialogue is what a client says on one connection.
type dialogue struct {
	*proxy
	in     *bufio.Reader
	server net.Conn
	names  map[string]string // what the prepared statements are for
	what   string            // the request that is being put together is for
	sent   []byte            // its messages
}

// run passes on what the client says, request by request. A request is all messages up to the one
// that asks for the answers.
func (d *dialogue) run(lost chan struct{}) {
	for started := false; ; started = true {
		kind, message, err := d.read(started)
		if err != nil {
			return
		}
		d.sent = append(d.sent, message...)
		if started && !d.whole(kind, message[5:]) {
			continue
		}
		request := d.sent
		d.sent = nil
		if held, _ := d.way(); held != nil {
			<-held
		}
		switch at := d.cutOf(); at {
		case "":
		case beforeAnswer:
			close(lost)
			_, _ = d.server.Write(request)
			return // the answers' side closes both, once the server has answered
		default:
			if at == halfRequest {
				_, _ = d.server.Write(request[:len(request)/2])
			}
			_ = d.server.Close()
			return
		}
		if _, err := d.server.Write(request); err != nil {
			return
		}
	}
}

func (d *dialogue) cutOf() cut {
	what := d.what
	d.what = ""
	if what == "" {
		return ""
	}
	return d.strikes(what)
}

// read reads one message. The first of a connection has no kind.
func (d *dialogue) read(started bool) (kind byte, message []byte, err error) {
	head := make([]byte, 4, 5)
	if started {
		head = head[:5]
	}
	if _, err := io.ReadFull(d.in, head); err != nil {
		return 0, nil, err
	}
	body := make([]byte, binary.BigEndian.Uint32(head[len(head)-4:])-4)
	_, err = io.ReadFull(d.in, body)
	return head[0], append(head, body...), err
}

// The client's messages that matter here.
const (
	messageParse   = 'P'
	messageBind    = 'B'
	messageExecute = 'E'
	messageSync    = 'S'
	messageQuery   = 'Q'
)

// whole notes what a message is for, and reports whether a request ends with it.
func (d *dialogue) whole(kind byte, body []byte) bool {
	switch kind {
	case messageParse:
		name, rest := text(body)
		statement, _ := text(rest)
		d.names[name] = purpose(statement)
	case messageBind:
		_, rest := text(body)
		name, _ := text(rest)
		d.what = d.names[name]
	case messageQuery:
		statement, _ := text(body)
		d.what = purpose(statement)
	}
	switch kind {
	case messageParse, messageBind, messageExecute, 'D', 'C', 'H':
		return kind == 'H' // flush
	}
	return true
}

func text(b []byte) (string, []byte) {
	s, rest, _ := bytes.Cut(b, []byte{0})
	return string(s), rest
}

// purpose says in a word what a statement is for.
func purpose(statement string) string {
	for _, p := range []struct{ pattern, what string }{
		{`insert into saga_node`, "join"},
		{`set kind = 3`, "recovery"},
		{`delete from saga_journal`, "checkpoint"},
		{`select \$1, pos \+ 1, 2`, "seal"},
		{`(?s)insert into saga_journal.*insert into saga_key`, "append with starts"},
		{`insert into saga_journal`, "append"},
		{`set owner`, "claim"},
		{`pg_locks`, "look at the nodes"},
		{`pg_advisory_lock`, "presence"},
		{`from saga_journal`, "read of a journal"},
	} {
		if regexp.MustCompile(p.pattern).MatchString(statement) {
			return p.what
		}
	}
	first, _, _ := strings.Cut(strings.TrimSpace(statement), " ")
	return strings.ToLower(first)
}
