package load

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// call is the body of a request to a participant in another process.
type call struct {
	Saga string `json:"saga"`
	Step int    `json:"step"`
}

// remote is a participant in a process of its own. Its connections are kept, one for each caller.
type remote struct {
	child  *exec.Cmd
	hold   io.WriteCloser // the child ends when this does
	url    string
	client *http.Client
}

// startRemote runs this program again as a participant.
func startRemote(ctx context.Context, w Workload) (*remote, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program, to start it again as a participant: %w", err)
	}
	child := exec.CommandContext(ctx, self)
	child.Env = append(os.Environ(), childVariable+"="+strconv.Itoa(w.Refuses))
	child.Stderr = os.Stderr
	hold, err := child.StdinPipe()
	if err != nil {
		return nil, err
	}
	said, err := child.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := child.Start(); err != nil {
		return nil, fmt.Errorf("start a participant: %w", err)
	}
	r := &remote{child: child, hold: hold, client: &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: 4096, DisableCompression: true,
	}}}
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the participant did not say where it listens: %w", err), r.close())
	}
	r.url = strings.TrimSpace(line)
	return r, nil
}

// URL is where the participant takes requests, for who calls it without [Participant].
func (r *remote) URL() string { return r.url }

func (r *remote) Act(ctx context.Context, id string, step int) error {
	return r.post(ctx, "/act", id, step)
}

func (r *remote) Undo(ctx context.Context, id string, step int) error {
	return r.post(ctx, "/undo", id, step)
}

func (r *remote) post(ctx context.Context, path, id string, step int) error {
	body, err := json.Marshal(call{id, step})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := r.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	switch resp.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusConflict:
		return ErrRefused
	}
	return fmt.Errorf("the participant answered %s", resp.Status)
}

func (r *remote) tallies(ctx context.Context) (map[string]Tally, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url+"/tallies", nil)
	if err != nil {
		return nil, err
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	seen := map[string]Tally{}
	return seen, json.NewDecoder(resp.Body).Decode(&seen)
}

// close lets the child end and waits for it, so that its processor time is nobody else's.
func (r *remote) close() error {
	r.client.CloseIdleConnections()
	return errors.Join(r.hold.Close(), r.child.Wait())
}
