package main

import (
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/seosa-dev/saga/systems/ticketing/user"
)

// options are the flags that commands share.
type options struct {
	dir, addr, redis, admin, queue string
}

// parse reads the flags of a command, and makes its folder.
func (o *options) parse(name, port, what string, args []string, out io.Writer) error {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&o.dir, "dir", "ticketing-data", "`folder` for the files; it is made if it is not there")
	flags.StringVar(&o.addr, "addr", "127.0.0.1:"+port, "`address` to listen on; port 0 takes a free one")
	switch name {
	case "all", "monolith", "queue":
		flags.StringVar(&o.redis, "redis", "", "`address` of the Redis that serves the waiting line, redis://127.0.0.1:6379/0; without, a file does")
	case "reservation", "orchestrator":
		flags.StringVar(&o.queue, "queue", "http://127.0.0.1:8085", "`address` of the queue service, which knows whose a token is")
	}
	flags.StringVar(&o.admin, "admin", "admin", "`name` of the account that administers")
	flags.Usage = func() {
		fmt.Fprintf(out, "usage: ticketing %s [flags]\n\n%s\n\n", name, what)
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unknown argument %q; %s takes flags only, see -h", flags.Arg(0), name)
	}
	if _, _, err := net.SplitHostPort(o.addr); err != nil {
		return fmt.Errorf("-addr %q is no address; write one like 127.0.0.1:%s: %w", o.addr, port, err)
	}
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		return fmt.Errorf("the folder of -dir cannot be made; name another: %w", err)
	}
	return nil
}

func (o *options) file(name string) string { return filepath.Join(o.dir, name) }

// loopback reports whether only this machine can reach the address. Sessions travel over plain http only there.
func (o *options) loopback() bool {
	host, _, _ := net.SplitHostPort(o.addr)
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

const passwordVariable = "TICKETING_ADMIN_PASSWORD"

// account is the administrator's. where says where the password is to be found.
func (o *options) account() (admin user.Admin, where string, err error) {
	if o.admin == "" {
		return user.Admin{}, "nobody administers", nil
	}
	if password := os.Getenv(passwordVariable); password != "" {
		return user.Admin{Name: o.admin, Password: password}, "the password is " + passwordVariable + " of the first start", nil
	}
	file := o.file("admin.password")
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		text = []byte(rand.Text() + "\n")
		err = os.WriteFile(file, text, 0o600)
	}
	if err != nil {
		return user.Admin{}, "", fmt.Errorf("the administrator's password cannot be kept; set %s: %w", passwordVariable, err)
	}
	return user.Admin{Name: o.admin, Password: strings.TrimSpace(string(text))}, "the password is in " + file, nil
}
