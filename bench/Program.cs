using BenchmarkDotNet.Running;
using HierCash.Bench.Micro;

BenchmarkSwitcher.FromAssembly(typeof(RoadBenchmarks).Assembly).Run(args);
