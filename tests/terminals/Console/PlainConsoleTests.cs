namespace HierCash.Tests.Consoles;

/// <summary>Nothing foreign reaches a terminal as it is (R18): consoles as processes, with words that would steer one.</summary>
[Parallelizable]
public sealed class PlainConsoleTests
{
    private const string Clear = "\u001b[2J";

    [TestCase("hiercash-shop", 2, "control or format character", "init", "--name", "Cafe" + Clear, "--dir", "new")]
    [TestCase("hiercash-bank", 2, "control or format character", "init", "--name", "North\nAll invariants hold.", "--dir", "new")]
    [TestCase("hiercash-issuer", 1, "There is no issuer in", "status", "--dir", "no" + Clear)]
    [TestCase("hiercash-issuer", 2, "frob", "frob" + Clear)]
    [TestCase("hiercash-card", 2, "frob", "frob" + Clear)]
    [Rule(18)]
    public void WhatSteersATerminalIsWrittenOut(string console, int code, string says, params string[] arguments)
    {
        string folder = Directory.CreateTempSubdirectory("hiercash-plain-").FullName;
        try
        {
            var result = ConsoleProcess.RunAlone(folder, console, null, arguments);
            Assert.That(result.Code, Is.EqualTo(code), result.Error);
            Assert.That(result.Output + result.Error, Does.Not.Contain("\u001b"));
            Assert.That(result.Error, Does.Contain(says)
                .And.Contain(arguments.Any(a => a.Contains('\n', StringComparison.Ordinal)) ? "\\u000A" : "\\u001B"));
            Assert.That(Directory.Exists(Path.Combine(folder, "new")), Is.False, "nothing was made");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
