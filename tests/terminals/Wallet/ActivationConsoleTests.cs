namespace HierCash.Tests.Consoles;

/// <summary>A bank's counter, a letter, and a holder at her terminal (rules R11 and R12).</summary>
[Parallelizable]
public sealed class ActivationConsoleTests
{
    private static readonly string[] Card = ["--reader", "emulator:Alice.card"];
    private NetworkTown _town = null!;

    [OneTimeSetUp]
    public void MakeTown() => _town = new NetworkTown();

    [OneTimeTearDown]
    public void EndTown() => _town.Dispose();

    private ConsoleResult Typed(string typed, params string[] words) =>
        ConsoleProcess.Run(_town.Folder, "hiercash-wallet", typed, [.. words, .. Card]);

    private string Path(string file) => System.IO.Path.Combine(_town.Folder, file);

    [Test, Rule(12)]
    public void TheCodeIsInTheLetterAndNowhereElse()
    {
        _town.Must("hiercash-card", "new", "Alice.card");
        string[] open = ["open-account", "Alice", "--letter", "alice.letter", .. Card, "--dir", "north", "--json"];
        var opened = _town.Run("hiercash-bank", open);
        Assert.That(opened.Code, Is.Zero, opened.Error);
        string letter = File.ReadAllText(Path("alice.letter"));
        string shown = letter.Split('\n').Single(
            l => l.StartsWith("Activation code: ", StringComparison.Ordinal))["Activation code: ".Length..].Trim();
        string code = shown.Replace(" ", "", StringComparison.Ordinal);
        Assert.That(code, Has.Length.EqualTo(20));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(File.GetUnixFileMode(Path("alice.letter")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }

        Assert.That(_town.Run("hiercash-bank", open).Code, Is.Zero, "repeated, with the letter that is there");
        Assert.That(File.ReadAllText(Path("alice.letter")), Is.EqualTo(letter));
        Assert.That(opened.Output + opened.Error + _town.North.Log, Does.Not.Contain(code).And.Not.Contain(shown).And.Not.Contain("PIN"));
        var hash = Protocol.Commands.ActivationCode.Parse(code)!.Hash.ToArray();
        foreach (string file in Directory.EnumerateFiles(Path("north"), "bank.db*"))
        {
            byte[] stored = File.ReadAllBytes(file);
            Assert.That(stored.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(code)), Is.EqualTo(-1), file);
            Assert.That(stored.AsSpan().IndexOf(hash), Is.EqualTo(-1), file);
        }

        Assert.That(Typed("", "balance", "--pin", "0000").Error, Does.Contain("not activated yet"), "what it is told before");
        ALetterIsForOneCallAlone(letter);
        Activate(code);
        ChangeAndUnblock();
        SetBack();
    }

    /// <summary>A wrong PUK is noticed before anything else is asked.</summary>
    [Test, Rule(12)]
    public void AWrongPukIsNoticedAtOnce()
    {
        _town.Must("hiercash-card", "new", "Carol.card");
        _town.Must("hiercash-bank", "open-account", "Carol", "--letter", "carol.letter", "--reader", "emulator:Carol.card", "--dir",
            "north");
        using var screen = new TillScreenReader(
            _town.Folder, $"wrong-{Environment.ProcessId}",
            "hiercash-wallet activate --letter carol.letter --reader emulator:Carol.card; sleep 8");
        string shown = screen.Expect("the PUK", "The card's PUK is", "The PUK, from what you wrote:");
        screen.Keys(shown.Contains("PUK is 11111111", StringComparison.Ordinal) ? "22222222" : "11111111");
        screen.Keys("Enter");
        Assert.That(screen.Expect("the refusal", "This is not the PUK that the card showed."), Does.Not.Contain("New payment PIN"));
        string right = shown[(shown.IndexOf("PUK is ", StringComparison.Ordinal) + 7)..][..8];

        // It is asked again, and so is each PIN that cannot be: nobody begins anew with another PUK for a slip.
        foreach (var (asked, typed) in new[]
        {
            ("The PUK, from what you wrote:", right), ("New payment PIN, 4 to 8 digits:", "1"),
            ("The new payment PIN has to have 4 to 8 digits.", "1357"), ("New payment PIN once more:", "1358"),
            ("The new payment PIN was not the same both times.", "1357"), ("New payment PIN once more:", "1357"),
            ("New holder PIN, 4 to 8 digits:", "1357"), ("The two PINs have to differ", "2468"), ("New holder PIN once more:", "2468"),
        })
        {
            screen.Expect(asked, asked);
            screen.Keys(typed);
            screen.Keys("Enter");
        }

        screen.Expect("activated", "The card is activated.");
        Assert.That(_town.Run("hiercash-wallet", "balance", "--pin", "2468", "--reader", "emulator:Carol.card").Code, Is.Zero);
    }

    /// <summary>At a terminal: the PUK is shown once and asked back; PUK and PINs do not show when they are typed.</summary>
    [Test, Rule(12)]
    public void AtATerminalThePukIsShownOnceAndAskedBack()
    {
        _town.Must("hiercash-card", "new", "Bob.card");
        _town.Must("hiercash-bank", "open-account", "Bob", "--letter", "bob.letter", "--reader", "emulator:Bob.card", "--dir", "north");
        using var screen = new TillScreenReader(
            _town.Folder, $"activate-{Environment.ProcessId}",
            "hiercash-wallet activate --letter bob.letter --reader emulator:Bob.card; sleep 8");
        string shown = screen.Expect("the PUK", "The card's PUK is", "The PUK, from what you wrote:");
        string puk = shown[(shown.IndexOf("PUK is ", StringComparison.Ordinal) + 7)..][..8];
        Assert.That(puk.All(char.IsAsciiDigit), puk);
        foreach (var (asked, typed) in new[]
        {
            ("The PUK, from what you wrote:", puk), ("New payment PIN, 4 to 8 digits:", "1357"), ("New payment PIN once more:", "1357"),
            ("New holder PIN, 4 to 8 digits:", "2468"), ("New holder PIN once more:", "2468"),
        })
        {
            screen.Expect(asked, asked);
            screen.Keys(typed);
            screen.Keys("Enter");
        }

        string end = screen.Expect("activated", "The card is activated.");
        Assert.That(end, Does.Not.Contain("1357").And.Not.Contain("2468"));
        Assert.That(_town.Run("hiercash-wallet", "balance", "--pin", "2468", "--reader", "emulator:Bob.card").Code, Is.Zero);
    }

    /// <summary>Her letter opens nobody else's card, and a refused call leaves no letter whose code opens nothing.</summary>
    private void ALetterIsForOneCallAlone(string letter)
    {
        _town.Must("hiercash-card", "new", "other.card");
        string[] others = ["--reader", "emulator:other.card", "--dir", "north"];
        var taken = _town.Run("hiercash-bank", ["open-account", "Oskar", "--letter", "alice.letter", .. others]);
        Assert.That((taken.Code, taken.Error), Is.EqualTo((1, "'alice.letter' is a letter for another holder or card, or its code was used "
            + "before. Name another file for the new letter.\n")));
        Assert.That(_town.Run("hiercash-card", "info", "other.card").Output, Does.StartWith("Blank"), "nothing was sent to that card");
        foreach (var (line, said) in new[]
        {
            ($"open-account Alice --letter x.letter {string.Join(' ', others)}", "There is an account 'Alice' with another card."),
            ($"open-account Oskar --letter x.letter {string.Join(' ', Card)} --dir north",
                "waits for the activation code of another letter"),
            ($"set-back Alice --letter x.letter {string.Join(' ', Card)} --dir north", "This card is not activated yet"),
            ($"set-back Alice --letter x.letter {string.Join(' ', others)}", "This card has no account yet"),
        })
        {
            Assert.That(_town.Run("hiercash-bank", line.Split(' ')).Error, Does.Contain(said), line);
            Assert.That(File.Exists(Path("x.letter")), Is.False, line);
        }

        Assert.That(File.ReadAllText(Path("alice.letter")), Is.EqualTo(letter));
    }

    private void Activate(string code)
    {
        Assert.That(Typed($"{code}\n1111\n0000\n", "activate").Error, Does.Contain("run it at a terminal"));
        Assert.That(Typed("99999999999999999999\n1111\n0000\n", "activate", "--puk-to", "no.puk").Error,
            Does.Contain("not the activation code of this card"));
        Assert.That(Typed($"{code}\n1111\n1111\n", "activate", "--puk-to", "same.puk").Error, Does.Contain("have to differ"));
        Assert.That(Typed($"{code}\n1\n", "activate", "--puk-to", "short.puk").Error, Does.Contain("4 to 8 digits"));
        Assert.That(Directory.GetFiles(_town.Folder, "*.puk").Where(f => !File.Exists(System.IO.Path.ChangeExtension(f, "card"))), Is.Empty,
            "no PUK of no card is kept");
        var done = Typed($"{code[..10]} {code[10..]}\n1111\n0000\n", "activate", "--puk-to", "alice.puk");
        Assert.That(done.Code, Is.Zero, done.Error);
        Assert.That(done.Output + done.Error, Does.Not.Contain("0000").And.Not.Contain(File.ReadAllText(Path("alice.puk")).Trim()));
        Assert.That(Typed($"{code}\n1111\n0000\n", "activate", "--puk-to", "again.puk").Error, Does.Contain("activated already"));
        Assert.That(Typed($"{code}\n1111\n0000\n", "activate", "--puk-to", "alice.puk").Error,
            Does.StartWith("'alice.puk' is there already, and may hold the PUK of another card."));
        Assert.That(Typed("", "balance", "--pin", "1111").Error.Trim(), Is.EqualTo("Wrong holder PIN; 2 tries are left."));
        Assert.That(Typed("", "balance", "--pin", "0000").Code, Is.Zero);
    }

    private void ChangeAndUnblock()
    {
        string puk = File.ReadAllText(Path("alice.puk")).Trim();
        Assert.That(Typed("2222\n", "pin", "change", "--payment", "--pin", "0000").Output, Does.Contain("new payment PIN"));
        Assert.That(Typed("2222\n", "pin", "change", "--pin", "0000").Error, Does.Contain("have to differ"));
        Assert.That(Typed("12a4\n", "pin", "change", "--pin", "0000").Code, Is.EqualTo(2));
        Assert.That(Typed("4711\n", "pin", "change", "--pin", "0000").Output, Does.Contain("new holder PIN"));
        Assert.That(Typed("4711\n0000\n", "pin", "unblock").Error, Does.StartWith("A PUK has 8 digits."),
            "a PIN in its place costs no try");
        Assert.That(Typed($"{(puk == "12345678" ? "87654321" : "12345678")}\n0000\n", "pin", "unblock").Error.Trim(),
            Is.EqualTo("Wrong PUK; 9 tries are left."), "a wrong PUK is not called a wrong PIN");
        Assert.That(Typed($"{puk}\n0000\n", "pin", "unblock").Output, Does.Contain("new holder PIN"));
        var echoed = _town.Run("hiercash-wallet", ["pin", "unblock", "--puk", puk, .. Card]);
        Assert.That((echoed.Code, echoed.Output), Is.EqualTo((2, "")), "a PUK is typed, and never an option");
    }

    private void SetBack()
    {
        string[] back = ["set-back", "Alice", "--letter", "second.letter", .. Card, "--dir", "north"];
        Assert.That(_town.Run("hiercash-bank", back).Error, Does.Contain("PUK is not blocked"));
        Assert.That(File.Exists(Path("second.letter")), Is.False, "nothing was set back to its code");
        string wrong = File.ReadAllText(Path("alice.puk")).Trim() == "12345678" ? "87654321" : "12345678";
        for (int i = 0; i < 10; i++)
        {
            Typed($"{wrong}\n0000\n", "pin", "unblock");
        }

        Assert.That(Typed($"{wrong}\n0000\n", "pin", "unblock").Error,
            Does.Contain("The PUK is blocked").And.Contain("Take the card to its bank"));
        Assert.That(_town.Run("hiercash-bank", ["set-back", "Alice", "--letter", "alice.letter", .. Card, "--dir", "north"]).Error,
            Does.Contain("Name another file"));
        Assert.That(_town.Json("hiercash-bank", back).GetProperty("letter").GetString(), Is.EqualTo("second.letter"));
        Assert.That(_town.Run("hiercash-bank", back).Code, Is.Zero, "its answer was lost, and the letter that is there is gone on with");
        string alarms = _town.Must("hiercash-bank", "alarms", "--dir", "north");
        Assert.That(alarms.Split('\n').Count(
            l => l.Contains("card set back: Alice. This bank signed that the card", StringComparison.Ordinal)), Is.EqualTo(1), alarms);
        Assert.That(_town.Must("hiercash-bank", "explain", "Alice", "--dir", "north"),
            Does.Contain("this bank signed that the card, if its PUK was blocked"));
        Assert.That(_town.Must("hiercash-bank", "alarms", "--json", "--dir", "north"), Does.Contain("\"Alice\""));
        Assert.That(Typed("3333\n4444\n", "activate", "--letter", "second.letter", "--puk-to", "second.puk").Code, Is.Zero);
        Assert.That(Typed("", "balance", "--pin", "4444").Code, Is.Zero);
    }
}
