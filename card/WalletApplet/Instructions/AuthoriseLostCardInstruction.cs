namespace HierCash.Card.Wallet;

/// <summary>AUTHORISE LOST CARD: a frozen card may, its coins come back this way. Page: authorise-lost-card.md.</summary>
internal static class AuthoriseLostCardInstruction
{
    public static StatusWord Run(WalletApplet wallet, in AuthoriseLostCardCommand command, ref BerTlvWriter response)
    {
        var message = SignedMessage.LostCard(wallet.CardHolder.User, wallet.CardHolder.Bank, command.Date);
        new SignatureReply(wallet.AccountKey.Sign(message)).Write(ref response);
        return StatusWord.Success;
    }
}
