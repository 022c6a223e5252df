using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Iso7816;
using HierCash.Protocol.Suite;

namespace HierCash.Card.Wallet;

/// <summary>PERSONALISE and PUT CERTIFICATE. Pages: personalise.md, put-certificate.md.</summary>
internal static class PersonaliseInstruction
{
    public static StatusWord Run(WalletApplet wallet, in PersonaliseCommand command, ref BerTlvWriter response)
    {
        if (wallet.Profile.IsPersonalised)
        {
            if (!wallet.Profile.WasPersonalisedWith(command))
            {
                return StatusWord.AlreadyDone;
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
            wallet.Profile.Personalise(command, account);
            transaction.Commit();
        }

        new PersonaliseReply(wallet.Profile.AccountKey).Write(ref response);
        return StatusWord.Success;
    }

    /// <summary>Takes a key only on the word of the pinned root key (hole 20); no PIN, because the signature is the permission.</summary>
    public static StatusWord PutCertificate(WalletApplet wallet, in PutCertificateCommand command, ref BerTlvWriter response)
    {
        var certificate = command.Certificate;
        if (!wallet.Profile.IsPersonalised)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        // Of banks only the card's own, whose word sets it back (rule R12).
        if (certificate.Usage == KeyUsage.Bank && certificate.Holder != wallet.Profile.Bank)
        {
            return StatusWord.WrongData;
        }

        bool ours = certificate.Verify(wallet.Suite, wallet.Profile.RootKey);
        Switches.On("hole 20 root", ref ours);
        if (!ours)
        {
            return StatusWord.InvalidSignature;
        }

        wallet.Keys.Add(certificate, wallet.NeedsKey);
        return StatusWord.Success;
    }
}
