package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// wire stands between engines and their server and counts the statements that pass. The server
// itself counts what its own housekeeping does as well, and late.
type wire struct {
	listener net.Listener
	network  string
	server   string

	mu       sync.Mutex
	executed map[string]int // by the statement's beginning
}

// tap opens a wire to the server of a URL, and returns the URL that goes through it.
func tap(address string) (*wire, string, error) {
	conf, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, "", err
	}
	own, err := url.Parse(address)
	if err != nil {
		return nil, "", err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	w := &wire{listener: listener, executed: map[string]int{}}
	w.network, w.server = pgconn.NetworkAddress(conf.Host, conf.Port)
	go w.accept()
	query := own.Query()
	query.Del("host")
	query.Del("port")
	query.Set("sslmode", "disable") // what is encrypted cannot be counted
	own.Host, own.RawQuery = listener.Addr().String(), query.Encode()
	return w, own.String(), nil
}

// accept ends when the listener is closed; connections end with the engines.
func (w *wire) accept() {
	for {
		client, err := w.listener.Accept()
		if err != nil {
			return
		}
		go w.join(client)
	}
}

func (w *wire) join(client net.Conn) {
	defer func() { _ = client.Close() }() // it has ended, one way or the other
	server, err := (&net.Dialer{}).DialContext(context.Background(), w.network, w.server)
	if err != nil {
		return // the engine sees its connection end, and says so
	}
	defer func() { _ = server.Close() }()
	go func() {
		_, _ = io.Copy(client, server)
		_ = client.Close()
	}()
	_ = w.follow(bufio.NewReader(io.TeeReader(client, server)))
}

// follow reads what a client sends, until it ends.
func (w *wire) follow(in *bufio.Reader) error {
	if _, err := body(in); err != nil { // the first message has no letter
		return err
	}
	prepared, bound := map[string]string{}, ""
	for {
		letter, err := in.ReadByte()
		if err != nil {
			return err
		}
		text, err := body(in)
		if err != nil {
			return err
		}
		first, rest, _ := strings.Cut(text, "\x00")
		second, _, _ := strings.Cut(rest, "\x00")
		switch letter {
		case 'P': // parse: name, statement
			prepared[first] = second
		case 'B': // bind: portal, name
			bound = prepared[second]
		case 'E': // execute
			w.count(bound)
		case 'Q': // a statement by itself
			w.count(first)
		}
	}
}

// body reads a message's length and the rest of it.
func body(in *bufio.Reader) (string, error) {
	var length [4]byte
	if _, err := io.ReadFull(in, length[:]); err != nil {
		return "", err
	}
	n := int64(binary.BigEndian.Uint32(length[:])) - 4
	if n < 0 {
		return "", errors.New("not a message of a PostgreSQL client")
	}
	var text strings.Builder
	if _, err := io.CopyN(&text, in, n); err != nil {
		return "", fmt.Errorf("a message was cut off: %w", err)
	}
	return text.String(), nil
}

// shown is how much of a statement is kept.
const shown = 90

func (w *wire) count(statement string) {
	text := strings.ReplaceAll(strings.Join(strings.Fields(statement), " "), "|", "\\|")
	if len(text) > shown {
		text = text[:shown] + " …"
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.executed[text]++
}

// taken returns the counts since it was last asked.
func (w *wire) taken() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	was := w.executed
	w.executed = map[string]int{}
	return was
}

func (w *wire) close() error { return w.listener.Close() }
