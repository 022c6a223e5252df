namespace HierCash.Auditor;

/// <summary>Statements of circulation, one after the other.</summary>
/// <param name="bank">Whose statements; 0 in a bank's own books.</param>
internal sealed class StatementChain(TrustedKeys keys, Books books, long bank)
{
    /// <summary>It begins with the first statement, or goes on from the last one that the books have forgotten.</summary>
    private (ulong Number, Digest Digest) _at = books.Rows("SELECT number, digest FROM forgotten WHERE what = 'statement' AND bank = $1",
        r => ((ulong)r.GetInt64(0), Digest.Read(r.Blob(1))), bank).FirstOrDefault();

    private CirculationStatement? _last;

    /// <summary>What is wrong with the next one, or null.</summary>
    public string? Breaks(byte[] bytes, long holder)
    {
        if (CirculationStatement.Decode(bytes) is not { } next || next.Bank.Value != holder
            || !keys.IsStatement(k => next.Verify(keys.Suite, k)))
        {
            return "it is not signed by the issuer for this bank";
        }

        bool continues = next.Number == _at.Number + 1 && next.Previous == _at.Digest
            && (_last is null || next.Totals.Issued >= _last.Totals.Issued);
        (_last, _at) = (next, (next.Number, next.Digest));
        return continues ? null : "it does not continue the statement before it";
    }
}
