namespace HierCash.Wallet;

/// <summary>What was shown against an accusation, with its stamps, as the holder keeps it (rule R5).</summary>
public static class RebuttalFile
{
    /// <summary>What the file's name ends with.</summary>
    public const string Suffix = ".rebuttal";

    /// <summary>What the name of the file of the bank's evidence ends with.</summary>
    public const string EvidenceSuffix = ".evidence";

    /// <summary>
    /// Writes the file whole or not at all. The stamps that it had are the proof that it came in time: they stay in it; or, where what is
    /// shown has changed since, in a file of their own, from which they come back with the content. What cannot be read is moved aside,
    /// never written over.
    /// </summary>
    public static Rebuttal Keep(string file, Rebuttal rebuttal)
    {
        var before = ReadKept(file);
        if (before is not null && before.Digest != rebuttal.Digest && before.Stamps.Count > 0)
        {
            string aside = Aside(file, before.Digest);
            var there = ReadKept(aside);
            Replace(aside, (there is null ? before : Merge(before, there)).Encode());
        }

        rebuttal = Merge(rebuttal, before, ReadKept(Aside(file, rebuttal.Digest)));
        Replace(file, rebuttal.Encode());
        return rebuttal;
    }

    private static string Aside(string file, Digest digest) => $"{file[..^Suffix.Length]}-{digest.ToString()[..8]}{Suffix}";

    /// <summary>With the stamps of files of the same content; as many as a file holds.</summary>
    private static Rebuttal Merge(Rebuttal rebuttal, params Rebuttal?[] others)
    {
        foreach (var other in others.OfType<Rebuttal>().Where(o => o.Digest == rebuttal.Digest))
        {
            rebuttal = rebuttal.Joined(other);
        }

        return rebuttal.Kept();
    }

    /// <summary>Null where there is none, or none that can be read: that is moved aside.</summary>
    private static Rebuttal? ReadKept(string file)
    {
        if (!File.Exists(file))
        {
            return null;
        }

        byte[] bytes = GivenFile.ReadBytes(file);
        var kept = Rebuttal.Decode(bytes);
        if (kept is null)
        {
            // Named by its content: what is there under that name is the same.
            File.Move(file, $"{file}.{Digest.Of(bytes).ToString()[..16]}.unread", overwrite: true);
        }

        return kept;
    }

    /// <summary>
    /// What the bank accused with stays beside what was shown against it: the bank's signature is under it, and under the notice in it.
    /// </summary>
    public static void KeepEvidence(string file, Evidence evidence)
    {
        byte[] bytes = evidence.Encode();

        // Another one of the same case stays beside it: a bank that changes its file is proven by the two.
        if (File.Exists(file) && GivenFile.ReadBytes(file) is var before && !before.AsSpan().SequenceEqual(bytes))
        {
            File.Move(file, $"{file[..^EvidenceSuffix.Length]}-{Digest.Of(before).ToString()[..8]}{EvidenceSuffix}", overwrite: true);
        }

        Replace(file, bytes);
    }

    private static void Replace(string file, byte[] bytes)
    {
        File.Delete(file + ".new");
        PrivateFile.Write(file + ".new", bytes);
        File.Move(file + ".new", file, overwrite: true);
    }
}
