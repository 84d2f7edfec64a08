package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/dtm-labs/dtm/client/dtmcli"
	"github.com/dtm-labs/dtm/dtmsvr/entry"

	"github.com/seosa-dev/saga/bench/internal/load"
)

// dtmVariable is set in the environment of a process that is DTM's server; it says how many callers
// there are.
const dtmVariable = "SAGA_BENCH_DTM"

// serveDTM makes this process DTM's server if it was started as one. The server takes its settings
// from the environment, and ends with its input.
func serveDTM() bool {
	callers, err := strconv.Atoi(os.Getenv(dtmVariable))
	if err != nil {
		return false
	}
	dtmcli.GetRestyClient().SetTransport(keepAlive(callers))
	version := "bench"
	entry.Main(&version)
	_, _ = io.Copy(io.Discard, os.Stdin)
	return true
}

// dtmServer is a server in a process of its own.
type dtmServer struct {
	child *exec.Cmd
	hold  io.WriteCloser // the child ends when this does
	url   string
}

// startDTM starts a server for the place of a case, and waits until it answers.
func startDTM(ctx context.Context, c load.Case, durable bool) (*dtmServer, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	settings, port, err := dtmSettings(c, durable)
	if err != nil {
		return nil, err
	}
	s := &dtmServer{child: exec.CommandContext(ctx, self), url: "http://127.0.0.1:" + port}
	s.child.Env = append(os.Environ(), settings...)
	s.child.Stderr = os.Stderr
	if s.hold, err = s.child.StdinPipe(); err != nil {
		return nil, err
	}
	if err := s.child.Start(); err != nil {
		return nil, fmt.Errorf("start DTM: %w", err)
	}
	if err := s.await(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func dtmSettings(c load.Case, durable bool) (settings []string, port string, err error) {
	server, schema, err := split(c.Address)
	if err != nil {
		return nil, "", err
	}
	if server.Port() == "" {
		server.Host += ":5432"
	}
	ports, err := freePorts(3)
	if err != nil {
		return nil, "", err
	}
	password, _ := server.User.Password()
	password = cmp.Or(password, "none") // without one, DTM takes the next setting for it
	settings = []string{
		dtmVariable + "=" + strconv.Itoa(c.Callers),
		"STORE_DRIVER=postgres", "STORE_HOST=" + server.Hostname(), "STORE_PORT=" + server.Port(),
		"STORE_USER=" + server.User.Username(), "STORE_PASSWORD=" + password, "STORE_DB=" + database(server), "STORE_SCHEMA=" + schema,
		"STORE_MAX_OPEN_CONNS=20", "STORE_MAX_IDLE_CONNS=20",
		"HTTP_PORT=" + ports[0], "GRPC_PORT=" + ports[1], "JSON_RPC_PORT=" + ports[2], "LOG_LEVEL=error", "LOG_OUTPUTS=/dev/null",
	}
	if durable {
		settings = append(settings, "UPDATE_BRANCH_SYNC=1")
	}
	return settings, ports[0], nil
}

func database(server *url.URL) string {
	if len(server.Path) > 1 {
		return server.Path[1:]
	}
	return server.User.Username()
}

// freePorts finds ports at which nobody listens. DTM does not take an open listener.
func freePorts(n int) (ports []string, err error) {
	for range n {
		listener, err := net.Listen("tcp", ":0")
		if err != nil {
			return nil, err
		}
		defer listener.Close()
		_, port, err := net.SplitHostPort(listener.Addr().String())
		if err != nil {
			return nil, err
		}
		ports = append(ports, port)
	}
	return ports, nil
}

func (s *dtmServer) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/ping", nil)
		if err != nil {
			return err
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			return resp.Body.Close()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("DTM does not answer: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

// CPU implements [load.Helper].
func (s *dtmServer) CPU() float64 { return load.ProcessTime(s.child.Process.Pid) }

func (s *dtmServer) close() error { return errors.Join(s.hold.Close(), s.child.Wait()) }
