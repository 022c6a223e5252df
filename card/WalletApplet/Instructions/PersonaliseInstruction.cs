namespace HierCash.Card.Wallet;

/// <summary>PERSONALISE: pins the root key, and makes the account key. Page: personalise.md.</summary>
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
}
