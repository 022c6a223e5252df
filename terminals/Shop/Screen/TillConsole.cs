using System.Data.Common;
using Spectre.Console;

namespace HierCash.Shop;

/// <summary>Runs the till's screen: keys in, cards in, payments, and settlement in the background. Being offline is normal.</summary>
internal sealed class TillConsole(ShopTill till, string shop, Scheme scheme, string? reader, ICashSuite suite, ILink issuer,
    TimeProvider clock, Func<IDisposable?> settles)
{
    private const int MaxTyped = 12;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(60);
    private static readonly TimeSpan RetrySameCard = TimeSpan.FromSeconds(2);
    private readonly Currency _currency = scheme.Terms.Currency;
    private readonly Settling _settling = new(till, issuer, clock) { Begin = settles };
    private TillScreenState _mood = TillScreenState.Waiting;
    private string _typed = "";
    private string _pin = "";
    private string _message = "";
    private Amount _amount = Amount.Zero;
    private Sale? _sale;
    private TillScreen? _shown;
    private IReaderMonitor _watch = null!;
    private long _done = -1;
    private long? _gaveBack;
    private (long Insertion, long At) _tried = (-1, 0);

    /// <summary>Until Ctrl-C.</summary>
    public async Task Run(TimeSpan settleEvery, CancellationToken cancel)
    {
        using var watch = CardChannels.Watch(reader);
        _watch = watch;
        till.BeforeOk = notice =>
        {
            _message = notice;
            Show();
        };
        till.CancelLeftovers();
        var settling = _settling.Run(settleEvery, cancel);
        try
        {
            while (!cancel.IsCancellationRequested)
            {
                try
                {
                    await Turn(cancel);
                }
                catch (Exception e) when (e is DbException or UnusableFileException or IOException or UnauthorizedAccessException)
                {
                    Fail(e);
                }

                await Task.Delay(Tick, clock, cancel);
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C ends the day; what is queued stays.
        }

        await settling;
        if (_sale is { } sale)
        {
            till.Cancel(sale);
        }
    }

    /// <summary>What was typed, the card that is there, the screen.</summary>
    private async ValueTask Turn(CancellationToken cancel)
    {
        while (Console.KeyAvailable)
        {
            await Type(Console.ReadKey(intercept: true), cancel);
        }

        if (_mood == TillScreenState.Card && CardIsNew())
        {
            await TakeCard(null, cancel);
        }
        else if (_mood == TillScreenState.Waiting && _typed.Length == 0)
        {
            GiveBack();
        }

        Show();
    }

    /// <summary>
    /// This till's files cannot be read or written now (rule R28): a full disk, somebody who keeps the database busy. No OK is said; a
    /// payment that is open goes on, or is given up, when they can. What a card signed for one whose sale is not here it gets back when it
    /// comes again.
    /// </summary>
    private void Fail(Exception e)
    {
        if (_mood == TillScreenState.Paid)
        {
            // OK is on disk and was said: what cannot be read now takes neither back.
            return;
        }

        _message = $"This till's files cannot be used: {e.Message.TrimEnd('.')}. Try again when they can.";
        _mood = _mood == TillScreenState.Waiting ? TillScreenState.Waiting : _sale is null ? TillScreenState.Refused : TillScreenState.Card;
    }

    private async ValueTask Type(ConsoleKeyInfo key, CancellationToken cancel)
    {
        bool pin = _mood == TillScreenState.Pin;
        if (_mood is TillScreenState.Paid or TillScreenState.Refused)
        {
            (_mood, _typed, _message) = (TillScreenState.Waiting, "", "");
        }

        if (key.Key == ConsoleKey.Escape)
        {
            Cancel();
        }
        else if (key.Key == ConsoleKey.Enter)
        {
            await Enter(cancel);
        }
        else if (key.Key == ConsoleKey.Backspace)
        {
            _pin = pin && _pin.Length > 0 ? _pin[..^1] : _pin;
            _typed = _mood == TillScreenState.Waiting && _typed.Length > 0 ? _typed[..^1] : _typed;
        }
        else if (pin && char.IsAsciiDigit(key.KeyChar) && _pin.Length < Pin.BlockSize)
        {
            _pin += key.KeyChar;
        }
        else if (_mood == TillScreenState.Waiting && (char.IsAsciiDigit(key.KeyChar) || key.KeyChar is '.' or ',')
            && _typed.Length < MaxTyped)
        {
            _typed += key.KeyChar;
            _message = "";
        }
    }

    private async ValueTask Enter(CancellationToken cancel)
    {
        if (_mood == TillScreenState.Waiting && _typed.Length > 0)
        {
            _message = UnusualAmount.Parse(_typed, _currency, out _amount) ?? till.WhyNoPayment ?? "";
            if (_message.Length > 0)
            {
                return;
            }

            string? unusual = UnusualAmount.Find(
                _typed, _amount, _currency, till.LastAccepted(UnusualAmount.Look), scheme.Terms.FloorLimit);
            (_mood, _message) = unusual is null ? (TillScreenState.Card, "")
                : (TillScreenState.Confirm, $"{unusual} Enter asks for {_amount.Show(_currency)}, Esc goes back.");
        }
        else if (_mood == TillScreenState.Confirm)
        {
            (_mood, _message) = (TillScreenState.Card, "");
        }
        else if (_mood == TillScreenState.Pin && Pin.IsValid(_pin))
        {
            string pin = _pin;
            _pin = "";
            await TakeCard(pin, cancel);
        }
    }

    private void Cancel()
    {
        string message = "";
        if (_sale is { } sale)
        {
            using var card = TryOpen();
            var ended = till.Cancel(sale, card);
            message = till.HeldPayments.Any(h => h.Sale.Time == sale.Time) ? ended.Message : "";
            _done = _watch.Now.Insertion;
        }

        _sale = null;
        (_mood, _typed, _pin, _message) = (TillScreenState.Waiting, "", "", message);
    }

    /// <summary>A card that is put in while nothing is asked for gets what this till owes it.</summary>
    private void GiveBack()
    {
        var sight = _watch.Now;
        if (sight.Presence != CardPresence.Present || (_gaveBack is { } at && clock.GetElapsedTime(at) < RetrySameCard) || !till.HasOffers)
        {
            return;
        }

        _gaveBack = clock.GetTimestamp();
        using var card = TryOpen();
        if (card is not null && till.GiveBack(card) is { IsZero: false } given)
        {
            _message = $"{given.Show(_currency)} are on the card again.";
            _done = sight.Insertion;
        }
    }

    /// <summary>
    /// True if there is a card to begin or go on with. A card that paid and was left in the reader is not the next customer's; one
    /// that failed is tried again when it was put in anew, or after a while.
    /// </summary>
    private bool CardIsNew()
    {
        var sight = _watch.Now;
        if (sight.Presence != CardPresence.Present)
        {
            return false;
        }

        if (sight.Insertion != 0 && sight.Insertion == _done && _sale is null)
        {
            _message = "Take the last card out first.";
            return false;
        }

        return sight.Insertion != _tried.Insertion || clock.GetElapsedTime(_tried.At) >= RetrySameCard || sight.Insertion == 0;
    }

    /// <summary>Goes on if there is a card; a card that is not there yet is waited for.</summary>
    private async ValueTask TakeCard(string? pin, CancellationToken cancel)
    {
        // Whoever pressed Esc while the issuer was silent wants no more of this: the card may be asked again for hours, and the till is
        // deaf each time.
        if (await Ask(pin, cancel))
        {
            Cancel();
        }
    }

    /// <returns>True if Esc was pressed meanwhile, and the issuer did not answer.</returns>
    private async ValueTask<bool> Ask(string? pin, CancellationToken cancel)
    {
        long insertion = _watch.Now.Insertion;
        _tried = (insertion, clock.GetTimestamp());
        using var card = TryOpen();
        if (card is null)
        {
            _mood = TillScreenState.Card;
            return false;
        }

        (_mood, _message) = (TillScreenState.Paying, "");
        Show();
        TillResult result;
        bool cancels = false;
        try
        {
            result = await (_sale is { } open ? till.Continue(open, card, pin, PaymentProfile.Fast, cancel)
                : till.Pay(card, _amount, pin, PaymentProfile.Fast, cancel));
        }
        finally
        {
            _tried = (insertion, clock.GetTimestamp());
            cancels = DropKeys();
        }

        _sale = result.Outcome is TillOutcome.Accepted or TillOutcome.Refused ? null : result.Sale;
        _message = result.Outcome == TillOutcome.PinRequired ? "" : result.Message;
        _mood = result.Outcome switch
        {
            TillOutcome.Accepted => TillScreenState.Paid,
            TillOutcome.PinRequired or TillOutcome.PinWrong => TillScreenState.Pin,
            TillOutcome.CardGone or TillOutcome.IssuerGone => TillScreenState.Card,
            _ => TillScreenState.Refused,
        };
        if (_sale is null)
        {
            _done = insertion;
        }

        if (_mood == TillScreenState.Paid)
        {
            _message += $" Receipt {result.Sale.Time}";
        }

        return cancels && result.Outcome == TillOutcome.IssuerGone;
    }

    /// <summary>What was typed meanwhile is about what nobody saw the end of: it wipes no PAID.</summary>
    /// <returns>True if Esc was among it.</returns>
    private static bool DropKeys()
    {
        bool escape = false;
        while (Console.KeyAvailable)
        {
            escape |= Console.ReadKey(intercept: true).Key == ConsoleKey.Escape;
        }

        return escape;
    }

    private ICardChannel? TryOpen()
    {
        try
        {
            return CardChannels.Open(reader, suite);
        }
        catch (CardChannelException e)
        {
            _message = e.Message;
            return null;
        }
    }

    /// <summary>What the till sees at its reader.</summary>
    private string Reader()
    {
        var sight = _watch.Now;
        return sight.Presence switch
        {
            CardPresence.Present => $"card in {sight.Text}",
            CardPresence.Empty => $"no card in {sight.Text}",
            _ => sight.Text,
        };
    }

    private void Show()
    {
        var (today, payments) = till.AcceptedSince(
            Timestamp.From(new DateTimeOffset(clock.GetLocalNow().Date, clock.GetLocalNow().Offset)));
        string typed = _mood == TillScreenState.Pin ? new string('*', _pin.Length) : _typed;
        var amount = _amount;
        if (_mood == TillScreenState.Waiting && UnusualAmount.Parse(_typed, _currency, out amount) is not null)
        {
            amount = Amount.Zero;
        }

        string? revoked = till.WhyRevoked;
        string held = HeldView.Line(till.HeldPayments, _sale, _currency, revoked is not null);
        string message = _mood == TillScreenState.Waiting && _message.Length == 0 ? revoked ?? "" : _message;
        var screen = new TillScreen(
            shop, _currency, _mood, typed, amount, message, today, payments, till.Sum(CoinPaymentState.Queued), _settling.Offline, held,
            Reader(), IsRevoked: revoked is not null, Fault: _settling.Fault);
        if (screen != _shown)
        {
            _shown = screen;
            if (AnsiConsole.Profile.Capabilities.Ansi)
            {
                AnsiConsole.Clear();
            }

            AnsiConsole.Write(screen.Render());
        }
    }
}
