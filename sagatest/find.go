package sagatest

// Find is [Explore] for programs that are not tests. The failure is nil if nothing was found.
func Find[S any](config *Config, build func(w *World) Case[S]) (Report, *Failure) {
	s := &search{config: config.withDefaults(), build: func(w *World) *plainCase { return build(w).plain() }}
	return s.find()
}

// Play is [Replay] for programs that are not tests. It returns the story of the run, and the
// failure if the run broke a guarantee.
func Play[S any](config *Config, schedule Schedule, build func(w *World) Case[S]) ([]string, *Failure) {
	s := &search{config: config.withDefaults(), build: func(w *World) *plainCase { return build(w).plain() }}
	return s.play(schedule)
}
