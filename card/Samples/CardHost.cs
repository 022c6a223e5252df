using HierCash.Card.Runtime;

namespace HierCash.Card.Samples;

/// <summary>Puts a card that is kept in a file into vpcd's reader.</summary>
public static class CardHost
{
    /// <summary>Serves the card until Ctrl-C.</summary>
    /// <param name="arguments">The card image, which is made if it is not there.</param>
    /// <param name="packages">The applets of the card; of a new one, each is installed once.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> Serve(string[] arguments, params AppletPackage[] packages)
    {
        if (arguments is not [var file])
        {
            Console.Error.WriteLine("Name a card image; it is made if it is not there: dotnet run --project card/Samples -- samples.card");
            return 2;
        }

        bool isNew = !File.Exists(file);
        using var card = new EmulatedCard(isNew ? PowerImage.Create(file) : PowerImage.Open(file), packages);
        foreach (var package in isNew ? packages : [])
        {
            card.Install(package.Package, package.Package);
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
    }
}
