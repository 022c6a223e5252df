namespace HierCash.Protocol.Cash;

/// <summary>The patent's g in n = g(N_U).</summary>
public enum GFunction : byte { Identity = 0, Sha256 = 1 }

/// <summary>What a certified key may do.</summary>
public enum KeyUsage : byte
{
    /// <summary>PE_I: enciphers withdrawal requests.</summary>
    IssuerEncryption = 1,

    /// <summary>PS_I: verifies S_I.</summary>
    IssuerCoin = 2,

    /// <summary>Verifies receipts, transfers, "never issued", dead statements, hot lists and audit statements.</summary>
    IssuerStatement = 3,

    /// <summary>PS_B: verifies S_B.</summary>
    Bank = 4,
}

/// <summary>Answers to one settled payment, in order of precedence: the first that applies.</summary>
public enum Verdict : byte
{
    Malformed = 1,
    BadSignature = 2,
    TillUnknown = 3,
    Early = 4,

    /// <summary>Never signed: a repeat gets the newest revision of its receipt (hole 5).</summary>
    Repeat = 5,
    Dead = 6,
    Late = 7,
    UnknownCoin = 8,
    Equivocation = 9,
    Cancelled = 10,
    Excess = 11,
    Settled = 12,

    /// <summary>
    /// Nothing final: the issuer does not know the coin, and has not heard yet from all banks whether it is an older copy of itself (rule
    /// R27). Asked again, it is judged.
    /// </summary>
    NotYetKnown = 13,
}

/// <summary>Why the issuer will never issue a withdrawal, in order of precedence.</summary>
public enum IssueRefusal : byte
{
    /// <summary>The bank asked, and nothing had been issued.</summary>
    Asked = 1,

    /// <summary>E_I does not decrypt to a request that says what it must; one reason for all such (hole 21).</summary>
    Undecipherable = 2,

    /// <summary>X in E_I is not the bank's X (hole 16).</summary>
    AmountDiffers = 3,

    /// <summary>(n, TM) was issued before, or a further TM came from another bank (hole 15).</summary>
    KeyReused = 4,

    /// <summary>The bank's cap on outstanding cash is reached (hole 17).</summary>
    CapReached = 5,

    /// <summary>The bank has not booked for disputeTerm what it owes to clearing (R8).</summary>
    InArrears = 6,
}

/// <summary>What an instruction to a bank moves.</summary>
public enum TransferKind : byte
{
    /// <summary>e-cash float to clearing: one total per cycle for all coins of this bank (hole 18). Reference: zeros.</summary>
    FloatDebit = 1,

    /// <summary>Clearing to a shop's account: one per shop and cycle. Reference: the shop's account.</summary>
    ShopCredit = 2,

    /// <summary>Claims to clearing: a guaranteed excess, after disputeTerm (hole 13). Reference: the coin id of the case.</summary>
    ClaimDebit = 3,

    /// <summary>e-cash float to the user of E_I: redeemed cash (hole 9). Reference: SHA-256(E_I).</summary>
    RedeemCredit = 4,

    /// <summary>e-cash float to the user of E_I: what remained of an expired or cancelled coin. Reference: SHA-256(E_I).</summary>
    ReturnCredit = 5,

    /// <summary>Clearing to e-cash float: a reversed settlement (hole 3). Reference: zeros.</summary>
    FloatRestore = 6,

    /// <summary>A shop's account to clearing, below zero too: a reversed settlement (rule R4). Reference: the shop's account.</summary>
    ShopDebit = 7,

    /// <summary>
    /// Clearing to claims: what a claim had paid and the coin paid after all (rule R2). Reference: the coin id of the case.
    /// </summary>
    ClaimRestore = 8,
}

/// <summary>Why the issuer pronounces a payment dead (hole 4).</summary>
public enum DeathBasis : byte { Voided = 1, TillUnknown = 2, TermOver = 3 }
