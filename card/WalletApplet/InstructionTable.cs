using HierCash.Iso7816;
using HierCash.Protocol.Commands;

namespace HierCash.Card.Wallet;

/// <summary>The instructions of the applet, each under its command's class and instruction byte.</summary>
internal static class InstructionTable
{
    private const int InstructionBytes = 256;
    private static readonly Handler?[] Iso = MakeIso();
    private static readonly Handler?[] Wallet = MakeWallet();

    /// <summary>Parses and does a command.</summary>
    public delegate StatusWord Handler(WalletApplet wallet, in CommandApdu apdu, ref BerTlvWriter response);

    private delegate StatusWord Instruction<T>(WalletApplet wallet, in T command, ref BerTlvWriter response);

    /// <summary>Null where the applet knows no such instruction.</summary>
    /// <param name="cla">One of <see cref="CommandClass"/>.</param>
    public static Handler? Find(byte cla, byte ins) => (cla == CommandClass.Iso ? Iso : Wallet)[ins];

    private static Handler?[] MakeIso()
    {
        var table = new Handler?[InstructionBytes];
        Add<VerifyCommand, NoReply>(table, VerifyInstruction.Run);
        Add<ChangePinCommand, NoReply>(table, ChangePinInstruction.Run);
        Add<UnblockPinCommand, NoReply>(table, UnblockPinInstruction.Run);
        return table;
    }

    private static Handler?[] MakeWallet()
    {
        var table = new Handler?[InstructionBytes];
        Add<GetStatusCommand, StatusReply>(table, GetStatusInstruction.Run);
        Add<PersonaliseCommand, PersonaliseReply>(table, PersonaliseInstruction.Run);
        Add<PutCertificateCommand, NoReply>(table, PutCertificateInstruction.Run);
        Add<BeginActivationCommand, PukReply>(table, BeginActivationInstruction.Run);
        Add<FinishActivationCommand, NoReply>(table, FinishActivationInstruction.Run);
        Add<GetNonceCommand, NonceReply>(table, GetNonceInstruction.Run);
        Add<SetBackCommand, NoReply>(table, SetBackInstruction.Run);
        Add<BeginWithdrawalCommand, BeginWithdrawalReply>(table, BeginWithdrawalInstruction.Run);
        Add<AuthoriseWithdrawalCommand, OrderReply>(table, AuthoriseWithdrawalInstruction.Run);
        Add<FinishWithdrawalCommand, NoReply>(table, FinishWithdrawalInstruction.Run);
        Add<ReleaseWithdrawalCommand, NoReply>(table, ReleaseWithdrawalInstruction.Run);
        Add<RenounceOrderCommand, SignatureReply>(table, RenounceOrderInstruction.Run);
        Add<GetCashCommand, CashReply>(table, GetCashInstruction.Run);
        Add<PayCommand, PayReply>(table, PayInstruction.Run);
        Add<ConfirmCommand, NoReply>(table, ConfirmInstruction.Run);
        Add<VoidCommand, NoReply>(table, VoidInstruction.Run);
        Add<RestoreCommand, NoReply>(table, RestoreInstruction.Run);
        Add<ShowPaymentCommand, NoReply>(table, ShowPaymentInstruction.Run);
        Add<CloseCommand, PayReply>(table, CloseInstruction.Run);
        Add<GetCoinCommand, CoinReply>(table, GetCoinInstruction.Run);
        Add<GetBalanceCommand, BalanceReply>(table, GetBalanceInstruction.Run);
        Add<ReadLogCommand, LogReply>(table, ReadLogInstruction.Run);
        Add<AcknowledgeLogCommand, NoReply>(table, AcknowledgeLogInstruction.Run);
        Add<AuthoriseLostCardCommand, SignatureReply>(table, AuthoriseLostCardInstruction.Run);
        return table;
    }

    private static void Add<TCommand, TReply>(Handler?[] table, Instruction<TCommand> run)
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
            return status.IsSuccess ? run(wallet, command, ref response) : status;
        };
    }
}
