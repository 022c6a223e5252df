namespace HierCash.Card.Wallet;

/// <summary>FINISH WITHDRAWAL (EP 0810563, issuance step 5, section 304). Page: finish-withdrawal.md.</summary>
internal static class FinishWithdrawalInstruction
{
    public static StatusWord Run(WalletApplet wallet, in FinishWithdrawalCommand command, ref BerTlvWriter response)
    {
        if (wallet.FindSlot(command.Slot) is not { } slot)
        {
            return StatusWord.ReferencedDataNotFound;
        }

        wallet.Meter.Charge(CardOperation.Hash);
        var digest = Digest.Of(command.EK).ToArray().AsSpan(0, Id16.Size);
        if (slot.State != SlotState.Pending)
        {
            // The answer was stored and its 9000 was lost.
            bool again = slot.State is SlotState.Active or SlotState.Closed or SlotState.Ended && slot.AnswerDigest.SequenceEqual(digest);
            return again ? StatusWord.Success : StatusWord.ConditionsNotSatisfied;
        }

        // Two keys, and a MAC of two hashes.
        wallet.Meter.Charge(CardOperation.Hash, 4);
        wallet.Meter.Charge(CardOperation.Cipher);
        var request = slot.CoinRequest;
        if (CashCipher.TryDecrypt(slot.Seed, command.EK) is not { } plain || plain.Length < CashAnswer.Size
            || CashAnswer.Decode(plain.AsSpan(0, CashAnswer.Size)) is not { } answer
            || !IsWhatWasAsked(request, answer, plain.Length > CashAnswer.Size))
        {
            return WalletStatus.InvalidSignature;
        }

        if (wallet.Keys.Find(KeyUsage.IssuerCoin, answer.IssuerKey) is not { } issuer || issuer.Holder != answer.Issuer)
        {
            return WalletStatus.KeyUnknown;
        }

        wallet.Meter.Charge(CardOperation.Hash); // n = g(N_U)
        using var given = request.IsWithoutKey ? TryImport(wallet, plain.AsSpan(CashAnswer.Size)) : null;
        var nu = given?.PublicKey.Compress() ?? request.NU;
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(plain);
        bool genuine = answer.ToCoin(request.FaceValue, request.Currency, request.TM, nu).Verify(wallet.Suite, issuer.Key);
        if ((request.IsWithoutKey && given is null) || !genuine)
        {
            return WalletStatus.InvalidSignature;
        }

        using (var transaction = wallet.Begin())
        {
            if (given is not null)
            {
                slot.TakeKey(given);
            }

            slot.Activate(answer, digest);
            transaction.Commit();
        }

        slot.WipeLeftovers();
        return StatusWord.Success;
    }

    /// <summary>
    /// A key for who asked for one and for nobody else; and a coin that says in its signed g whether the issuer made its key (hole 14).
    /// </summary>
    private static bool IsWhatWasAsked(CoinRequest request, CashAnswer answer, bool hasKey) =>
        answer.IssuerKeyed == request.IsWithoutKey && hasKey == request.IsWithoutKey;

    private static ISigningKey? TryImport(WalletApplet wallet, ReadOnlySpan<byte> scalar)
    {
        try
        {
            return wallet.Suite.ImportKey(scalar);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
