using HierCash.Iso7816;
using HierCash.Protocol;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Commands;
using HierCash.Protocol.Suite;

namespace HierCash.Card.Client;

/// <summary>The typed client of a wallet card, over any channel. Expected refusals are status words, not exceptions.</summary>
public sealed class WalletCard(ICardChannel channel)
{
    /// <summary>Command APDUs sent since <see cref="Select"/>, that one included.</summary>
    public int ApduCount { get; private set; }

    /// <summary>SELECTs the wallet applet. Everything else comes after it.</summary>
    /// <returns>The applet's file control information.</returns>
    /// <exception cref="CardRefusedException">No wallet applet, or one of a version or suite that this terminal does not know.</exception>
    public SelectReply Select()
    {
        ApduCount = 0;
        var fci = Require<SelectCommand, SelectReply>(new SelectCommand(SelectCommand.Wallet));
        return fci.Version == SelectReply.CurrentVersion && fci.Suite == Coin.Suite1
            ? fci
            : throw new CardRefusedException(
                StatusWord.Success,
                $"The card's wallet has version {fci.Version} and suite {fci.Suite}; this terminal knows only 2 and 1. "
                + "Use one of the card's version.");
    }

    /// <summary>Gives one of the PINs; a till asks for the payment PIN and never for the other (rule R11).</summary>
    public StatusWord Verify(string pin, PinRole role = PinRole.Holder) => Send(new VerifyCommand(role, Pin.ToBlock(pin)));

    public StatusWord ChangeHolderPin(string old, string next) => Send(ChangePinCommand.OfHolder(Pin.ToBlock(old), Pin.ToBlock(next)));

    /// <summary>After the holder PIN.</summary>
    public StatusWord ChangePaymentPin(string next) => Send(ChangePinCommand.OfPayment(Pin.ToBlock(next)));

    public StatusWord UnblockPin(string puk, string next) => Send(new UnblockPinCommand(Pin.ToBlock(puk), Pin.ToBlock(next)));

    public StatusReply GetStatus() => Require<GetStatusCommand, StatusReply>(default);

    /// <param name="code">Hash of the activation code in the bank's letter.</param>
    public PublicKey Personalise(PublicKey root, PartyId bank, Currency currency, Amount noPinLimit, Digest code) =>
        Require<PersonaliseCommand, PersonaliseReply>(
            new PersonaliseCommand(root.Bytes.ToArray(), bank, currency, noPinLimit, code)).AccountKey;

    /// <summary>
    /// First half of an activation: the PUK that the card makes, to be written down and typed back in the same selection (rule R12).
    /// </summary>
    public string BeginActivation(ActivationCode code) =>
        Pin.FromBlock(Require<BeginActivationCommand, PukReply>(new BeginActivationCommand(code)).Block);

    /// <summary>Second half: sets the PUK and both PINs, all or none.</summary>
    public StatusWord FinishActivation(string puk, string paymentPin, string holderPin) =>
        Send(new FinishActivationCommand(Pin.ToBlock(puk), Pin.ToBlock(paymentPin), Pin.ToBlock(holderPin)));

    /// <summary>What the bank signs to set the card back, in this selection.</summary>
    public byte[] GetNonce() => Require<GetNonceCommand, NonceReply>(default).Nonce;

    /// <summary>Back to a new activation code, where the PUK is blocked.</summary>
    public StatusWord SetBack(Digest code, byte[] signature) => Send(new SetBackCommand(code, signature));

    public void PutCertificate(KeyCertificate certificate) =>
        Require<PutCertificateCommand, NoReply>(new PutCertificateCommand(certificate));

    /// <summary>The same where the card may say no.</summary>
    public StatusWord OfferCertificate(KeyCertificate certificate) => Send(new PutCertificateCommand(certificate));

    public BeginWithdrawalReply BeginWithdrawal(Amount faceValue, Currency currency, KeyId key) =>
        Begin(new(WithdrawalMode.NewKey, 0, faceValue, currency, key));

    /// <summary>Without a key: the issuer is to make it (hole 14).</summary>
    public BeginWithdrawalReply BeginWithdrawalWithoutKey(Amount faceValue, Currency currency, KeyId key) =>
        Begin(new(WithdrawalMode.IssuerKey, 0, faceValue, currency, key));

    /// <summary>A further coin under the N_U of the coin in that slot (hole 15).</summary>
    public BeginWithdrawalReply BeginWithdrawalSameKey(byte slot, Amount faceValue, Currency currency, KeyId key) =>
        Begin(new(WithdrawalMode.SameKey, slot, faceValue, currency, key));

    public BeginWithdrawalReply WithdrawalAgain(byte slot) => Begin(new(WithdrawalMode.Again, slot, default, default, default));

    private BeginWithdrawalReply Begin(in BeginWithdrawalCommand command) =>
        Require<BeginWithdrawalCommand, BeginWithdrawalReply>(command);

    public OrderReply AuthoriseWithdrawal(byte slot, Timestamp date) =>
        Require<AuthoriseWithdrawalCommand, OrderReply>(new AuthoriseWithdrawalCommand(slot, date));

    /// <summary>That an order of that number can be shown no more (rule R27).</summary>
    public byte[] RenounceOrder(uint number, Timestamp date) =>
        Require<RenounceOrderCommand, SignatureReply>(new RenounceOrderCommand(number, date)).Signature;

    public StatusWord FinishWithdrawal(byte slot, byte[] ek) => Send(new FinishWithdrawalCommand(slot, ek));

    public StatusWord ReleaseWithdrawal(byte slot, NonIssuanceStatement statement) => Send(new ReleaseWithdrawalCommand(slot, statement));

    public StatusWord GetCash(Timestamp time, Amount y, Currency currency, out CashReply? cash) =>
        Send<GetCashCommand, CashReply>(new GetCashCommand(time, y, currency), out cash);

    public StatusWord Pay(in PayCommand command, out PayReply? reply) => Send<PayCommand, PayReply>(command, out reply);

    /// <summary>Redeems the coin in that slot and ends it, or ends a spent one; what was signed before comes again.</summary>
    public StatusWord Close(byte slot, Timestamp time, out PayReply? reply) =>
        Send<CloseCommand, PayReply>(new CloseCommand(slot, time), out reply);

    public StatusWord Confirm(CoinId coin, ushort seq) => Send(new ConfirmCommand(coin, seq));

    public StatusWord Void(CoinId coin, ushort seq, PublicKey till, byte[] sw) =>
        Send(new VoidCommand(coin, seq, till.Bytes.ToArray(), sw));

    /// <summary>
    /// Shows the card a payment that it may have forgotten, for <see cref="Void"/> or <see cref="Restore"/> in this selection (rule R24).
    /// </summary>
    public StatusWord Show(CashPayment h) => Send(ShowPaymentCommand.Of(h));

    public StatusWord Restore(NonSettlementStatement statement) => Send(new RestoreCommand(statement));

    /// <summary>Signed in advance: what the holder shows the bank when the card is gone (hole 10).</summary>
    public byte[] AuthoriseLostCard(Timestamp date) =>
        Require<AuthoriseLostCardCommand, SignatureReply>(new AuthoriseLostCardCommand(date)).Signature;

    public CoinReply GetCoin(byte slot) => Require<GetCoinCommand, CoinReply>(new GetCoinCommand(slot));

    public BalanceReply GetBalance() => Require<GetBalanceCommand, BalanceReply>(default);

    public LogReply ReadLog(byte index) => Require<ReadLogCommand, LogReply>(new ReadLogCommand(index));

    /// <param name="content"><see cref="LogReply.Content"/> of the entry that was kept (rule R13).</param>
    public StatusWord AcknowledgeLog(byte index, Digest content) => Send(new AcknowledgeLogCommand(index, content));

    private StatusWord Send<TCommand>(in TCommand command)
        where TCommand : ICardCommand<TCommand, NoReply> => Send<TCommand, NoReply>(command, out _);

    /// <summary>Sends a command; the reply is there exactly if the status is 9000.</summary>
    /// <exception cref="CardRefusedException">The card answered 9000 with something else than the command's page says.</exception>
    /// <exception cref="CardChannelException">The card is gone.</exception>
    public StatusWord Send<TCommand, TReply>(in TCommand command, out TReply? reply)
        where TCommand : ICardCommand<TCommand, TReply>
        where TReply : class
    {
        Span<byte> apdu = stackalloc byte[CommandApdu.MaxShortLength];
        Span<byte> response = stackalloc byte[ICardChannel.ResponseRoom];
        int length = channel.Transmit(apdu[..command.Write(apdu)], response);
        apdu.Clear();
        ApduCount++;
        if (length < 2)
        {
            throw new CardChannelException("The card sent no status word. Take it out, put it in again and repeat.");
        }

        var status = new StatusWord((ushort)((response[length - 2] << 8) | response[length - 1]));
        reply = status.IsSuccess ? TCommand.ParseReply(response[..(length - 2)]) : null;
        return status.IsSuccess && reply is null
            ? throw new CardRefusedException(
                status, "The card's answer is not what the specification says. Is it a HierCash card of this version?") : status;
    }

    private TReply Require<TCommand, TReply>(in TCommand command)
        where TCommand : ICardCommand<TCommand, TReply>
        where TReply : class
    {
        var status = Send<TCommand, TReply>(command, out var reply);
        return reply ?? throw new CardRefusedException(status, status.Explain());
    }
}

/// <summary>The card said no, where the caller had no other way to go on. The message is for people.</summary>
public sealed class CardRefusedException(StatusWord status, string message) : Exception(message)
{
    public StatusWord Status { get; } = status;
}
