using HierCash.Protocol.Cash;

namespace HierCash.Auditor;

/// <summary>Statements of circulation, one after the other.</summary>
internal sealed class StatementChain
{
    private readonly TrustedKeys _keys;
    private ulong _number;
    private Digest _digest;
    private CirculationStatement? _last;

    /// <summary>It begins with the first statement, or goes on from the last one that the books have forgotten.</summary>
    /// <param name="bank">Whose statements; 0 in a bank's own books.</param>
    public StatementChain(TrustedKeys keys, Books books, long bank)
    {
        _keys = keys;
        (_number, _digest) = books.Rows(
            "SELECT number, digest FROM forgotten WHERE what = 'statement' AND bank = $1", r =>
                ((ulong)r.GetInt64(0), Digest.Read(r.Blob(1))), bank).FirstOrDefault();
    }

    /// <summary>What is wrong with the next one, or null.</summary>
    public string? Breaks(byte[] bytes, long bank)
    {
        if (CirculationStatement.Decode(bytes) is not { } next || next.Bank.Value != bank
            || !_keys.IsStatement(k => next.Verify(_keys.Suite, k)))
        {
            return "it is not signed by the issuer for this bank";
        }

        bool continues = next.Number == _number + 1 && next.Previous == _digest
            && (_last is null || next.Totals.Issued >= _last.Totals.Issued);
        (_last, _number, _digest) = (next, next.Number, next.Digest);
        return continues ? null : "it does not continue the statement before it";
    }
}
