package postgres_test

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// proxy stands between a store and the server. It counts what the store asks, and can lose the
// answer to a request that the server has carried out.
type proxy struct {
	url    string
	target string

	mu      sync.Mutex
	conns   map[net.Conn]bool
	refuses bool // new connections
	cuts    bool // the connection of the next statement, before its answer
	asked   map[byte]int
}

// The messages of a client that count: what executes a statement, and what asks for all answers.
const (
	execute = 'E'
	settle  = 'S'
)

func newProxy(t *testing.T, address string) *proxy {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{target: u.Host, conns: map[net.Conn]bool{}, asked: map[byte]int{}}
	u.Host = l.Addr().String()
	q := u.Query()
	q.Set("sslmode", "disable")
	u.RawQuery = q.Encode()
	p.url = u.String()
	t.Cleanup(func() {
		l.Close()
		p.drop()
	})
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

func (p *proxy) serve(client net.Conn) {
	defer client.Close()
	p.mu.Lock()
	refuses := p.refuses
	p.mu.Unlock()
	if refuses {
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
	lost := make(chan struct{}) // closed when the answer shall not arrive
	go p.answers(client, server, lost)
	p.requests(client, server, lost)
}

// answers passes on what the server says.
func (p *proxy) answers(client, server net.Conn, lost chan struct{}) {
	defer client.Close()
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

// requests passes on what the client says, message by message.
func (p *proxy) requests(client, server net.Conn, lost chan struct{}) {
	in, cut := bufio.NewReader(client), false
	for started := false; ; started = true {
		head := make([]byte, 4)
		if started {
			head = make([]byte, 5)
		}
		if _, err := io.ReadFull(in, head); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint32(head[len(head)-4:])-4)
		if _, err := io.ReadFull(in, body); err != nil {
			return
		}
		if started && p.note(head[0]) && !cut {
			cut = true
			close(lost)
		}
		if _, err := server.Write(append(head, body...)); err != nil {
			return
		}
	}
}

// note counts a message and reports whether its answer shall be lost.
func (p *proxy) note(kind byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked[kind]++
	cut := p.cuts && kind == execute
	if cut {
		p.cuts = false
	}
	return cut
}

// cutNext loses the answer to the next statement.
func (p *proxy) cutNext() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cuts = true
}

// refuse says whether connections are refused from now on; those that there are end.
func (p *proxy) refuse(refuses bool) {
	p.mu.Lock()
	p.refuses = refuses
	p.mu.Unlock()
	if refuses {
		p.drop()
	}
}

func (p *proxy) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.Close()
	}
	clear(p.conns)
}

// counted runs fn and returns how many statements it had the server execute, in how many round trips.
func (p *proxy) counted(fn func()) (statements, trips int) {
	p.mu.Lock()
	clear(p.asked)
	p.mu.Unlock()
	fn()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[execute], p.asked[settle]
}
