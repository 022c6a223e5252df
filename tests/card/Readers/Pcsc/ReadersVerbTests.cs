using System.Text.Json;
using HierCash.Tests.Consoles;

namespace HierCash.Tests.Pcsc;

/// <summary>hiercash-card readers, with pcscd and vpcd's two slots.</summary>
[Parallelizable]
public sealed class ReadersVerbTests
{
    [Test]
    public void ReadersAreListedWithTheirCards()
    {
        using var service = new PcscService();
        string[] arguments = ["readers", "--json"];
        using var process = service.StartInside(
            "env", [$"PCSCLITE_CSOCK_NAME={service.Socket}", "dotnet", ConsoleProcess.Find("hiercash-card") + ".dll", .. arguments]);
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var said = ConsoleResult.Of(0, process.StandardOutput.ReadToEnd(), "");
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, error.Result);
        JsonShapes.Check("hiercash-card", arguments, said);
        var readers = JsonSerializer.Deserialize<JsonElement>(said.Output).GetProperty("readers").EnumerateArray().ToList();
        Assert.That(readers.Select(r => (r.GetProperty("name").GetString(), r.GetProperty("hasCard").GetBoolean())),
            Is.EqualTo(new[] { ("Virtual PCD 00 00", false), ("Virtual PCD 00 01", false) }));
    }
}
