using System.Text;
using HierCash.Card.Client;
using HierCash.Iso7816;
using HierCash.Protocol;
using HierCash.Terminals.Consoles;

namespace HierCash.Wallet;

/// <summary>
/// The second half of what a holder does with a new card (rule R12): from here on the card has a PUK, and nobody shows it again.
/// </summary>
public static class Activation
{
    /// <summary>
    /// Lets the card take its PUK and its PINs. The PUK is on the disk before the card has it, and gone again with a refusal: a file with
    /// the PUK of no card would be kept in vain.
    /// </summary>
    /// <param name="file">A new file for the PUK; null: it was shown.</param>
    /// <returns>Why the card does not take them: nothing was changed, and no file stays. Null where it is done.</returns>
    /// <exception cref="CardChannelException">The card went before its answer. It may have taken the PUK: the file stays, and the message
    /// says how one finds out.</exception>
    /// <exception cref="IOException">The file cannot be written; nothing was sent to the card.</exception>
    public static Refused? Finish(WalletCard card, string puk, string payment, string holder, string? file)
    {
        if (file is not null)
        {
            PrivateFile.WriteOnce(file, Encoding.ASCII.GetBytes(puk + "\n"));
        }

        StatusWord done;
        try
        {
            done = card.FinishActivation(puk, payment, holder);
        }
        catch (CardChannelException e)
        {
            throw new CardChannelException(
                $"{e.Message} The card may have taken this PUK: keep {(file is null ? "what you wrote down" : $"'{file}'")}. Run it "
                    + $"again{(file is null ? "" : ", with another name for the PUK")}. "
                + $"If the card says that it is activated already, {(file is null ? "that" : $"'{file}'")} is its PUK, and the PINs are "
                + $"those that you chose; if not, the card gets another PUK.",
                e);
        }

        if (!done.IsSuccess && file is not null)
        {
            File.Delete(file);
        }

        return done.IsSuccess ? null : new Refused(Outcome.CardRefused, done.Explain());
    }
}
