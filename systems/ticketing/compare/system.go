package compare

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/session"
	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/monolith"
	"github.com/seosa-dev/saga/systems/ticketing/platform"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

const (
	monolithName = "monolith"
	servicesName = "services"
	admin        = "admin"
	password     = "correct horse"
	admitEvery   = 20 * time.Millisecond
	iterations   = 1 // hashing passwords is not what is measured
)

// everybody is let in, because waiting is not what is measured.
func everybody() queue.Rule { return queue.Rule{Limit: 100_000} }

// system is one of the two, running behind a port.
type system struct {
	name, url string
	parts     *parts
	spans     *spans
	client    *http.Client
	stop      func() error
}

func openMonolith(ctx context.Context, folder string) (*system, error) {
	key, err := session.LoadKey(filepath.Join(folder, "session.key"))
	if err != nil {
		return nil, err
	}
	p := &parts{}
	m, err := monolith.New(ctx, monolith.Config{
		Path: filepath.Join(folder, "monolith.db"), SessionKey: key, Admin: user.Admin{Name: admin, Password: password},
		Logger: slog.New(slog.DiscardHandler), Iterations: iterations, AdmitEvery: admitEvery, Rule: everybody(), Before: p.pass,
	})
	if err != nil {
		return nil, err
	}
	return start(ctx, &system{name: monolithName, parts: p}, monolith.NewController(m), m.Run, m.Close)
}

func openServices(ctx context.Context, folder string) (*system, error) {
	p := &parts{}
	all, err := platform.Open(ctx, platform.Config{
		Folder: folder, Admin: user.Admin{Name: admin, Password: password}, Logger: slog.New(slog.DiscardHandler),
		Iterations: iterations, AdmitEvery: admitEvery, Rule: everybody(), Patience: time.Second, Wait: time.Minute,
		Around: func(place string, next message.Publisher) message.Publisher {
			_, part, _ := strings.Cut(place, ">")
			return way{p, part, next}
		},
		Asking: func(ctx context.Context, token string, next platform.Check) (access.Pass, error) {
			if err := p.pass(ctx, "queue"); err != nil {
				return access.Pass{}, err
			}
			return next(ctx, token)
		},
	})
	if err != nil {
		return nil, err
	}
	return start(ctx, &system{name: servicesName, parts: p}, p.door(all), all.Run, all.Close)
}

// start runs a system behind a free port, with every transaction traced.
func start(ctx context.Context, s *system, door http.Handler, run func(context.Context) error, closing func() error) (*system, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, closing())
	}
	s.spans = newSpans()
	working, stop := context.WithCancel(sqlite.Trace(context.WithoutCancel(ctx), s.spans.add))
	ended := make(chan error, 2)
	go func() { ended <- run(working) }()
	server := &http.Server{
		Handler: door, ReadHeaderTimeout: 10 * time.Second, BaseContext: func(net.Listener) context.Context { return working },
	}
	go func() { ended <- server.Serve(listener) }()
	transport := &http.Transport{MaxIdleConnsPerHost: 256}
	s.url, s.client = "http://"+listener.Addr().String(), &http.Client{Transport: transport}
	s.stop = func() error {
		err := server.Close()
		transport.CloseIdleConnections()
		stop()
		for range cap(ended) {
			if e := <-ended; !errors.Is(e, http.ErrServerClosed) {
				err = errors.Join(err, e)
			}
		}
		if err = errors.Join(err, closing()); err != nil {
			return fmt.Errorf("compare: stop the %s: %w", s.name, err)
		}
		return nil
	}
	return s, nil
}
