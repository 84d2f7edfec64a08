package sagatest

import "testing"

// Explore runs the case under every schedule of few faults and under random schedules of many, and
// fails the test with the shortest schedule that it finds to break a guarantee. It also fails if a kind of
// fault never struck, so that a pass means something. A nil config is the zero Config. build is
// called once for each schedule, from several goroutines at once.
func Explore[S any](t testing.TB, config *Config, build func(w *World) Case[S]) Report {
	t.Helper()
	report, failure := Find(config, build)
	if failure != nil {
		t.Fatalf("%v\n%v", failure, report)
	}
	t.Log(report)
	return report
}

// Replay runs the case under one schedule, and fails the test if that breaks a guarantee. It logs
// the story of the run. The config is the one that the schedule was found with.
func Replay[S any](t testing.TB, config *Config, schedule Schedule, build func(w *World) Case[S]) {
	t.Helper()
	story, failure := Play(config, schedule, build)
	if failure != nil {
		t.Fatal(failure)
	}
	for _, line := range story {
		t.Log(line)
	}
}
