// Fixtures that say [Parallelizable] run six at a time, before all others.
// The others run one after the other: they share a reader, a port, a terminal, or measure short times.
[assembly: LevelOfParallelism(6)]
