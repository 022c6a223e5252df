using System.Security.Cryptography;

namespace HierCash.Card.Wallet;

/// <summary>BEGIN WITHDRAWAL (EP 0810563, issuance step 1, sections 301 to 303). Page: begin-withdrawal.md.</summary>
internal static class BeginWithdrawalInstruction
{
    public static StatusWord Run(WalletApplet wallet, in BeginWithdrawalCommand command, ref BerTlvWriter response)
    {
        if (command.Mode == WithdrawalMode.Again)
        {
            return Again(wallet, command.Slot, ref response);
        }

        if (command.FaceValue.IsZero)
        {
            return WalletStatus.AmountZero;
        }

        if (command.Currency != wallet.CardHolder.Currency)
        {
            return WalletStatus.OtherCurrency;
        }

        if (wallet.Keys.Find(KeyUsage.IssuerEncryption, command.Key) is not { } issuer)
        {
            return WalletStatus.KeyUnknown;
        }

        CoinSlot? parent = null;
        if (command.Mode == WithdrawalMode.SameKey)
        {
            // The coin with TM 0 counts; it has to be there, or a TM could come twice (hole 15).
            if (command.Slot >= WalletApplet.SlotCount || wallet.Slot(command.Slot).State is SlotState.Free or SlotState.Pending)
            {
                return StatusWord.ReferencedDataNotFound;
            }

            parent = wallet.Slot(command.Slot);
            bool counts = parent.Value.TM == 0 && parent.Value.NextTM < ushort.MaxValue;

            // Under a key that the issuer made there is this coin and no other: a further one would look as if its holder alone could sign
            // (hole 14).
            if (!counts || parent.Value.IsIssuerKeyed)
            {
                return StatusWord.ConditionsNotSatisfied;
            }
        }

        if (FindRoom(wallet, parent?.Index) is not { } slot)
        {
            return StatusWord.NotEnoughMemory;
        }

        var ei = Begin(wallet, command, issuer.Key, parent, slot);
        new BeginWithdrawalReply(slot.Index, ei).Write(ref response);
        return StatusWord.Success;
    }

    private static byte[] Begin(WalletApplet wallet, in BeginWithdrawalCommand command, PublicKey issuer, CoinSlot? parent, CoinSlot slot)
    {
        using var secret = command.Mode == WithdrawalMode.IssuerKey ? null
            : parent is { } p ? wallet.Suite.ImportKey(p.Secret)
            : wallet.Suite.GenerateKey();
        Span<byte> seed = stackalloc byte[CashCipher.SeedSize];
        wallet.Suite.Random.Fill(seed);
        var request = secret is null
            ? CoinRequest.WithoutKey(seed, command.FaceValue, command.Currency)
            : CoinRequest.Create(secret, command.Key, seed, command.FaceValue, command.Currency, parent?.NextTM ?? 0);
        CryptographicOperations.ZeroMemory(seed);
        var ei = Encipher(wallet, request, issuer);
        wallet.Meter.Charge(CardOperation.Hash, 2); // the seed in P, and E_I
        var id = new WithdrawalId(Digest.Of(ei));
        ReleaseEnded(wallet, slot);
        wallet.ForgetKey(slot.Index);
        using var transaction = wallet.Begin();
        slot.Begin(secret, request, command.Key, id);
        parent?.TakeTM();
        transaction.Commit();
        return ei;
    }

    private static byte[] Encipher(WalletApplet wallet, CoinRequest request, PublicKey issuer)
    {
        // R = r * G, which a card computes like ECDH; r and the keys are hashes, the MAC is two.
        wallet.Meter.Charge(CardOperation.Agree);
        wallet.Meter.Charge(CardOperation.Hash, 5);
        wallet.Meter.Charge(CardOperation.Cipher);
        return request.Encipher(wallet.Suite, issuer);
    }

    /// <summary>E_I of the pending slot: the same bytes each time.</summary>
    private static StatusWord Again(WalletApplet wallet, byte index, ref BerTlvWriter response)
    {
        if (wallet.FindSlot(index) is not { } slot)
        {
            return StatusWord.ReferencedDataNotFound;
        }

        if (slot.State != SlotState.Pending)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        if (wallet.Keys.Find(KeyUsage.IssuerEncryption, slot.EncryptionKey) is not { } issuer)
        {
            return WalletStatus.KeyUnknown;
        }

        new BeginWithdrawalReply(index, Encipher(wallet, slot.CoinRequest, issuer.Key)).Write(ref response);
        return StatusWord.Success;
    }

    /// <summary>A free slot, or that of a coin that was closed and of whose payments the wallet has copies (rule R24).</summary>
    private static CoinSlot? FindRoom(WalletApplet wallet, byte? except)
    {
        foreach (var state in (ReadOnlySpan<SlotState>)[SlotState.Free, SlotState.Ended])
        {
            foreach (var slot in wallet.Slots)
            {
                if (slot.State == state && slot.Index != except && (state == SlotState.Free || IsCopied(wallet, slot)))
                {
                    return slot;
                }
            }
        }

        return null;
    }

    /// <summary>The wallet has a copy of all that this coin paid, as it is now (rule R13).</summary>
    private static bool IsCopied(WalletApplet wallet, CoinSlot slot) =>
        wallet.Log.All(e => e.State == LogState.Free || e.Coin != slot.Index || e.IsAcknowledged);

    /// <summary>Drops a coin that is ended: its log entries go, each in a write of its own, and then the slot.</summary>
    private static void ReleaseEnded(WalletApplet wallet, CoinSlot slot)
    {
        if (slot.State == SlotState.Free)
        {
            return;
        }

        foreach (var entry in wallet.Log)
        {
            if (entry.State != LogState.Free && entry.Coin == slot.Index)
            {
                entry.Free();
            }
        }

        slot.Free();
        slot.WipeLeftovers();
    }
}
