using BenchmarkDotNet.Running;
using HierCash.Bench.Micro;
using HierCash.Bench.Ratios;
using HierCash.Fuzz;

return args switch
{
    ["ratios", .. var rest] => RatioRun.Run(rest),
    ["fuzz", .. var rest] => FuzzRun.Run(rest),
    [RatioRun.VpcdMode] => RatioRun.VpcdClient(),
    _ => Benchmarks(args),
};

static int Benchmarks(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(RoadBenchmarks).Assembly).Run(args);
    return 0;
}
