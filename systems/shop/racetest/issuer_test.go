package racetest_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/seosa-dev/saga/systems/shop/order"
)

// What a parent tells a process that issues numbers. One without envFile is a parent.
const (
	envFile  = "RACETEST_FILE" // the order service's database
	envUser  = "RACETEST_USER" // who gets the numbers
	envCount = "RACETEST_COUNT"
)

// issue is the child: it takes numbers and tells each one, as soon as it has it, in a line.
func issue(ctx context.Context, path, user, count string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	numbers, err := order.OpenNumbers(ctx, path)
	if err != nil {
		return err
	}
	for range n {
		number, err := numbers.New(ctx, user)
		if err != nil {
			return errors.Join(err, numbers.Close())
		}
		fmt.Println(number)
	}
	return numbers.Close()
}

// issuer is one user of the numbers, through all processes that take some for it.
type issuer struct {
	path, user string
	told       []int64
	kills      int
}

// take has a process take numbers, and kills it when it has told half of them; another one takes
// the rest.
func (i *issuer) take(ctx context.Context, count int) error {
	if err := i.run(ctx, count, len(i.told)+count/2); err != nil {
		return err
	}
	return i.run(ctx, count-len(i.told), -1)
}

// run is one process, which is killed when so many numbers have been told in all.
func (i *issuer) run(ctx context.Context, count, killAt int) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, self)
	cmd.Env = append(os.Environ(), envFile+"="+i.path, envUser+"="+i.user, envCount+"="+strconv.Itoa(count))
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		number, bad := strconv.ParseInt(lines.Text(), 10, 64)
		err = errors.Join(err, bad)
		i.told = append(i.told, number)
		if len(i.told) == killAt {
			i.kills++
			err = errors.Join(err, cmd.Process.Kill())
		}
	}
	ended := cmd.Wait()
	if ended != nil && killAt < 0 || err != nil || lines.Err() != nil {
		return fmt.Errorf("%s: %w\n%s", i.user, errors.Join(ended, err, lines.Err()), said.String())
	}
	return nil
}
