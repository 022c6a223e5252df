using HierCash.Protocol.Cash;
using HierCash.Protocol.Link;
using HierCash.Protocol.Suite;
using HierCash.Terminals;

namespace HierCash.Bank;

/// <summary>
/// Finds the overspender (EP 0810563, settlement step 3, section 203): checks the issuer's dossier by itself, looks U up by E_I,
/// and assembles the evidence file. The issuer is told whether the case is proven, not who it is (hole 19).
/// </summary>
internal sealed class EvidenceDesk(
    Database store, ICashSuite suite, ISigningKey key, KeyCertificate certificate, Scheme scheme, ILink issuer, TimeProvider clock, ICrashPoints crash)
{
    /// <summary>Fetches and judges all dossiers that wait.</summary>
    /// <returns>How many were judged.</returns>
    /// <exception cref="LinkException">The issuer cannot be reached; what was found is kept and told later.</exception>
    public async ValueTask<int> Fetch(CancellationToken cancel)
    {
        var reply = await issuer.Call(DossierMessages.WriteRequest(), cancel);
        var dossiers = DossierMessages.ReadReply(reply)
            ?? throw new InvalidOperationException($"The issuer did not answer with dossiers. {Refusal.Read(reply)?.Text}");
        foreach (var dossier in dossiers)
        {
            var proof = store.Write(db => Judge(db, dossier));
            crash.Reach(CrashPoints.EvidenceStored);
            await issuer.Call(DossierMessages.WriteOutcome(dossier.Coin, proof), cancel);
            store.Write(db => db.Execute("UPDATE evidence SET told = 1 WHERE coin_id = ?1", dossier.Coin.Value.ToArray()));
        }

        return dossiers.Count;
    }

    /// <summary>Hears the user: if what is struck out leaves no excess, the case is closed, and the issuer told so before any claim is due.</summary>
    public async ValueTask<EvidenceFinding> Rebut(CoinId coin, Rebuttal rebuttal, CancellationToken cancel)
    {
        var id = coin.Value.ToArray();
        var file = store.Read(db => db.First("SELECT file FROM evidence WHERE coin_id = ?1 AND file IS NOT NULL", r => Evidence.Decode(r.Bytes(0))!, id))
            ?? throw new InvalidOperationException("There is no case about this coin at this bank.");
        var finding = file.Check(suite, scheme.Root, rebuttal);
        if (!finding.IsProven)
        {
            store.Write(db => db.Execute("UPDATE evidence SET proof = ?2, rebuttal = ?3 WHERE coin_id = ?1", id, (long)Proof.Nothing, rebuttal.Encode()));
            await issuer.Call(DossierMessages.WriteOutcome(coin, Proof.Nothing), cancel);
        }

        return finding;
    }

    public IReadOnlyList<Evidence> All => store.Read(db =>
        db.Query("SELECT file FROM evidence WHERE file IS NOT NULL", r => Evidence.Decode(r.Bytes(0))!));

    private Proof Judge(Database db, Dossier dossier)
    {
        var coin = dossier.Coin.Value.ToArray();
        if (db.First("SELECT proof FROM evidence WHERE coin_id = ?1", r => r.GetInt64(0).ToString(System.Globalization.CultureInfo.InvariantCulture), coin) is { } earlier)
        {
            return (Proof)int.Parse(earlier, System.Globalization.CultureInfo.InvariantCulture);
        }

        // E_I is recomputed from the opening; only if it is one of this bank's does it lead to a user.
        var ei = dossier.EncipheredRequest(suite);
        var row = ei is null ? null : UserDatabase.Find(db, new RequestId(Digest.Of(ei)));
        var proof = row is null ? Proof.OpeningMismatch : dossier.Check(suite, scheme.Root, row.Order.EI);
        var account = row is null ? null : UserDatabase.FindAccount(db, row.Order.User);
        byte[]? file = proof == Proof.Excess && account is not null
            ? Evidence.Sign(key, row!.Order, account.Key, account.Name, dossier, certificate, Timestamp.Now(clock)).Encode()
            : null;
        // What a claim may be, and from when its term runs; as far as a dossier of today says it.
        var excess = proof == Proof.Excess ? dossier.Spent - dossier.Payments[0].Coin.Terms.FaceValue : Amount.Zero;
        db.Execute(
            "INSERT INTO evidence(coin_id, u, proof, spent, file, judged, excess, guaranteed, noticed) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?6)",
            coin, file is null ? null : row!.Order.User.Value.ToArray(), (long)proof, dossier.Spent.ToLedger(), file, Timestamp.Now(clock).ToLedger(), excess.ToLedger());
        return proof;
    }
}
