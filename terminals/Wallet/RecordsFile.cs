namespace HierCash.Wallet;

/// <summary>
/// wallet.db in the holder's folder. It is made at the first use with a card that has not been told yet that anything is kept, and by
/// 'recover' where it was lost; nothing else makes one, because a card forgets what it was told is kept (rule R23).
/// </summary>
public static class RecordsFile
{
    public const string Name = "wallet.db";

    /// <summary>The records, made where they may be.</summary>
    /// <returns>Refused: they are lost, older than the card, another card's, or open to others.</returns>
    public static Result<Database> Make(string folder, ICardChannel channel, string pin)
    {
        var found = Find(folder, channel, pin);
        return !found.Has(out var store) ? found.Refused! : store is not null ? store : Create(folder);
    }

    /// <summary>The records, or null where there are none and none were lost.</summary>
    /// <returns>Refused: they are lost, older than the card, another card's, or open to others.</returns>
    public static Result<Database?> Find(string folder, ICardChannel channel, string pin)
    {
        var shown = Show(folder);
        if (!shown.Has(out var store))
        {
            return shown;
        }

        int missing;
        try
        {
            missing = WalletRecords.Missing(store is null ? null : new WalletRecords(store), channel, pin);
        }
        catch
        {
            store?.Dispose();
            throw;
        }

        bool isLost = missing > 0;
        if (!isLost)
        {
            return store;
        }

        string path = Path.Combine(folder, Name);
        store?.Dispose();
        return store is not null
            ? new Refused(Outcome.StandsStill,
                $"The records in '{path}' lack {missing} of the payments that this card was told are kept. Put back their newest copy, "
                    + $"name the right folder with --dir, or run 'hiercash-wallet recover --dir {folder}'.")
            : new Refused(Outcome.NotFound,
            $"The records '{path}' are gone, and this card counts on copies of {missing} of its payments there. Put back the newest copy, "
                + $"name their folder with --dir, or run 'hiercash-wallet recover --dir {folder}'.");
    }

    /// <summary>For who only looks: why nothing can go on with these records; null if it can.</summary>
    public static string? Fault(string folder, ICardChannel channel, string pin)
    {
        try
        {
            var found = Find(folder, channel, pin);
            if (found.Has(out var store))
            {
                store?.Dispose();
            }

            return found.Refused?.Sentence;
        }
        catch (DatabaseException e)
        {
            return e.Message;
        }
    }

    /// <summary>The records as they are, whatever the card says, for who is accused; null where there are none.</summary>
    /// <returns>Refused: others can read them.</returns>
    /// <exception cref="DatabaseException">They are damaged.</exception>
    public static Result<Database?> Show(string folder)
    {
        string path = Path.Combine(folder, Name);
        if (!File.Exists(path))
        {
            return default(Result<Database?>);
        }

        if (NotPrivate(folder) is { } open)
        {
            return open;
        }

        try
        {
            return Database.OpenFile(path, WalletRecords.Schema);
        }
        catch (DatabaseException e)
        {
            throw new DatabaseException($"{e.Message.TrimEnd('.')}. If there is no good copy, move '{path}' away and run 'hiercash-wallet "
                + $"recover --dir {folder}', which makes it again from the card.", e);
        }
    }

    /// <summary>The records again, with all that the card still holds.</summary>
    /// <param name="say">Told what was lost.</param>
    public static Result<Database> Recover(string folder, ICardChannel channel, string pin, Action<string> say)
    {
        var shown = Show(folder);
        if (!shown.Has(out var kept))
        {
            return shown.Refused!;
        }

        var opened = kept is null ? Create(folder) : kept;
        if (!opened.Has(out var store))
        {
            return opened;
        }

        try
        {
            var records = new WalletRecords(store);
            int missing = WalletRecords.Missing(records, channel, pin);
            if (missing > 0)
            {
                records.Copy(WalletTerminal.ReadLog(channel, pin));
                say($"The records were lost, or are older than the card. Copied from the card again: {missing} of its payments that should "
                    + $"have been there. "
                    + "Copies of payments that the card has forgotten since are gone, and with them what they would have rebutted.");
            }

            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    private static Result<Database> Create(string folder)
    {
        if (!Directory.Exists(folder))
        {
            PrivateFile.MakeFolder(folder);
        }

        return NotPrivate(folder) is { } open ? open : Database.OpenOrCreateFile(Path.Combine(folder, Name), WalletRecords.Schema);
    }

    private static Refused? NotPrivate(string folder)
    {
        string path = Path.Combine(folder, Name);
        return PrivateFile.Fault(folder, [path, path + "-wal", path + "-shm"]) is { } fault
            ? new Refused(Outcome.NotPrivate, $"{fault} Or name another folder with --dir.") : null;
    }
}
