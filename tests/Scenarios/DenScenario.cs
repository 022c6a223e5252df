namespace HierCash.Tests.Scenarios;

/// <summary>A shop that signs with its till's key whatever it likes.</summary>
public abstract class DenScenario
{
    protected SimulatedTown Town { get; private set; } = null!;

    private protected ISigningKey Den { get; private set; } = null!;

    protected TillId W => Derivations.W(Den.PublicKey);

    [SetUp]
    public void MakeDen()
    {
        Town = Towns.Make();
        Den = Town.TillKey(Town.AddTill("Den"));
    }

    [TearDown]
    public void EndDen()
    {
        Den.Dispose();
        Town.Dispose();
    }
}
