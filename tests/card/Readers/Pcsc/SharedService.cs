namespace HierCash.Tests.Pcsc;

/// <summary>The service that the tests of this room speak to.</summary>
[SetUpFixture]
internal sealed class SharedService
{
    public static PcscService Service { get; private set; } = null!;

    [OneTimeSetUp]
    public void Start()
    {
        Service = new PcscService(forUs: true);
        Service.ShowToChildren();
    }

    [OneTimeTearDown]
    public void Stop()
    {
        PcscService.HideFromChildren();
        Service.Dispose();
    }
}
