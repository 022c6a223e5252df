using HierCash.Protocol;

namespace HierCash.Bank;

/// <summary>What the bank does with a card in its own reader (rule R12).</summary>
public sealed partial class BankParty
{
    /// <summary>
    /// Opens an account with a new card: personalises it with the scheme's root key, loads the issuer's certificates, and takes its account
    /// key. May be repeated with the same card and the same letter after a failure.
    /// </summary>
    /// <param name="code">The activation code in the letter to the holder. The card gets its hash, the bank keeps a digest of that.</param>
    /// <returns>Refused where the name belongs to another card's account, or the letter was written for something else.</returns>
    /// <exception cref="CardRefusedException">The card does not take part; the message says why.</exception>
    public Result<AccountEntry> OpenAccount(string name, WalletCard card, ActivationCode code)
    {
        if (PlainText.NameFault(name, Evidence.MaxNameSize) is { } fault)
        {
            return Refused.ByRule(fault);
        }

        card.Select();

        // Before the card is changed for good: a taken name would leave it bound to this bank and to no account.
        var state = card.GetStatus().State;
        if (state == WalletState.Blank && _store.Read(db => Named(db, name)) is { } holder)
        {
            return _store.Read(db => LostCards.IsLost(db, holder.User) && ReplacedTable.SuccessorOf(db, holder.User) is null)
                ? new Refused(Outcome.AlreadyExists, $"There is an account '{name}', whose card was reported as lost. 'hiercash-bank "
                    + $"replace-card {name}' gives it this card.")
                : new Refused(Outcome.AlreadyExists, $"There is an account '{name}' with another card. Choose another name.");
        }

        var personalised = Personalise(name, card, state, code);
        return !personalised.Has(out var key) ? personalised.Refused! : _store.Write<Result<AccountEntry>>(db =>
        {
            var user = Derivations.U(key);
            if ((AccountTable.Find(db, user) ?? Named(db, name)) is { } known && (known.User != user || known.Name != name))
            {
                return new Refused(Outcome.AlreadyExists,
                    $"There is an account '{name}' with another card, or this card has an account under another name.");
            }

            Add(db, name, key, Timestamp.Now(_clock));
            LetterTable.MarkTaken(db, code, user);
            return AccountTable.Find(db, user)!;
        });
    }

    private static AccountEntry? Named(IReadSnapshot db, string name) => AccountTable.All(db).Find(a => a.Name == name);

    /// <summary>
    /// Gives an account whose card is gone a new one. All money of the account is the new card's from then on, and what comes back later of
    /// the old card's coins too. May be repeated with the same card and the same letter after a failure.
    /// </summary>
    /// <param name="withoutReport">
    /// The bank itself closes the old card, without its holder's signed report: it withdraws nothing any more, and its coins stay good.
    /// </param>
    /// <returns>Refused where there is no such account, its card is not lost, the card or the letter is another's.</returns>
    /// <exception cref="CardRefusedException">The card does not take part; the message says why.</exception>
    public Result<AccountEntry> ReplaceCard(string name, WalletCard card, ActivationCode code, bool withoutReport)
    {
        card.Select();
        var state = card.GetStatus().State;
        if (_store.Read(db => Named(db, name)) is not { } old)
        {
            return NoAccountOf(name);
        }

        // A card that is not blank may be the new one of the same call before: it takes this letter's code once more.
        bool mayReplace = withoutReport || _store.Read(db => LostCards.IsLost(db, old.User));
        if (state == WalletState.Blank)
        {
            // Before the card is changed for good.
            bool hasOther = _store.Read(db => ReplacedTable.SuccessorOf(db, old.User)) is not null;
            if (!mayReplace || hasOther)
            {
                return mayReplace ? HasAnother : NotReported(name);
            }
        }

        var personalised = Personalise(name, card, state, code);
        return !personalised.Has(out var key) ? personalised.Refused! : _store.Write<Result<AccountEntry>>(db =>
        {
            var now = Timestamp.Now(_clock);
            var user = Derivations.U(key);
            if (old.User != user)
            {
                // Back to a card that the account had before, what comes for either would go on from one to the other for ever.
                bool had = AccountTable.Find(db, user) is not null || ReplacedTable.SuccessorOf(db, old.User) is not null;
                if (!mayReplace || had)
                {
                    return mayReplace ? HasAnother : NotReported(name);
                }

                AccountTable.Rename(db, old.User, Replacement.FormerName(old, now));
                Add(db, name, key, now);
                LetterTable.MarkTaken(db, code, user);
                ReplacedTable.Add(db, old.User, user, now);
                Replacement.Forward(db, now, old.User);
            }
            else if (LostCards.IsLost(db, user))
            {
                return Refused.ByRule("This is the card that was reported as lost. Take a new card.");
            }

            return AccountTable.Find(db, user)!;
        });
    }

    /// <summary>For whoever names an account that is not there.</summary>
    internal static Refused NoAccountOf(string name) =>
        new(Outcome.NotFound, $"There is no account '{name}' at this bank. 'hiercash-bank accounts' lists them.");

    private static Refused HasAnother => Refused.ByRule(
        "This card had an account, or this account has another card already. Take a new card, and the name that the account has now.");

    private static Refused NotReported(string name) => Refused.ByRule(
        $"The card of '{name}' was not reported as lost. Take its holder's report first ('hiercash-bank lost FILE'); where there is none, "
            + $"say --without-report: the old card's coins then stay good.");

    private static void Add(IWriteTransaction db, string name, PublicKey key, Timestamp now) =>
        AccountTable.Open(db, new AccountEntry(Derivations.U(key), name, key), now);

    private Result<PublicKey> Personalise(string name, WalletCard card, WalletState state, ActivationCode code)
    {
        var scheme = _identity.Scheme;

        // Two cards never have one code: whoever read the other card's letter would open this one.
        if (state == WalletState.Blank && _letters.IsTaken(code))
        {
            return new Refused(Outcome.PinRefused,
                "That letter belongs to a card already, and somebody may have read it. Name another file for the new letter.");
        }

        var personalised = WithCode(code, name, null, () =>
        {
            try
            {
                return card.Personalise(scheme.Root, Id, scheme.Terms.Currency, scheme.Terms.NoPinLimit, code.Hash);
            }
            catch (CardRefusedException e) when (e.Status == WalletStatus.AlreadyDone)
            {
                throw new CardRefusedException(e.Status, state == WalletState.NotActivated
                    ? "This card has an account already, and waits for the activation code of another letter. Repeat it with that letter, "
                        + "or take a new card."
                    : "This card has an account already, and is activated. Take a new card for a new account.");
            }
        });
        foreach (var certificate in personalised.Refused is null ? NeededByCard() : [])
        {
            card.PutCertificate(certificate);
        }

        return personalised;
    }

    /// <summary>
    /// Sets a card back whose PUK is blocked, and only such a card, to a new activation code; its coins stay. The bank signs over the
    /// card's own nonce, so it takes the card here in the reader; whether its holder brought it is for the person at the counter to see.
    /// May be repeated with the same letter.
    /// </summary>
    /// <returns>The account. Refused where its card was reported as lost, or the letter is another's or an old one.</returns>
    /// <exception cref="CardRefusedException">The card does not take it; the message says why.</exception>
    public Result<AccountId> SetBack(AccountId user, WalletCard card, ActivationCode code)
    {
        // Whoever brings a card that was reported as lost gets nothing signed.
        if (_store.Read(db => LostReportTable.DateOf(db, user)) is { } date)
        {
            return Refused.ByRule(
                $"This card was reported as lost on {date}: keep the card. What is left of its coins comes back to the account by itself.");
        }

        if (_store.Read(db => ReplacedTable.SuccessorOf(db, user)) is not null)
        {
            return Refused.ByRule("The account has another card since this one was replaced: keep the card. Nothing was set back.");
        }

        card.Select();
        var before = card.GetStatus();
        bool heard = KnowsCode(code);
        bool wasSetBack = _letters.WasSetBack(user, code);
        var done = WithCode(code, Find(user)?.Name ?? "", user, () =>
        {
            if (before.State == WalletState.Blank)
            {
                throw new CardRefusedException(StatusWord.ConditionsNotSatisfied,
                    "This card has no account yet: 'hiercash-bank open-account NAME' opens one. Nothing was set back.");
            }

            // A card that may have the code is asked without a signature: it was set back to it, and only its answer was lost; or it is the
            // card's old one.
            var known = heard ? card.SetBack(code.Hash, new byte[ISigningKey.SignatureSize]) : WalletStatus.InvalidSignature;
            if (known.IsSuccess)
            {
                return known;
            }

            bool isBlocked = before.State == WalletState.NotActivated ? wasSetBack : before.PukTries == 0;
            if (known == WalletStatus.AlreadyDone || !isBlocked)
            {
                var why = known == WalletStatus.AlreadyDone ? known : StatusWord.ConditionsNotSatisfied;
                throw new CardRefusedException(why, Explain(why, before));
            }

            card.PutCertificate(_identity.Certificate);

            // In the books first: what the bank signs, it has signed, whatever is said of the card's answer. And not before it can sign.
            var nonce = card.GetNonce();
            var signed = Timestamp.Now(_clock);
            _store.Write(db =>
            {
                LetterTable.MarkSigned(db, code);
                return BankAlarms.RaiseSetBack(db, signed, user);
            });
            var signature = _key.Sign(SignedMessage.SetBack(Id, nonce, user, code.Hash));
            var status = card.SetBack(code.Hash, signature);
            if (status == WalletStatus.InvalidSignature)
            {
                // The row stays, because a reader may lie about the card's answer; it no longer says that this holder's card is somebody
                // else's.
                _store.Write(db => AlarmTable.SetBackOfAnother(db, user, signed));
            }

            return status.IsSuccess ? status : throw new CardRefusedException(status, Explain(status, before));
        });
        if (done.Refused is { } refused)
        {
            return refused;
        }

        LogSetBack();
        return user;
    }

    private static string Explain(StatusWord status, StatusReply before) =>
        status == WalletStatus.InvalidSignature ? "This is not the card of that account."
        : status == WalletStatus.AlreadyDone ? "The letter's code is the card's old one. Name another file for the new letter."
        : status != StatusWord.ConditionsNotSatisfied ? status.Explain()
        : before.State == WalletState.NotActivated
        ? "This card is not activated yet: its holder activates it with the letter of 'open-account'. Only a blocked PUK is set back."
        : "This card's PUK is not blocked. If it is the right card, its holder helps themselves with 'hiercash-wallet pin unblock'. Only a "
            + "blocked PUK is set back.";

    /// <summary>The newest PE_I and PS_I; whatever else a card needs its wallet brings (rule R15).</summary>
    private IEnumerable<KeyCertificate> NeededByCard()
    {
        var now = Timestamp.Now(_clock);
        return new[] { KeyUsage.IssuerEncryption, KeyUsage.IssuerCoin }
            .Select(u => _identity.Scheme.Certificates.Where(c => c.Usage == u && c.Covers(now)).MaxBy(c => c.NotBefore))
                .OfType<KeyCertificate>();
    }
}
