using Spectre.Console;
using Spectre.Console.Rendering;

namespace HierCash.Shop;

/// <summary>What a till's screen is about to show.</summary>
public enum TillScreenState { Waiting, Confirm, Card, Pin, Paying, Paid, Refused }

/// <summary>What a person behind a counter sees: the amount, what to do next, the day's takings, what waits for settlement.</summary>
/// <param name="Typed">The amount as typed so far; of a PIN only dots.</param>
/// <param name="Amount">What the payment under way is for; while it is typed, what Enter would ask for, zero if it is none yet.</param>
/// <param name="Message">The result or the reason; empty while there is none.</param>
/// <param name="Today">Accepted today.</param>
/// <param name="Offline">Why nothing can be settled now; null where it can.</param>
/// <param name="Held">Money that is neither the shop's nor on a card again, as a line; empty if there is none.</param>
/// <param name="Reader">What is at the card reader.</param>
/// <param name="Fault">What is wrong with this till's own files; null if nothing is.</param>
/// <param name="IsRevoked">This till's key is revoked: it takes nothing, and another till of the shop settles for it.</param>
public sealed record TillScreen(
    string Shop, Currency Currency, TillScreenState Mood, string Typed, Amount Amount, string Message, Amount Today, int Payments,
    Amount Queued, string? Offline, string Held, string Reader,
    bool IsRevoked = false, string? Fault = null)
{
    /// <summary>A way to draw on a terminal: without colours where NO_COLOR is set, and as plain lines where TERM is dumb.</summary>
    public static IAnsiConsole ConsoleOn(TextWriter terminal)
    {
        bool isDumb = CommonOptions.Variable("TERM") == "dumb";
        return AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isDumb ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isDumb || CommonOptions.Variable("NO_COLOR") is not null ? ColorSystemSupport.NoColors
                : ColorSystemSupport.Detect,
            Out = new AnsiConsoleOutput(terminal),
        });
    }

    public IRenderable Render()
    {
        var (title, color) = Mood switch
        {
            TillScreenState.Waiting => ("Amount", Color.Default),
            TillScreenState.Confirm => ("Is that right?", Color.Yellow),
            TillScreenState.Card => ("Insert the card", Color.Yellow),
            TillScreenState.Pin => ($"Payment PIN for {Amount.Show(Currency)}, then Enter", Color.Yellow),
            TillScreenState.Paying => ("Paying: leave the card in", Color.Yellow),
            TillScreenState.Paid => ("PAID", Color.Green),
            _ => ("NOT PAID", Color.Red),
        };
        string below = Message.Length > 0 ? Message : (Mood, Amount.IsZero) switch
        {
            (TillScreenState.Waiting, true) => "Type the amount and press Enter. Ctrl-C ends.",
            (TillScreenState.Waiting, false) => $"Enter asks a card for {Amount.Show(Currency)}.",
            (TillScreenState.Paying, _) => "Esc cancels when the issuer does not answer.",
            _ => "Esc cancels.",
        };
        string above = Mood switch
        {
            TillScreenState.Waiting => $"{Typed} {Currency.Name}",
            TillScreenState.Pin => Typed,
            _ => Amount.Show(Currency),
        };
        var rows = new Rows(new Markup($"[bold]{Markup.Escape(above)}[/]"), new Text(PlainText.Escape(below)));
        string settling = Fault is not null
            ? $"and this till's files cannot be used: {PlainText.Escape(Fault.TrimEnd('.'))}. It goes on by itself when they can"
            : IsRevoked ? "another till of the shop brings it" : Offline is null ? "settles by itself"
            : "offline: kept here, settled later";
        var reader = new Text(PlainText.Escape(Reader), new Style(decoration: Decoration.Dim));
        var held = new Text(Held, new Style(Color.Yellow));
        return new Rows(
            new Panel(rows) { Header = new PanelHeader($" {Markup.Escape(title)} "), Border = BoxBorder.Rounded,
                BorderStyle = new Style(color), Width = 64 },
            new Text($"{PlainText.Escape(Shop)}   today {Today.Show(Currency)} in {Payments} payments"),
            new Text($"queued {Queued.Show(Currency)}, {settling}", new Style(Offline is null ? Color.Default : Color.Yellow)),
            Held.Length > 0 ? new Rows(held, reader) : reader);
    }
}
