namespace HierCash.Card.Wallet;

/// <summary>The instructions of the applet, each under its command's class and instruction byte.</summary>
internal static class InstructionTable
{
    private const int InstructionBytes = 256;
    private static readonly Handler?[] Iso = MakeIso();
    private static readonly Handler?[] Wallet = MakeWallet();

    /// <summary>Parses and does a command.</summary>
    public delegate StatusWord Handler(WalletApplet wallet, in CommandApdu apdu, ref BerTlvWriter response);

    /// <summary>What a command wants before anything else; what has more to ask, or to do before, asks for itself.</summary>
    private enum Needs
    {
        Nothing,
        NotActivated,
        Activated,
        Reader,
        Holder,
    }

    private delegate StatusWord Instruction<T>(WalletApplet wallet, in T command, ref BerTlvWriter response);

    /// <summary>Null where the applet knows no such instruction.</summary>
    /// <param name="cla">One of <see cref="CommandClass"/>.</param>
    public static Handler? Find(byte cla, byte ins) => (cla == CommandClass.Iso ? Iso : Wallet)[ins];

    private static Handler?[] MakeIso()
    {
        var table = new Handler?[InstructionBytes];
        Add<VerifyCommand, NoReply>(table, Needs.Activated, VerifyInstruction.Run);
        Add<ChangePinCommand, NoReply>(table, Needs.Nothing, ChangePinInstruction.Run);
        Add<UnblockPinCommand, NoReply>(table, Needs.Nothing, UnblockPinInstruction.Run);
        return table;
    }

    private static Handler?[] MakeWallet()
    {
        var table = new Handler?[InstructionBytes];
        Add<GetStatusCommand, StatusReply>(table, Needs.Nothing, GetStatusInstruction.Run);
        Add<PersonaliseCommand, PersonaliseReply>(table, Needs.Nothing, PersonaliseInstruction.Run);
        Add<PutCertificateCommand, NoReply>(table, Needs.Nothing, PutCertificateInstruction.Run);
        Add<BeginActivationCommand, PukReply>(table, Needs.NotActivated, BeginActivationInstruction.Run);
        Add<FinishActivationCommand, NoReply>(table, Needs.NotActivated, FinishActivationInstruction.Run);
        Add<GetNonceCommand, NonceReply>(table, Needs.Nothing, GetNonceInstruction.Run);
        Add<SetBackCommand, NoReply>(table, Needs.Nothing, SetBackInstruction.Run);
        Add<BeginWithdrawalCommand, BeginWithdrawalReply>(table, Needs.Holder, BeginWithdrawalInstruction.Run);
        Add<AuthoriseWithdrawalCommand, OrderReply>(table, Needs.Holder, AuthoriseWithdrawalInstruction.Run);
        Add<FinishWithdrawalCommand, NoReply>(table, Needs.Activated, FinishWithdrawalInstruction.Run);
        Add<ReleaseWithdrawalCommand, NoReply>(table, Needs.Activated, ReleaseWithdrawalInstruction.Run);
        Add<RenounceOrderCommand, SignatureReply>(table, Needs.Holder, RenounceOrderInstruction.Run);
        Add<GetCashCommand, CashReply>(table, Needs.Nothing, GetCashInstruction.Run);
        Add<PayCommand, PayReply>(table, Needs.Activated, PayInstruction.Run);
        Add<ConfirmCommand, NoReply>(table, Needs.Activated, ConfirmInstruction.Run);
        Add<VoidCommand, NoReply>(table, Needs.Activated, VoidInstruction.Run);
        Add<RestoreCommand, NoReply>(table, Needs.Activated, RestoreInstruction.Run);
        Add<ShowPaymentCommand, NoReply>(table, Needs.Nothing, ShowPaymentInstruction.Run);
        Add<CloseCommand, PayReply>(table, Needs.Holder, CloseInstruction.Run);
        Add<GetCoinCommand, CoinReply>(table, Needs.Reader, GetCoinInstruction.Run);
        Add<GetBalanceCommand, BalanceReply>(table, Needs.Reader, GetBalanceInstruction.Run);
        Add<ReadLogCommand, LogReply>(table, Needs.Nothing, ReadLogInstruction.Run);
        Add<AcknowledgeLogCommand, NoReply>(table, Needs.Nothing, AcknowledgeLogInstruction.Run);
        Add<AuthoriseLostCardCommand, SignatureReply>(table, Needs.Reader, AuthoriseLostCardInstruction.Run);
        return table;
    }

    private static void Add<TCommand, TReply>(Handler?[] table, Needs needs, Instruction<TCommand> run)
        where TCommand : ICardCommand<TCommand, TReply>
        where TReply : class
    {
        if (table[TCommand.Ins] is not null)
        {
            throw new InvalidOperationException($"Two commands have the instruction byte {TCommand.Ins:X2}.");
        }

        table[TCommand.Ins] = (WalletApplet wallet, in CommandApdu apdu, ref BerTlvWriter response) =>
        {
            var status = TCommand.Parse(apdu, out var command);
            status = status.IsSuccess ? Check(wallet, needs) : status;
            return status.IsSuccess ? run(wallet, command, ref response) : status;
        };
    }

    private static StatusWord Check(WalletApplet wallet, Needs needs) => needs switch
    {
        Needs.NotActivated => wallet.RequireNotActivated(),
        Needs.Activated => wallet.RequireActivated(),
        Needs.Reader => wallet.RequireReader(),
        Needs.Holder => wallet.RequireHolder(),
        _ => StatusWord.Success,
    };
}
