using BenchmarkDotNet.Running;
using HierCash.Bench.Micro;
using HierCash.Bench.Ratios;

return args switch
{
    ["ratios", .. var rest] => RatioRun.Run(rest),
    [RatioRun.VpcdMode] => RatioRun.VpcdClient(),
    _ => Benchmarks(args),
};

static int Benchmarks(string[] args)
{
    BenchmarkSwitcher.FromAssembly(typeof(RoadBenchmarks).Assembly).Run(args);
    return 0;
}
