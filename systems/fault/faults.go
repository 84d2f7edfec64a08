package fault

import (
	"cmp"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"sync"
)

// Config is what may differ between one use and another. The zero value is complete.
type Config struct {
	// Crash ends the process. If it returns, which a test may make it do, the call that it struck
	// is lost to its caller, and a commit that it struck is taken back if it was struck before.
	// Default: kill the own process at once, as kill -9 does.
	Crash func()

	// Judge says what an answer meant to its caller: "OK", "NO" or "?". Default: 2xx is OK unless
	// it is JSON with a "state" other than APPLIED and REVERTED, which is NO, as 4xx is; the rest
	// is "?".
	Judge func(at string, status int, body []byte) string

	// Logger gets a line for each fault before it takes effect: what a parent reads of a child
	// that is about to die. Default: slog.Default().
	Logger *slog.Logger

	// Refusal answers a request that Refuse struck. Default: 409 as a participant answers, type
	// urn:problem-type:participant:refused, code "refused".
	Refusal func(http.ResponseWriter, *http.Request)
}

// Faults is a set of places, what shall go wrong there, and what did. Create it with [New]. It is
// safe for concurrent use.
type Faults struct {
	config Config

	// arming is held through a whole Arm, Clear or Rejects. These write to databases, whose commits
	// pass through here as well and take mu.
	arming sync.Mutex

	mu         sync.Mutex
	armed      []Fault
	rejections map[string]*rejection // by place
	publishers map[string]bool       // by place

	calls   []*Call
	seq     int
	struck  map[string]int
	counts  map[string]int
	changed chan struct{} // closed and replaced at each strike

	rates Rates
	dice  *rand.Rand

	late     []*late
	released chan struct{} // closed and replaced by Release
	dying    chan struct{} // while a commit is on its way to a crash: closed if it did not come to that
}

// New returns a set with nothing armed. The config may be nil.
func New(c *Config) *Faults {
	f := &Faults{
		rejections: map[string]*rejection{}, publishers: map[string]bool{},
		struck: map[string]int{}, counts: map[string]int{},
		changed: make(chan struct{}), released: make(chan struct{}),
	}
	if c != nil {
		f.config = *c
	}
	f.config.Logger = cmp.Or(f.config.Logger, slog.Default())
	if f.config.Crash == nil {
		f.config.Crash = die
	}
	if f.config.Judge == nil {
		f.config.Judge = judge
	}
	if f.config.Refusal == nil {
		f.config.Refusal = refuse
	}
	return f
}

// die does not return: what has been written is all that there will be.
func die() {
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Kill()
	}
	select {} // until the signal arrives
}
