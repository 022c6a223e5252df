using System.Reflection;

namespace HierCash.Protocol;

/// <summary>
/// BER-TLV tags of all data objects (ISO 7816-4, 5.2.2), private class; in APDUs, link messages and files alike.
/// The comment gives the patent's symbol and the size of the value in bytes. README.md has the same table in words.
/// </summary>
public static class WalletTag
{

    // Primitive, one byte.
    public const Tag Suite = (Tag)0xC0;            // cipher suite: 1
    public const Tag G = (Tag)0xC1;                // g: 0 identity, 1 SHA-256: 1
    public const Tag IssuerId = (Tag)0xC2;         // 4
    public const Tag KeyId = (Tag)0xC3;            // left 4 bytes of SHA-256 of the public key: 4
    public const Tag FaceValue = (Tag)0xC4;        // X: 4
    public const Tag Currency = (Tag)0xC5;         // ISO 4217 numeric code: 2
    public const Tag NU = (Tag)0xC6;               // N_U, compressed: 33
    public const Tag TM = (Tag)0xC7;               // TM: 2
    public const Tag Expiry = (Tag)0xC8;           // quarter: 2
    public const Tag SI = (Tag)0xC9;               // S_I(X, n): 64
    public const Tag Seq = (Tag)0xCA;              // 2
    public const Tag Balance = (Tag)0xCB;          // x: 4
    public const Tag Time = (Tag)0xCC;             // TIME, microseconds since 1970: 8
    public const Tag W = (Tag)0xCD;                // W: 16
    public const Tag E = (Tag)0xCE;                // e: 16
    public const Tag Payment = (Tag)0xCF;          // y: 4
    public const Tag SU = (Tag)0xD0;               // S_U(e, y): 64
    public const Tag PartPaid = (Tag)0xD1;         // y_i, only where it is less than y: 4
    public const Tag EI = (Tag)0xD2;               // E_I: 209
    public const Tag EK = (Tag)0xD3;               // E_K: 112
    public const Tag U = (Tag)0xD4;                // U: 16
    public const Tag B = (Tag)0xD5;                // B: 4
    public const Tag Date = (Tag)0xD6;             // microseconds since 1970: 8
    public const Tag Signature = (Tag)0xD7;        // r || s: 64
    public const Tag PublicKey = (Tag)0xD8;        // 04 || x || y: 65
    public const Tag Usage = (Tag)0xD9;            // of a certificate's key: 1
    public const Tag NotBefore = (Tag)0xDA;        // 8
    public const Tag NotAfter = (Tag)0xDB;         // 8
    public const Tag Slot = (Tag)0xDC;             // coin slot or log index: 1
    public const Tag State = (Tag)0xDD;            // 1
    public const Tag Digest = (Tag)0xDE;           // 32

    // Constructed.
    public const Tag Coin = (Tag)0xE0;             // C = {X, N_U, S_I(X, n)}
    public const Tag CashPayment = (Tag)0xE1;      // H
    public const Tag Certificate = (Tag)0xE2;
    public const Tag WithdrawalOrder = (Tag)0xE3;
    public const Tag NonIssuanceStatement = (Tag)0xE4;
    public const Tag Receipt = (Tag)0xE5;
    public const Tag ClearingInstruction = (Tag)0xE6;
    public const Tag Dossier = (Tag)0xE7;
    public const Tag Evidence = (Tag)0xE8;
    public const Tag Void = (Tag)0xEB;
    public const Tag NonSettlementStatement = (Tag)0xEC;
    public const Tag Cancellation = (Tag)0xED;
    public const Tag HotList = (Tag)0xEE;
    public const Tag CirculationStatement = (Tag)0xEF;
    public const Tag IssueRequest = (Tag)0xF0;
    public const Tag Enrolment = (Tag)0xF1;
    public const Tag SealedMessage = (Tag)0xF2;
    public const Tag Submission = (Tag)0xF4;
    public const Tag Reversal = (Tag)0xF5;
    public const Tag DossierPage = (Tag)0xF6;
    public const Tag Notice = (Tag)0xF7;
    public const Tag Stamp = (Tag)0xF8;
    public const Tag ShopAnswer = (Tag)0xF9;
    public const Tag BookingStatement = (Tag)0xFA;
    public const Tag Position = (Tag)0xFD;

    // Primitive, two bytes.
    public const Tag Holder = (Tag)0xDF20;         // party a certificate speaks of: 4
    public const Tag Name = (Tag)0xDF21;           // UTF-8: 1 to 64
    public const Tag Total = (Tag)0xDF22;          // ledger amount: 8
    public const Tag Number = (Tag)0xDF23;         // of an instruction, cycle, version, statement: 8
    public const Tag Verdict = (Tag)0xDF24;        // 1
    public const Tag Reason = (Tag)0xDF25;         // 1
    public const Tag Opening = (Tag)0xDF26;        // m, what E_I holds: 137
    public const Tag Kind = (Tag)0xDF27;           // of a transfer: 1
    public const Tag Reference = (Tag)0xDF28;      // 32
    public const Tag PinTries = (Tag)0xDF29;       // of the payment PIN: 1
    public const Tag PukTries = (Tag)0xDF2A;       // 1
    public const Tag NoPinLimit = (Tag)0xDF2B;     // 4
    public const Tag NoPinSpent = (Tag)0xDF2C;     // 4
    public const Tag Version = (Tag)0xDF2D;        // 1
    public const Tag PaymentId = (Tag)0xDF2E;      // 32
    public const Tag CoinId = (Tag)0xDF2F;         // 32
    public const Tag Repeat = (Tag)0xDF30;         // 1: this answer was given before
    public const Tag Ciphertext = (Tag)0xDF31;     // 0 or more
    public const Tag Scheme = (Tag)0xDF32;         // fingerprint of the root key: 32
    public const Tag PreviousDigest = (Tag)0xDF33; // 32
    public const Tag BaseVersion = (Tag)0xDF34;    // 8
    public const Tag HotEntries = (Tag)0xDF35;     // 8 bytes each
    public const Tag Issued = (Tag)0xDF36;         // 8
    public const Tag Settled = (Tag)0xDF37;        // 8
    public const Tag Redeemed = (Tag)0xDF38;       // 8
    public const Tag Returned = (Tag)0xDF39;       // 8
    public const Tag Outstanding = (Tag)0xDF3A;    // 8
    public const Tag Due = (Tag)0xDF3B;            // 8
    public const Tag Guaranteed = (Tag)0xDF3C;     // 4
    public const Tag TillKey = (Tag)0xDF3D;        // N_W: 65
    public const Tag AccountKey = (Tag)0xDF3E;     // 65
    public const Tag LogCount = (Tag)0xDF3F;       // 1
    public const Tag SlotCount = (Tag)0xDF40;      // 1
    public const Tag Text = (Tag)0xDF43;           // UTF-8, for people: 0 to 200
    public const Tag LinkCertificate = (Tag)0xDF44; // X.509, DER: up to 1,000
    public const Tag Terms = (Tag)0xDF45;          // the scheme's terms: 53
    public const Tag Credited = (Tag)0xDF46;       // 4
    public const Tag Waiting = (Tag)0xDF47;        // 4
    public const Tag Revision = (Tag)0xDF48;       // 2
    public const Tag Path = (Tag)0xDF49;           // of a Merkle tree: 32 each
    public const Tag Index = (Tag)0xDF4A;          // place in a batch, from 0: 4
    public const Tag Count = (Tag)0xDF4B;          // payments in a batch: 4
    public const Tag Moved = (Tag)0xDF4C;          // what a reversal took back: 4
    public const Tag DossierRevision = (Tag)0xDF50; // 4
    public const Tag DisputeTerm = (Tag)0xDF51;    // seconds: 4
    public const Tag ClockTolerance = (Tag)0xDF52; // seconds: 4
    public const Tag Claimed = (Tag)0xDF53;        // of a case, so far and soon: 8
    public const Tag PageHashes = (Tag)0xDF54;     // SHA-256 of each page: 32 each
    public const Tag PageIndex = (Tag)0xDF55;      // from 0: 4
    public const Tag Until = (Tag)0xDF56;          // end of a term: 8
    public const Tag InstructionNumber = (Tag)0xDF60; // 8
    public const Tag StatementNumber = (Tag)0xDF61; // 8
    public const Tag IssuedNumber = (Tag)0xDF62;   // 8
    public const Tag Restored = (Tag)0xDF63;       // 0 or 1: 1
    public const Tag HolderTries = (Tag)0xDF70;    // 1
    public const Tag ActivationCode = (Tag)0xDF71; // ASCII digits: 20
    public const Tag Puk = (Tag)0xDF72;            // 8
    public const Tag PaymentPin = (Tag)0xDF73;     // 8
    public const Tag HolderPin = (Tag)0xDF74;      // 8
    public const Tag Nonce = (Tag)0xDF75;          // 16
    public const Tag NoPinCount = (Tag)0xDF76;     // 1
    public const Tag NewestEntry = (Tag)0xDF77;    // 1
    public const Tag OrderNumber = (Tag)0xDF78;    // of an account's orders, from 1: 4

    private static readonly Dictionary<Tag, string> Names = typeof(WalletTag).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Where(f => f.IsLiteral).ToDictionary(f => (Tag)(ushort)f.GetRawConstantValue()!, f => f.Name);

    /// <summary>All of them.</summary>
    public static IReadOnlyCollection<Tag> All => Names.Keys;

    /// <summary>What this table, or ISO, calls the tag; its digits where neither does.</summary>
    public static string NameOf(Tag tag) => Names.TryGetValue(tag, out string? name) ? name
        : Enum.IsDefined(tag) ? tag.ToString() : ((ushort)tag).ToString("X2", System.Globalization.CultureInfo.InvariantCulture);
}
