namespace HierCash.Tests.Pcsc;

/// <summary>The service that this process speaks to.</summary>
[SetUpFixture]
internal sealed class SharedService
{
    public static PcscService Service { get; private set; } = null!;

    [OneTimeSetUp]
    public void Start()
    {
        Service = new PcscService();
        Service.UseHere();
    }

    [OneTimeTearDown]
    public void Stop()
    {
        PcscService.HideFromChildren();
        Service.Dispose();
    }
}
