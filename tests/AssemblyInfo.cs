// The few fixtures that say [Parallelizable] wait for readers and processes most of their time, or use one core: they run two at a time,
// before all others, which run one after the other as they did.
[assembly: LevelOfParallelism(2)]
