namespace HierCash.Protocol.Iso7816;

/// <summary>
/// BER-TLV tags of all data objects (ISO 7816-4, 5.2.2), private class; in APDUs, link messages and files alike.
/// The comment gives the patent's symbol and the size of the value in bytes. README.md has the same table in words.
/// </summary>
public enum Tag : ushort
{
    // ISO 7816-4 file control information.
    FileControl = 0x6F,
    DfName = 0x84,
    Proprietary = 0xA5,

    // Primitive, one byte.
    Suite = 0xC0,            // cipher suite: 1
    G = 0xC1,                // g: 0 identity, 1 SHA-256: 1
    IssuerId = 0xC2,         // 4
    KeyId = 0xC3,            // left 4 bytes of SHA-256 of the public key: 4
    FaceValue = 0xC4,        // X: 4
    Currency = 0xC5,         // ISO 4217 numeric code: 2
    NU = 0xC6,               // N_U, compressed: 33
    TM = 0xC7,               // TM: 2
    Expiry = 0xC8,           // quarter: 2
    SI = 0xC9,               // S_I(X, n): 64
    Seq = 0xCA,              // 2
    Balance = 0xCB,          // x: 4
    Time = 0xCC,             // TIME, microseconds since 1970: 8
    W = 0xCD,                // W: 16
    E = 0xCE,                // e: 16
    Payment = 0xCF,          // y: 4
    SU = 0xD0,               // S_U(e, y): 64
    PartPaid = 0xD1,         // y_i, only where it is less than y: 4
    EI = 0xD2,               // E_I: 209
    EK = 0xD3,               // E_K: 112
    U = 0xD4,                // U: 16
    B = 0xD5,                // B: 4
    Date = 0xD6,             // microseconds since 1970: 8
    Signature = 0xD7,        // r || s: 64
    PublicKey = 0xD8,        // 04 || x || y: 65
    Usage = 0xD9,            // of a certificate's key: 1
    NotBefore = 0xDA,        // 8
    NotAfter = 0xDB,         // 8
    Slot = 0xDC,             // coin slot or log index: 1
    State = 0xDD,            // 1
    Digest = 0xDE,           // 32

    // Constructed.
    Coin = 0xE0,             // C = {X, N_U, S_I(X, n)}
    CashPayment = 0xE1,      // H
    Certificate = 0xE2,
    AccountRequest = 0xE3,
    NeverIssued = 0xE4,
    Receipt = 0xE5,
    Transfer = 0xE6,
    Dossier = 0xE7,
    Evidence = 0xE8,
    Void = 0xEB,
    DeadStatement = 0xEC,
    Cancellation = 0xED,
    HotList = 0xEE,
    AuditStatement = 0xEF,
    BankRequest = 0xF0,
    Enrolment = 0xF1,
    Sealed = 0xF2,
    Submission = 0xF4,
    Reversal = 0xF5,
    DossierPage = 0xF6,
    Notice = 0xF7,
    Stamp = 0xF8,
    ShopAnswer = 0xF9,
    BookingStatement = 0xFA,
    Position = 0xFD,

    // Primitive, two bytes.
    Holder = 0xDF20,         // party a certificate speaks of: 4
    Name = 0xDF21,           // UTF-8: 1 to 64
    Total = 0xDF22,          // ledger amount: 8
    Number = 0xDF23,         // of an instruction, cycle, version, statement: 8
    Verdict = 0xDF24,        // 1
    Reason = 0xDF25,         // 1
    Opening = 0xDF26,        // m, what E_I holds: 137
    Kind = 0xDF27,           // of a transfer: 1
    Reference = 0xDF28,      // 32
    PinTries = 0xDF29,       // of the payment PIN: 1
    PukTries = 0xDF2A,       // 1
    NoPinLimit = 0xDF2B,     // 4
    NoPinSpent = 0xDF2C,     // 4
    Version = 0xDF2D,        // 1
    PaymentId = 0xDF2E,      // 32
    CoinId = 0xDF2F,         // 32
    Repeat = 0xDF30,         // 1: this answer was given before
    Ciphertext = 0xDF31,     // 0 or more
    Scheme = 0xDF32,         // fingerprint of the root key: 32
    PreviousDigest = 0xDF33, // 32
    BaseVersion = 0xDF34,    // 8
    HotEntries = 0xDF35,     // 8 bytes each
    Issued = 0xDF36,         // 8
    Settled = 0xDF37,        // 8
    Redeemed = 0xDF38,       // 8
    Returned = 0xDF39,       // 8
    Outstanding = 0xDF3A,    // 8
    Due = 0xDF3B,            // 8
    Guaranteed = 0xDF3C,     // 4
    TillKey = 0xDF3D,        // N_W: 65
    AccountKey = 0xDF3E,     // 65
    LogCount = 0xDF3F,       // 1
    SlotCount = 0xDF40,      // 1
    Text = 0xDF43,           // UTF-8, for people: 0 to 200
    LinkCertificate = 0xDF44, // X.509, DER: up to 1,000
    Terms = 0xDF45,          // the scheme's terms: 53
    Credited = 0xDF46,       // 4
    Waiting = 0xDF47,        // 4
    Revision = 0xDF48,       // 2
    Path = 0xDF49,           // of a Merkle tree: 32 each
    Index = 0xDF4A,          // place in a batch, from 0: 4
    Count = 0xDF4B,          // payments in a batch: 4
    Moved = 0xDF4C,          // what a reversal took back: 4
    DossierRevision = 0xDF50, // 4
    DisputeTerm = 0xDF51,    // seconds: 4
    ClockTolerance = 0xDF52, // seconds: 4
    Claimed = 0xDF53,        // of a case, so far and soon: 8
    PageHashes = 0xDF54,     // SHA-256 of each page: 32 each
    PageIndex = 0xDF55,      // from 0: 4
    Until = 0xDF56,          // end of a term: 8
    InstructionNumber = 0xDF60, // 8
    StatementNumber = 0xDF61, // 8
    IssuedNumber = 0xDF62,   // 8
    Restored = 0xDF63,       // 0 or 1: 1
    HolderTries = 0xDF70,    // 1
    ActivationCode = 0xDF71, // ASCII digits: 20
    Puk = 0xDF72,            // 8
    PaymentPin = 0xDF73,     // 8
    HolderPin = 0xDF74,      // 8
    Nonce = 0xDF75,          // 16
    NoPinCount = 0xDF76,     // 1
    NewestEntry = 0xDF77,    // 1
    OrderNumber = 0xDF78,    // of an account's orders, from 1: 4
}
