package load

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Options are the command line.
type Options struct {
	Store Store // the chosen one, with its contestants and workloads cut down to the chosen ones
	Dir   string

	rounds   int
	length   time.Duration
	callers  []int
	preload  int
	profiles string
	out      string // file for the results; "" for none
	chart    string // file for the chart; "" for none
}

// ParseOptions reads the command line of a program that knows these stores; the first is the default.
func ParseOptions(stores []Store, args []string, stderr io.Writer) (Options, error) {
	var o Options
	var names []string
	for _, s := range stores {
		names = append(names, s.Name)
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	store := flags.String("store", names[0], "what to run on: "+strings.Join(names, " or "))
	flags.IntVar(&o.rounds, "rounds", 3, "how often each case runs")
	seconds := flags.Float64("seconds", 3, "how long each case runs, each time")
	callers := flags.String("c", "", "numbers of concurrent callers, separated by commas (default: the store's)")
	workloads := flags.String("w", "", "workloads, separated by commas (default: the store's)")
	only := flags.String("only", "", "contestants by their names or the beginnings of them, separated by commas; a comma within a name is left out (default: all)")
	flags.IntVar(&o.preload, "preload", 0, "completed sagas that are in the store before each case")
	flags.StringVar(&o.profiles, "cpuprofile", "", "write a CPU profile of each case into this `folder`")
	flags.StringVar(&o.Dir, "dir", ".", "folder to make the data folder in, on a real disk; not for a database server")
	flags.StringVar(&o.out, "o", "", "write the results to this `file` if it ends in .md, else to YYYY-MM-DD-STORE.md in this folder")
	flags.StringVar(&o.chart, "svg", "", "draw W1 into this `file`")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("%q is not expected; see -h", flags.Arg(0))
	}
	o.length = time.Duration(*seconds * float64(time.Second))
	if o.rounds < 1 || o.length <= 0 || o.preload < 0 {
		return o, fmt.Errorf("-rounds and -seconds must be above zero, and -preload not below")
	}
	at := slices.Index(names, *store)
	if at < 0 {
		return o, fmt.Errorf("-store: %q is not one of %s", *store, strings.Join(names, ", "))
	}
	o.Store = stores[at]
	return o, o.choose(*callers, *workloads, *only)
}

// choose cuts the store down to what is asked for.
func (o *Options) choose(callers, workloads, only string) (err error) {
	o.callers = o.Store.Callers
	if callers != "" {
		if o.callers, err = parseCallers(callers); err != nil {
			return err
		}
	}
	if workloads != "" {
		o.Store.Workloads, err = pick("-w", workloads, o.Store.Workloads, func(w Workload) string { return w.Name })
		if err != nil {
			return err
		}
	}
	if only != "" {
		o.Store.Contestants, err = pick("-only", only, o.Store.Contestants, func(c Contestant) string { return c.Name })
		if err != nil {
			return err
		}
	}
	if o.profiles != "" {
		if err := os.MkdirAll(o.profiles, 0o755); err != nil {
			return fmt.Errorf("-cpuprofile: %w", err)
		}
	}
	o.out, err = resultsFile(o.out, o.Store.Name, time.Now())
	return err
}

// pick keeps what has one of the names, in the order of all. A name that is not one in full stands
// for all that begin with it.
func pick[T any](option, list string, all []T, name func(T) string) ([]T, error) {
	plain := func(v T) string { return strings.ReplaceAll(name(v), ",", "") }
	wanted := map[int]bool{}
	for text := range strings.SplitSeq(list, ",") {
		text = strings.TrimSpace(text)
		before := len(wanted)
		at := slices.IndexFunc(all, func(v T) bool { return plain(v) == text })
		for i, v := range all {
			if i == at || at < 0 && text != "" && strings.HasPrefix(plain(v), text) {
				wanted[i] = true
			}
		}
		if len(wanted) == before {
			var names []string
			for _, v := range all {
				names = append(names, plain(v))
			}
			return nil, fmt.Errorf("%s: nothing is called %q that is not named already; there is: %s", option, text, strings.Join(names, ", "))
		}
	}
	var kept []T
	for i, v := range all {
		if wanted[i] {
			kept = append(kept, v)
		}
	}
	return kept, nil
}

func parseCallers(list string) ([]int, error) {
	var callers []int
	for text := range strings.SplitSeq(list, ",") {
		c, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || c < 1 {
			return nil, fmt.Errorf("-c: %q is not a number above zero", text)
		}
		callers = append(callers, c)
	}
	return callers, nil
}

// resultsFile names the file, and refuses one that exists before minutes are spent on a run.
func resultsFile(out, store string, day time.Time) (string, error) {
	if out == "" {
		return "", nil
	}
	if filepath.Ext(out) != ".md" {
		if err := os.MkdirAll(out, 0o755); err != nil {
			return "", fmt.Errorf("-o: %w; name a folder, or a file that ends in .md", err)
		}
		out = filepath.Join(out, day.Format(time.DateOnly)+"-"+store+".md")
	}
	if _, err := os.Stat(out); err == nil {
		return "", fmt.Errorf("-o: %s exists and results are not overwritten; remove it or name another", out)
	}
	if _, err := os.Stat(filepath.Dir(out)); err != nil {
		return "", fmt.Errorf("-o: create the folder first: %w", err)
	}
	return out, nil
}
