namespace HierCash.Bank;

/// <summary>What a bank says in words of one of its holders.</summary>
public sealed partial class BankParty
{
    /// <summary>Each withdrawal, each case and each set-back of a holder in words: its state, who signed what, what happens next.</summary>
    public IEnumerable<string> Explain(AccountId user)
    {
        var parked = Parked;
        return _store.Read(db => WithdrawalTable.Of(db, user)).Select(w =>
        {
            var currency = _identity.Scheme.Terms.Currency;
            string cancelled = _store.Read(db => CancellationTable.DateOf(db, w.Order.Request)) is { } date
                ? $" The card was reported as lost: the issuer cancelled the coin on {date}, and what is left of it comes back after "
                    + $"its terms."
                : "";
            string waits = string.Concat(parked.Where(p => p.Reference == w.Order.Request.Value).Select(p =>
                $" {p.Amount.Show(currency)} of it are to come back and wait since {p.Since}: {p.Why}. It ends when {p.EndsWhen}."));
            return $"{w.Debited}: {w.Order.FaceValue.Show(currency)}, ordered with the account key's signature. " + w.State switch
            {
                WithdrawalState.Debited => "Debited; the issuer is asked next.",
                WithdrawalState.Requested => "Debited and asked for; if the issuer stays silent for the request's term, the bank asks it "
                    + "to withhold the cash, and only its signed \"never issued\" gives the money back.",
                WithdrawalState.Issued => "The issuer issued the cash (S_I); the bank holds its sealed answer and cannot read it."
                    + (w.EK!.Length == CashAnswer.EncipheredSizeWithKey ? $" {IssuerKeyed.ForHolder}" : ""),
                _ => $"Reversed: the issuer signed that it will never issue it ({InWords(w.Never!.Reason)}), and the money is back.",
            } + cancelled + waits;
        }).Concat(Cases.Where(c => c.File.Order.User == user).Select(c =>
            $"A case about coin {c.File.Dossier.Coin.ToString()[..16]}: {c.Show(_identity.Scheme.Terms.Currency)}")).Concat(
                _store.Read(db => AlarmTable.SetBacks(db, user)).Select(s =>
            $"{s.Date}: this bank signed that the card, if its PUK was blocked, goes back to the code of a new letter. "
            + (s.OfAnother ? "The card in the reader said that it is another one: if that was no slip in the name, see whether the holder "
            + "still has the card."
                : "If the holder did not bring it, somebody has it: have it reported as lost.")));
    }

    private static string InWords(IssueRefusal reason) => reason == IssueRefusal.InArrears
        ? "InArrears: this bank has not booked for the whole dispute term what it owes to others; 'hiercash-bank parked' lists it"
        : reason.ToString();
}
