// Fixtures that say [Parallelizable] run four at a time, before all others: the longest of those that wait for processes, and those that play in memory.
// The others run one after the other: they share a reader, a port, a terminal, or measure time.
[assembly: LevelOfParallelism(4)]
