// Fixtures that say [Parallelizable] run six at a time, before all others.
// The others run one after the other: they measure speed or short times, or sleep for as long as something takes on an idle machine.
[assembly: LevelOfParallelism(6)]
