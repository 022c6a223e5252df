using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Card.Wallet;

/// <summary>PERSONALISE and PUT CERTIFICATE. Pages: personalise.md, put-certificate.md.</summary>
internal static class PersonaliseInstruction
{
    public static StatusWord Run(WalletApplet wallet, in PersonaliseCommand command, ref BerTlvWriter response)
    {
        if (wallet.CardHolder.IsPersonalised)
        {
            if (!wallet.CardHolder.WasPersonalisedWith(command))
            {
                return WalletStatus.AlreadyDone;
            }
        }
        else
        {
            if (PublicKey.TryDecode(command.RootKey) is null)
            {
                return StatusWord.WrongData;
            }

            using var account = wallet.Suite.GenerateKey();
            using var transaction = wallet.Begin();
            wallet.CardHolder.Personalise(command, account);
            transaction.Commit();
        }

        new PersonaliseReply(wallet.CardHolder.AccountKey).Write(ref response);
        return StatusWord.Success;
    }

    /// <summary>Takes a key only on the word of the pinned root key (hole 20); no PIN, because the signature is the permission.</summary>
    public static StatusWord PutCertificate(WalletApplet wallet, in PutCertificateCommand command, ref BerTlvWriter response)
    {
        var certificate = command.Certificate;
        if (!wallet.CardHolder.IsPersonalised)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        // Of banks only the card's own, whose word sets it back (rule R12).
        if (certificate.Usage == KeyUsage.Bank && certificate.Holder != wallet.CardHolder.Bank)
        {
            return StatusWord.WrongData;
        }

        bool ours = certificate.Verify(wallet.Suite, wallet.CardHolder.RootKey);
        Switches.On("hole 20 root", ref ours);
        if (!ours)
        {
            return WalletStatus.InvalidSignature;
        }

        wallet.Keys.Add(certificate, wallet.NeedsKey);
        return StatusWord.Success;
    }
}
