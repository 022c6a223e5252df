using HierCash.Card.Runtime;
using HierCash.Card.Samples;

// dotnet run --project card/Samples -- FILE: a card with both applets, in vpcd's reader until Ctrl-C.
if (args.Length != 1)
{
    Console.Error.WriteLine("Name a card image; it is made if it is not there: dotnet run --project card/Samples -- samples.card");
    return 2;
}

bool isNew = !File.Exists(args[0]);
var image = isNew ? PowerImage.Create(args[0]) : PowerImage.Open(args[0]);
using var card = new EmulatedCard(image, CounterApplet.Package, LoyaltyApplet.Package);
if (isNew)
{
    card.Install(CounterApplet.Aid, CounterApplet.Aid);
    card.Install(LoyaltyApplet.Aid, LoyaltyApplet.Aid);
}

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    e.Cancel = true;
    stop.Cancel();
};
var reader = new VpcdReader("127.0.0.1", VpcdReader.Port, TimeProvider.System, what => Console.WriteLine(what));
await reader.Serve(card, stop.Token);
return 0;
