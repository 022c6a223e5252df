namespace HierCash.Card.Wallet;

/// <summary>PUT CERTIFICATE: the pinned root key's word is permission enough, and no PIN is (hole 20). Page: put-certificate.md.</summary>
internal static class PutCertificateInstruction
{
    public static StatusWord Run(WalletApplet wallet, in PutCertificateCommand command, ref BerTlvWriter response)
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

        if (!certificate.Verify(wallet.Suite, wallet.CardHolder.RootKey))
        {
            return WalletStatus.InvalidSignature;
        }

        wallet.Keys.Add(certificate, wallet.NeedsKey);
        return StatusWord.Success;
    }
}
