namespace HierCash.Card.Wallet;

/// <summary>GET NONCE: what the bank signs to set this card back (rule R12). Page: get-nonce.md.</summary>
internal static class GetNonceInstruction
{
    public static StatusWord Run(WalletApplet wallet, in GetNonceCommand command, ref BerTlvWriter response)
    {
        if (!wallet.CardHolder.IsPersonalised)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        var nonce = new byte[Id16.Size];
        wallet.Suite.Random.Fill(nonce);
        wallet.Nonce = nonce;
        new NonceReply(nonce).Write(ref response);
        return StatusWord.Success;
    }
}
