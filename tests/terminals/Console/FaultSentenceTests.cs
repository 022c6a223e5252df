using System.CommandLine;
using System.Data.Common;
using System.Reflection;
using System.Text.Json;

namespace HierCash.Tests.Consoles;

/// <summary>
/// What ends a verb that went wrong, in this process: a fault of the program is told as one, its own words reach nobody, and standard
/// output holds one JSON value whatever comes late.
/// </summary>
[NonParallelizable]
public sealed class FaultSentenceTests
{
    private const string Secret = "4711 of Alice";

    private static IEnumerable<TestCaseData> Bugs =>
    [
        new TestCaseData(new InvalidOperationException(Secret)), new TestCaseData(new ArgumentException(Secret)),
        new TestCaseData(new ArgumentOutOfRangeException("pin", Secret)), new TestCaseData(new OverflowException(Secret)),
        new TestCaseData(new DivideByZeroException(Secret)), new TestCaseData(new NotSupportedException(Secret)),
    ];

    [TestCaseSource(nameof(Bugs))]
    public async Task AFaultOfTheProgramIsNoRefusal(Exception bug)
    {
        var (code, output, error) = await Run((_, _) => throw bug, "--json");
        Assert.That((code, Code(output)), Is.EqualTo((1, "fault")));
        Assert.That(error, Does.StartWith($"The program has a fault that it does not know ({bug.GetType().Name}).")
            .And.Not.Contain("4711").And.Not.Contain("   at "));
    }

    [Test]
    public async Task AFileThatSomebodyHasOpenIsInUse()
    {
        var (code, output, error) = await Run((_, _) => throw new FileInUseException("Wait."), "--json");
        Assert.That((code, Code(output), error), Is.EqualTo((1, "inUse", "Wait.\n")));
        (code, output, _) = await Run((_, _) => throw new UnusableFileException("It is damaged."), "--json");
        Assert.That((code, Code(output)), Is.EqualTo((1, "damaged")));
    }

    /// <summary>Only the console that takes payments speaks of cards that were paying.</summary>
    [TestCase("If a card was paying, look.", " If a card was paying, look.\n")]
    [TestCase("", "the files are whole.\n")]
    public async Task AConsoleSaysItsOwnWordAfterADiskFault(string own, string end)
    {
        var (code, output, error) = await Run((_, _) => throw new FullDisk(), "--json", own);
        Assert.That((code, Code(output)), Is.EqualTo((1, "storageFailed")));
        Assert.That(error, Does.StartWith("The disk has no room, or fails: ").And.EndWith(end));
    }

    [Test]
    public void OnlyTheShopSpeaksOfCardsThatPay() => Assert.That(
        ConsoleSchema.Assemblies.Where(a => ConsoleSchema.Root(a).AfterDiskFault.Length > 0), Is.EqualTo(new[] { "hiercash-shop" }));

    /// <summary>A verb that was told to stop and goes on for longer than its grace prints nothing beside the error.</summary>
    [Test]
    public async Task WhatComesLatePrintsNoSecondValue()
    {
        using var end = new ManualResetEventSlim();
        Thread? late = null;
        var (code, output, _) = await Run(
            (json, given) =>
            {
                late = new Thread(() =>
                {
                    end.Wait();
                    json.Print(given, new ExplanationJson(["late"]), "late");
                    json.PrintDone(given, new ExplanationJson(["later"]), "later");
                });
                late.Start();
                throw new OperationCanceledException();
            },
            "--json", "", () =>
            {
                end.Set();
                late!.Join();
            });
        Assert.That((code, Code(output)), Is.EqualTo((1, "stopped")), output);
    }

    private static string? Code(string output) =>
        JsonSerializer.Deserialize<JsonElement>(output).GetProperty("error").GetProperty("code").GetString();

    /// <summary>Without the handlers of signals, which stay to the end of a process.</summary>
    private static async Task<(int Code, string Output, string Error)> Run(
        Action<JsonOption<ExplanationJson>, ParseResult> verb, string option, string own = "", Action? after = null)
    {
        var json = new JsonOption<ExplanationJson>(ConsoleJson.Default.ExplanationJson);
        var command = new Verb("try", "Tries.") { json };
        command.SetAction(given => verb(json, given));
        var root = new ConsoleRoot("Tries.") { command }.SayingAfterDiskFault(own);
        var (output, error) = (Console.Out, Console.Error);
        using var said = new StringWriter();
        using var wrong = new StringWriter();
        try
        {
            Console.SetOut(said);
            Console.SetError(wrong);
            int code = await (Task<int>)typeof(ConsoleEntry).GetMethod("Obey", BindingFlags.NonPublic | BindingFlags.Static)!
                .Invoke(null, [root, new[] { "try", option }])!;
            after?.Invoke();
            return (code, said.ToString(), wrong.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }

    private sealed class FullDisk() : DbException("SQLite Error 13: 'database or disk is full'.");
}
