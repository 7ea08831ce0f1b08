"""The benchmark suite: programs of `examples/bench`, run and timed, alone or beside another framework."""
