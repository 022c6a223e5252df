namespace HierCash.Terminals;

/// <summary>What 'status' says of the process that serves (rule R28): each fault with its reason, since when, and what ends it.</summary>
public static class HealthView
{
    /// <summary>For people.</summary>
    public static string Show(Health? health) => health switch
    {
        null => "Nothing serves here at the moment.",
        { Faults.Count: 0 } => $"It serves since {health.Since}, without a fault.",
        _ => $"It serves since {health.Since}, with "
            + string.Join(
                Environment.NewLine, health.Faults.Select(f => $"  {f}").Prepend(Counted.Say(health.Faults.Count, "fault") + ":")),
    };

    /// <summary>Runs 'status'; where the party's files cannot even be read, what serves them may still say why.</summary>
    /// <exception cref="RefusedException">The files cannot be read, and the process that serves them has said what its faults
    /// are.</exception>
    public static void Status(string folder, string role, Action<Health?> show)
    {
        var health = HealthPoint.Ask(folder, role);
        try
        {
            show(health);
        }
        catch (Exception e) when (health is not null && StoreFault.Of(e) is { } why)
        {
            // It may have met the fault only meanwhile.
            health = HealthPoint.Ask(folder, role) ?? health;
            throw new RefusedException(
                Outcome.StorageFailed, $"{Show(health)}{Environment.NewLine}More cannot be shown: {why.Detail ?? why.Reason}.");
        }
    }
}
