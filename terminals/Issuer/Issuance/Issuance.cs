using System.Security.Cryptography;

namespace HierCash.Issuer;

/// <summary>
/// Issues cash (EP 0810563, issuance step 3, sections 101 to 106; claim 3). Idempotent per (B, X, E_I): S_I is stored before E_K is sent
/// and never signed again; what was refused is tombstoned before that is said (hole 7).
/// </summary>
internal sealed class Issuance(
    Database store, ICashSuite suite, IssuerKeys keys, PartyId issuer, SchemeParameters terms, TimeProvider clock, ICrashPoints crash)
{
    private const ulong LeastTombstones = 1000;
    private const ulong CapPerTombstone = 10_000;

    public LinkMessage Handle(LinkPeer peer, IssueRequest request, bool withhold)
    {
        var now = Timestamp.Now(clock);
        if (peer.Role != LinkRole.Bank || request.Bank != peer.Id || store.Read(db => BankTable.Find(db, peer.Id)) is not { } bank)
        {
            return Refuse(RefusalReason.NotAllowed, "A bank may ask for cash only in its own name.");
        }

        if (Check(request, bank, withhold, now) is { } refusal)
        {
            return refusal;
        }

        if (store.Read(db => Earlier(db, request, now)) is { } earlier)
        {
            return earlier;
        }

        var opened = Open(request);
        var answer = store.Write(db => Earlier(db, request, now) ?? Decide(db, request, opened, withhold, now));
        crash.Reach(CrashPoints.IssueCommitted);
        return answer;
    }

    private LinkMessage? Check(IssueRequest request, BankEntry bank, bool withhold, Timestamp now)
    {
        // What is to be withheld need not be issuable: a retired key must not keep a debit in the air.
        if (!withhold && CheckIssuable(request) is { } refusal)
        {
            return refusal;
        }

        if (!request.Verify(suite, bank.Key))
        {
            return Refuse(RefusalReason.BadSignature, "S_B does not verify under the bank's key.");
        }

        bool inTime = request.Date.Plus(terms.RequestTerm) >= now;
        bool ahead = request.Date > now.Plus(terms.ClockTolerance);
        return inTime && !ahead ? null : Refuse(RefusalReason.OutOfDate, "The request's date is too old or in the future. Sign it anew.");
    }

    private LinkMessage? CheckIssuable(IssueRequest request)
    {
        bool foreign = request.Currency != terms.Currency;
        bool nothing = request.FaceValue.IsZero;

        // What was enciphered to a lost key nobody opens: "never issued" frees the holder's money (R27).
        return foreign ? Refuse(RefusalReason.OtherCurrency, $"This issuer issues {terms.Currency}, not {request.Currency}.")
            : nothing ? Refuse(RefusalReason.AmountZero, "The amount must be at least one minor unit.")
            : keys.EncryptionKey(request.Key) is null && !keys.IsLost(KeyUsage.IssuerEncryption, request.Key)
            ? Refuse(RefusalReason.KeyUnknown, $"This issuer has no encryption key {request.Key}. Load its certificates again.")
            : null;
    }

    /// <summary>The answer that this withdrawal got before.</summary>
    private LinkMessage? Earlier(IReadSnapshot db, IssueRequest request, Timestamp now)
    {
        var row = IssuanceTable.Find(db, request.Request);
        if (row is null)
        {
            return null;
        }

        if (row.Bank != request.Bank)
        {
            // Another bank's E_I: nothing was or will be issued to this one, so it may give its user the money back.
            return new IssueReply(new(null, Sign(request, IssueRefusal.KeyReused, now))).ToMessage();
        }

        bool differs = row.FaceValue != request.FaceValue;
        return differs ? Refuse(RefusalReason.RequestOfAnother, "This E_I was asked for with another amount before. Ask with that amount.")
            : new IssueReply(new(row.EK, row.Never)).ToMessage();
    }

    /// <summary>m, or null for any request that is not sound: one answer for all such (hole 21).</summary>
    private CoinRequest? Open(IssueRequest request)
    {
        var m = keys.EncryptionKey(request.Key) is { } secret ? Ecies.TryDecrypt(suite, secret, request.EI) : null;
        if (m is null || CoinRequest.Decode(m) is not { } opened)
        {
            return null;
        }

        bool possessed = opened.VerifyPossession(suite, request.Key);
        return (terms.IssuerKeys && opened.IsWithoutKey) || possessed ? opened : null;
    }

    private LinkMessage Decide(IWriteTransaction db, IssueRequest request, CoinRequest? opened, bool withhold, Timestamp now)
    {
        if (Adopt(db, request, opened, now) is { } adopted)
        {
            return adopted;
        }

        var bank = BankTable.Find(db, request.Bank)!;
        bool differs = opened?.FaceValue != request.FaceValue;
        bool foreign = opened is not null && opened.Currency != request.Currency;
        bool taken = opened is { IsWithoutKey: false } && CoinTable.IsTaken(db, Derivations.G(terms.G, opened.NU), opened.TM, request.Bank);
        IssueRefusal? refusal = withhold ? IssueRefusal.Asked
            : opened is null ? IssueRefusal.Undecipherable
            : differs || foreign ? IssueRefusal.AmountDiffers
            : taken ? IssueRefusal.KeyReused
            : bank.Circulation.Outstanding + request.FaceValue > bank.Cap ? IssueRefusal.CapReached
            : ArrearsTable.HasAny(db, request.Bank) ? IssueRefusal.InArrears
            : null;
        return refusal is not { } reason ? Issue(db, request, opened!, now)
            : IsFull(db, bank) ? Refuse(RefusalReason.Unavailable,
                "Too many withdrawals of this bank were refused lately. Ask for this one again later.")
            : RecordRefusal(db, request, reason, now);
    }

    /// <summary>A refusal is kept for months, and costs nothing to ask for: each bank has so many, by its cap.</summary>
    private static bool IsFull(IReadSnapshot db, BankEntry bank)
    {
        ulong most = LeastTombstones + (bank.Cap.Minor / CapPerTombstone);
        return IssuanceTable.RefusedTo(db, bank.Id) >= most;
    }

    private LinkMessage RecordRefusal(IWriteTransaction db, IssueRequest request, IssueRefusal reason, Timestamp now)
    {
        var statement = Sign(request, reason, now);
        IssuanceTable.Refused(db, statement, now);
        return new IssueReply(new(null, statement)).ToMessage();
    }

    private LinkMessage Issue(IWriteTransaction db, IssueRequest request, CoinRequest m, Timestamp now)
    {
        var g = terms.G;
        var coinTerms = new CoinAttributes(
            Coin.Suite1, g, issuer, keys.Coin.PublicKey.Id, m.FaceValue, m.Currency, m.TM, Quarter.Of(now).Plus(terms.LifetimeQuarters),
            m.IsWithoutKey);
        using var made = m.IsWithoutKey ? suite.GenerateKey() : null;
        var unsigned = new Coin(coinTerms, made?.PublicKey.Compress() ?? m.NU, []);
        var coin = unsigned with { SI = keys.Coin.Sign(unsigned.Message) };
        var scalar = made?.ExportScalar() ?? [];
        byte[] plain = [.. CashAnswer.Of(coin).Encode(), .. scalar];
        var ek = CashCipher.Encrypt(m.Seed, plain);
        CryptographicOperations.ZeroMemory(plain);
        CryptographicOperations.ZeroMemory(scalar);
        var opening = m.Encode();
        CoinTable.Register(db, coin, request.Bank, request.Request, Ecies.Encrypt(suite, keys.Evidence.PublicKey, opening));
        CryptographicOperations.ZeroMemory(opening);
        CryptographicOperations.ZeroMemory(m.Seed);
        Enter(db, request, ek, now);
        crash.Reach(CrashPoints.IssueUncommitted);
        return new IssueReply(new(ek, null)).ToMessage();
    }

    /// <summary>
    /// The withdrawal of a coin that was honoured turns up (rule R27): it was issued once, and its shops are paid, so the bank gets the
    /// same S_I again and bears what the coin paid, also where it asks for nothing any more.
    /// </summary>
    private LinkMessage? Adopt(IWriteTransaction db, IssueRequest request, CoinRequest? m, Timestamp now)
    {
        var found = m is { IsWithoutKey: false } && m.FaceValue == request.FaceValue
            ? HonouredCoins.OfKey(db, Derivations.G(terms.G, m.NU), m.TM, m.FaceValue) : null;
        if (found is not var (row, coin))
        {
            return null;
        }

        byte[] opening = m!.Encode();
        HonouredCoins.Adopt(db, row, request.Bank, request.Request, Ecies.Encrypt(suite, keys.Evidence.PublicKey, opening), now);
        byte[] ek = CashCipher.Encrypt(m.Seed, CashAnswer.Of(coin).Encode());
        CryptographicOperations.ZeroMemory(opening);
        CryptographicOperations.ZeroMemory(m.Seed);
        Enter(db, request, ek, now);
        return new IssueReply(new(ek, null)).ToMessage();
    }

    /// <summary>The withdrawal was answered with cash: that much more is in circulation for its bank.</summary>
    public static void Enter(IWriteTransaction db, IssueRequest request, byte[] ek, Timestamp now)
    {
        BankTable.AddIssued(db, request.Bank, request.FaceValue);
        IssuanceTable.Issued(db, request, ek, now);
    }

    private NonIssuanceStatement Sign(IssueRequest request, IssueRefusal reason, Timestamp now) => NonIssuanceStatement.Sign(
        keys.Statement, issuer, request.Bank, request.FaceValue, request.Currency, request.Request, reason, now);
}
