using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;

namespace HierCash.Tests.ConsoleHost;

/// <summary>One call of a console: a line on standard input.</summary>
/// <param name="Folder">Where it is called.</param>
/// <param name="Input">Its standard input.</param>
internal sealed record Call(string Folder, string[] Arguments, string Input);

/// <summary>How the call ended: a line on standard output.</summary>
internal sealed record Ended(int Code, string Output, string Error);

/// <summary>console-host PATH-OF-A-CONSOLE'S-ASSEMBLY. Ends when its standard input does.</summary>
internal static class Program
{
    // The same ones for all calls: what a library has kept of an earlier call leads here too.
    private static readonly StringWriter Output = new();
    private static readonly StringWriter Error = new();

    private static int Main(string[] args)
    {
        string path = Path.GetFullPath(args[0]);

        // Help and refusals name the program that was started, which only the runtime itself can set.
        typeof(Environment).GetField("s_commandLineArgs", BindingFlags.Static | BindingFlags.NonPublic)!.SetValue(null, new[] { path });
        var main = new ConsoleContext(path).LoadFromAssemblyPath(path).EntryPoint!;
        using var calls = Console.In;
        using var answers = Console.Out;
        while (calls.ReadLine() is { } line)
        {
            answers.WriteLine(JsonSerializer.Serialize(Run(main, JsonSerializer.Deserialize<Call>(line)!)));
            answers.Flush();
        }

        return 0;
    }

    private static Ended Run(MethodInfo main, Call call)
    {
        using var input = new StringReader(call.Input);
        Directory.SetCurrentDirectory(call.Folder);
        Console.SetIn(input);
        Console.SetOut(Output);
        Console.SetError(Error);

        // The compiler's own entry point waits for an asynchronous Main.
        int code = (int)main.Invoke(null, [call.Arguments])!;

        // What a process leaves open, its end closes.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return new Ended(code, Take(Output), Take(Error));
    }

    private static string Take(StringWriter writer)
    {
        string text = writer.ToString();
        writer.GetStringBuilder().Clear();
        return text;
    }

    /// <summary>A console with the files beside it, as its own process would find them.</summary>
    private sealed class ConsoleContext(string console) : AssemblyLoadContext("console")
    {
        private readonly AssemblyDependencyResolver _resolver = new(console);

        protected override Assembly? Load(AssemblyName assemblyName) =>
            _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;

        protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
            _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
    }
}
