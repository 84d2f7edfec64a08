//go:build unix

package nodetest_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// database is a PostgreSQL of a test's own, which the test may stop as it likes.
type database struct {
	t    *testing.T
	bin  string // where the programs are
	data string
	port string
	url  string

	keeper *exec.Cmd
	stdin  io.Closer
	said   bytes.Buffer
}

// newDatabase makes the data and starts the server.
func newDatabase(t *testing.T) *database {
	t.Helper()
	d := &database{t: t, bin: findPrograms(t), port: freePort(t)}
	folder := t.TempDir()
	d.data = filepath.Join(folder, "data")
	password := filepath.Join(folder, "password")
	must(t, os.WriteFile(password, []byte(rand.Text()), 0o600))
	must(t, give(folder, password))
	for at := folder; at != filepath.Dir(at); at = filepath.Dir(at) { // the server's user has to get there
		if info, err := os.Stat(at); err == nil && strings.HasPrefix(at, os.TempDir()+"/") {
			must(t, os.Chmod(at, info.Mode().Perm()|0o111))
		}
	}
	secret, err := os.ReadFile(password)
	must(t, err)
	d.url = fmt.Sprintf("postgres://postgres:%s@127.0.0.1:%s/postgres?sslmode=disable", secret, d.port)
	d.run("initdb", "-D", d.data, "-U", "postgres", "-A", "scram-sha-256", "--pwfile="+password, "-E", "UTF8", "--no-locale")
	settings := "\nlisten_addresses = '127.0.0.1'\nport = " + d.port + "\nunix_socket_directories = ''\n" +
		"max_connections = 50\nshared_buffers = 32MB\nfsync = on\nfull_page_writes = on\nsynchronous_commit = on\n"
	conf, err := os.OpenFile(filepath.Join(d.data, "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	_, err = conf.WriteString(settings)
	must(t, errors.Join(err, conf.Close()))
	t.Cleanup(d.stop)
	d.start()
	return d
}

// findPrograms finds the server's programs where this system may have them, the best first.
func findPrograms(t *testing.T) string {
	t.Helper()
	var places []string
	if at, err := exec.LookPath("initdb"); err == nil {
		places = append(places, filepath.Dir(at))
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/opt/postgresql@*/bin", "/Applications/Postgres.app/Contents/Versions/*/bin", "/opt/homebrew/bin", "/usr/local/bin", "/usr/bin"} {
		found, _ := filepath.Glob(pattern) // the pattern is good
		slices.Reverse(found)
		places = append(places, found...)
	}
	for _, at := range places {
		_, first := os.Stat(filepath.Join(at, "initdb"))
		if _, err := os.Stat(filepath.Join(at, "postgres")); err == nil && first == nil {
			return at
		}
	}
	t.Fatal("this test stops a PostgreSQL of its own, and finds no initdb and postgres on this machine: install the server, on Debian and Ubuntu by `apt-get install postgresql`; it need not be started")
	return ""
}

// freePort is one that the system does not give to outgoing connections, so that it stays free
// while the server is down.
func freePort(t *testing.T) string {
	t.Helper()
	for range 1000 {
		port := strconv.Itoa(15_000 + mathrand.IntN(15_000))
		if l, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no free port between 15000 and 30000")
	return ""
}

// server is whom the server runs as: it refuses to run as root.
func server() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root, and there is no user postgres: make one, or run this as another user: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}

// give gives files to whom the server runs as.
func give(paths ...string) error {
	as, err := server()
	if err != nil || as == nil {
		return err
	}
	for _, path := range paths {
		if err := os.Chown(path, int(as.Uid), int(as.Gid)); err != nil {
			return err
		}
	}
	return nil
}

func program(path string, args ...string) (*exec.Cmd, error) {
	as, err := server()
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Env = "/", append(os.Environ(), "LC_ALL=C", "TZ=UTC")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	return cmd, err
}

func (d *database) run(name string, args ...string) {
	d.t.Helper()
	cmd, err := program(filepath.Join(d.bin, name), args...)
	must(d.t, err)
	if text, err := cmd.CombinedOutput(); err != nil {
		d.t.Fatalf("%s: %v\n%s", name, err, text)
	}
}

// start starts the server and waits until it answers.
func (d *database) start() {
	d.t.Helper()
	d.keeper = exec.Command(os.Args[0], d.bin)
	d.keeper.Env = append(os.Environ(), envData+"="+d.data)
	d.keeper.Stderr = &d.said
	var err error
	d.stdin, err = d.keeper.StdinPipe()
	must(d.t, err)
	must(d.t, d.keeper.Start())
	eventually(d.t, time.Minute, "the database to answer", func() bool {
		ctx, cancel := context.WithTimeout(d.t.Context(), time.Second)
		defer cancel()
		conn, err := pgx.Connect(ctx, d.url)
		if err == nil {
			_ = conn.Close(ctx)
		}
		return err == nil
	})
}

// stop ends the server as `pg_ctl stop -m immediate` does: nothing is written any more, and the next
// start recovers as after a crash.
func (d *database) stop() {
	if d.keeper == nil {
		return
	}
	_ = d.stdin.Close()
	_ = d.keeper.Wait()
	d.keeper = nil
}

// keepDatabase is the child that a server's parent is: it stops it at once when its own parent says
// so, or is gone.
func keepDatabase() error {
	cmd, err := program(filepath.Join(os.Args[1], "postgres"), "-D", os.Getenv(envData))
	if err != nil {
		return err
	}
	signal.Ignore(syscall.SIGINT) // of a terminal; the parent decides
	cmd.SysProcAttr.Setpgid = true
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	go withoutParent(func() { _ = cmd.Process.Signal(syscall.SIGQUIT) })
	_ = cmd.Wait() // an immediate stop is no success
	return nil
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
