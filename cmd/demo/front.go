package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"

	"github.com/seosa-dev/saga/cmd/demo/page"
)

// front is the address that people open. It belongs to the parent, so it is still there when a row
// kills the system. What it does not know itself, it asks the system.
type front struct {
	server *http.Server
	page   *page.Page // nil in production
	ended  chan struct{}
}

func serveFront(l net.Listener, p *player) (*front, error) {
	f := &front{ended: make(chan struct{})}
	behind := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(&url.URL{Scheme: "http", Host: p.at.shop})
			r.Out.Host = r.In.Host // what the browser calls this origin
		},
		FlushInterval: -1,
		Transport:     &http.Transport{DisableKeepAlives: true},
		ErrorLog:      slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug),
	}
	mux := http.NewServeMux()
	mux.Handle("/", behind)
	if !p.production {
		var err error
		p.source = newSource(p)
		p.source.occupy() // until the terminal is done
		f.page, err = page.New(page.Config{Source: p.source, Environment: "demo · SQLite"})
		if err != nil {
			return nil, errors.Join(err, l.Close())
		}
		for _, path := range []string{"/{$}", "/scenarios", "/scenarios/", "/faults", "/faults/", "/events", "/page/"} {
			mux.Handle(path, f.page)
		}
	}
	f.server = &http.Server{Handler: thisMachine(mux), ReadHeaderTimeout: 5 * time.Second, ErrorLog: behind.ErrorLog}
	go func() {
		defer close(f.ended)
		if err := f.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			slog.Error("the page ended", "error", err)
		}
	}()
	return f, nil
}

func (f *front) close() {
	if f.page != nil {
		f.page.Close()
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := f.server.Shutdown(ctx); err != nil {
		f.server.Close()
	}
	<-f.ended
}

// thisMachine answers only to the names of this machine, so that a page of another site cannot reach
// it under a name of its own that leads here.
func thisMachine(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "This address is for this machine only; open it as http://127.0.0.1 with the port.", http.StatusMisdirectedRequest)
			return
		}
		h.ServeHTTP(w, r)
	})
}
