namespace HierCash.Tests.Stores;

/// <summary>Faults of files in words: the path as it was given, and what to do; no whole path that nobody typed.</summary>
[Parallelizable]
public sealed class FileFaultTests
{
    private string _folder = null!;

    [SetUp]
    public void Make()
    {
        _folder = Directory.CreateTempSubdirectory("hiercash-fault-").FullName;
        Directory.CreateDirectory(In("north"));
        File.WriteAllText(In("there"), "x");
        File.CreateSymbolicLink(In("dangling"), In("nowhere"));
    }

    [TearDown]
    public void End() => Directory.Delete(_folder, recursive: true);

    [TestCase("nosuch", "There is no file 'F/nosuch'. Check its name.")]
    [TestCase("nodir/x", "There is no folder for 'F/nodir/x'. Check the path.")]
    [TestCase("north", "'F/north' is a folder, and a file is wanted here. Name a file.")]
    [TestCase("dangling", "'F/dangling' is a link that leads nowhere. Mend it, or name another file.")]
    public void WhatCannotBeReadIsNamedAsItWasGiven(string name, string said)
    {
        var fault = Assert.Catch(() => File.ReadAllText(In(name)))!;
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, _folder);
        foreach (string given in new[] { _folder, relative })
        {
            Assert.That(FileFault.Say(fault, ["status", "--dir", given]), Is.EqualTo(said.Replace("F", given, StringComparison.Ordinal)));
        }

        Assert.That(FileFault.Say(fault, [$"emulator:{Path.Combine(relative, name)}"]),
            Is.EqualTo(said.Replace("F", relative, StringComparison.Ordinal)));
        Assert.That(FileFault.Say(fault, []), Is.EqualTo(said.Replace("F", _folder, StringComparison.Ordinal)));
        Assert.That(FileFault.Missing(In(name)), Is.EqualTo(said.Replace("F", _folder, StringComparison.Ordinal)));
    }

    [TestCase("there", "'F/there' is there already. Choose another name, or take that file away first.")]
    [TestCase("north", "'F/north' is a folder, and a new file is wanted here. Choose another name.")]
    public void WhatIsInTheWayOfANewFileIsSaid(string name, string said)
    {
        var fault = Assert.Catch(() => new FileStream(In(name), FileMode.CreateNew).Dispose())!;
        Assert.That(FileFault.Say(fault, [_folder]), Is.EqualTo(said.Replace("F", _folder, StringComparison.Ordinal)));
    }

    [Test]
    public void WhatThereIsIsNotMissing() =>
        Assert.That((FileFault.Missing(In("there")), FileFault.Hidden(In("nosuch"))), Is.EqualTo(((string?)null, (string?)null)));

    /// <summary>A name that the program makes for itself is not said; the folder is.</summary>
    [Test]
    public void OfAFileThatMayNotBeMadeTheFolderIsSaid() => Assert.That(
        FileFault.Say(new UnauthorizedAccessException($"Access to the path '{In("wallet.db.28460-1.new")}' is denied."), [_folder]),
        Is.EqualTo($"The folder '{_folder}' may not be read or written by this user. Check its permissions, and who owns it."));

    /// <summary>What these programs say themselves stays, whatever paths are in it.</summary>
    [Test]
    public void OwnSentencesStay()
    {
        foreach (string said in new[] { $"'{In("a")}' is there, and others can read '{In("a")}'.", "No space left on device",
            "'a' is there already." })
        {
            Assert.That(FileFault.Say(new IOException(said), [_folder]), Is.EqualTo(said));
        }

        Assert.That(FileFault.Say(new InvalidOperationException($"'{In("a")}'"), []), Is.EqualTo($"'{In("a")}'"));
    }

    [Test]
    public void AFileThatMayOnlyBeReadIsNamed()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.That(FileFault.ReadOnly(In("there")), Is.Null);
            return;
        }

        Assert.That(FileFault.ReadOnly(In("there"), In("nosuch")), Is.Null);
        File.SetUnixFileMode(In("there"), UnixFileMode.UserRead);
        Assert.That(FileFault.ReadOnly(In("nosuch"), In("there")),
            Is.EqualTo($"The file '{In("there")}' may only be read, and it has to be written. Its owner mends that with chmod 600 "
                + $"'{In("there")}'."));
    }

    private string In(string name) => Path.Combine(_folder, name);
}
