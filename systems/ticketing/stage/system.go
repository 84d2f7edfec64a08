package stage

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/fault/child"
	"github.com/seosa-dev/saga/systems/ticketing/platform"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

// The administrator of a stage.
const (
	admin    = "director"
	password = "the rows want one"
)

// Run is the child: a platform with faults, until its input ends. The arguments are those that [Play] gives
// it, without what made the program be the child.
func Run(args []string, in io.Reader, out io.Writer) (err error) {
	signal.Ignore(os.Interrupt) // ctrl-C reaches both; the parent ends this one in order
	s := system{logger: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	if err := s.read(args); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.open(context.Background()); err != nil {
		return err
	}
	ctx, stop := child.Serving(in, out)
	defer stop()
	return s.platform.Run(ctx)
}

// system is everything that the child runs.
type system struct {
	folder, door, control string
	budget                time.Duration
	logger                *slog.Logger
	clock                 clock
	wrong                 *wrong
	platform              *platform.Platform
	servers               []*http.Server
	serving               sync.WaitGroup
}

func (s *system) read(args []string) error {
	flags := flag.NewFlagSet("stage", flag.ContinueOnError)
	flags.StringVar(&s.folder, "folder", "", "")
	flags.StringVar(&s.door, "door", "", "")
	flags.StringVar(&s.control, "control", "", "")
	flags.DurationVar(&s.budget, "budget", 0, "")
	return flags.Parse(args)
}

func (s *system) open(ctx context.Context) (err error) {
	if s.wrong, err = watch(s.logger); err != nil { // before anything is opened
		return err
	}
	s.platform, err = platform.Open(ctx, platform.Config{
		Folder: s.folder, Logger: s.logger, Now: s.clock.now, Around: s.wrong.around,
		Admin: user.Admin{Name: admin, Password: password}, Iterations: 1,
		AdmitEvery: 50 * time.Millisecond, Expect: expect, Budget: s.budget, Patience: 200 * time.Millisecond, Wait: patience,
		Engine: &saga.Config{Logger: s.logger, CompensationRetry: saga.RetryPolicy{
			MaxAttempts: max(int(s.budget/expect), 1), Initial: 20 * time.Millisecond, Max: expect,
		}},
	})
	if err != nil {
		return err
	}
	if err := s.wrong.tables(ctx, s.folder); err != nil {
		return err
	}
	return errors.Join(s.serve(s.door, s.platform), s.serve(s.control, s.controls()))
}

func (s *system) serve(address string, h http.Handler) error {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("stage: %w", err)
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	s.servers = append(s.servers, server)
	s.serving.Go(func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			s.logger.Error("a server ended", "error", err)
		}
	})
	return nil
}

// close ends what open began, the intake first.
func (s *system) close() error {
	for _, server := range s.servers {
		server.Close()
	}
	s.serving.Wait()
	var errs []error
	if s.wrong != nil {
		errs = append(errs, s.wrong.close())
	}
	if s.platform != nil {
		errs = append(errs, s.platform.Close())
	}
	return errors.Join(errs...)
}
