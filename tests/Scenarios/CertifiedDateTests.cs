using System.Security.Cryptography.X509Certificates;

namespace HierCash.Tests.Scenarios;

/// <summary>
/// The dates of a bank's certificates, by which wallets know its newer key (rule R19), after days on which the issuer's clock was wrong.
/// </summary>
[Parallelizable]
public sealed class CertifiedDateTests
{
    private SimulatedTown _town = null!;
    private ISigningKey _first = null!;
    private ISigningKey _next = null!;

    [SetUp]
    public void MakeTown()
    {
        _town = Towns.Make();
        _first = _town.Options.Suite.GenerateKey();
        _next = _town.Options.Suite.GenerateKey();
    }

    [TearDown]
    public void EndTown()
    {
        _first.Dispose();
        _next.Dispose();
        _town.Dispose();
    }

    /// <summary>
    /// Both keys of a bank were enrolled on a wrong day. No further key is dated before them; and the same requests, enrolled again, mend
    /// both.
    /// </summary>
    [Test, Rule(19)]
    public void DatesOfAWrongClockAreMendedByEnrollingAgain()
    {
        var first = Request(_first);
        _town.Clock.Advance(TimeSpan.FromDays(3));
        var bank = _town.Issuer.Enrol(first, _town.Options.Cap).OrRefuse().Holder;
        var next = Request(_next, bank, _first);
        _town.Issuer.Enrol(next, _town.Options.Cap).OrRefuse();
        _town.Clock.Advance(-TimeSpan.FromDays(3));
        using var third = _town.Options.Suite.GenerateKey();
        var later = Request(third, bank, _first);
        Assert.That(_town.Issuer.Enrol(later, _town.Options.Cap).Refused?.Sentence,
            Does.Contain("and it certified this bank's key on"));
        Assert.That(Begins(first), Is.EqualTo(Now), "dated anew, though the other key's date is still wrong");
        Assert.That(Begins(next), Is.EqualTo(Now.AddSeconds(1)).Or.EqualTo(Now), "and the next one too");
        Assert.That(Begins(later), Is.GreaterThanOrEqualTo(Now), "then there is nothing in the way");
    }

    /// <summary>Another bank's wrong day is no matter of this one.</summary>
    [Test, Rule(19)]
    public void AnothersWrongDayStopsNobody()
    {
        _town.Clock.Advance(TimeSpan.FromDays(3));
        Begins(EnrolmentRequest.Sign(_next, EnrolmentRole.Bank, "Fourth"));
        _town.Clock.Advance(-TimeSpan.FromDays(3));
        Assert.That(Begins(Request(_first)), Is.EqualTo(Now));
    }

    /// <summary>The issuer's clock stepped back by an hour between two keys: the later key begins later all the same.</summary>
    [Test, Rule(19)]
    public void TheLaterKeyBeginsLater()
    {
        var begun = Begins(Request(_first));
        var bank = _town.Issuer.Enrol(Request(_first), _town.Options.Cap).OrRefuse().Holder;
        _town.Clock.Advance(-TimeSpan.FromHours(1));
        Assert.That(Begins(Request(_next, bank, _first)), Is.EqualTo(begun.AddSeconds(1)));
    }

    /// <summary>Enrolled again while it is good, a key keeps its date; when its certificate is over, it gets a new one.</summary>
    [Test, Rule(19)]
    public void ACertificateThatIsOverIsMadeAgainAsAGoodOne()
    {
        var request = Request(_first);
        var begun = Begins(request);
        _town.Clock.Advance(TimeSpan.FromDays(30));
        Assert.That(Begins(request), Is.EqualTo(begun));
        _town.Clock.Advance(TimeSpan.FromDays(3651));
        Assert.That(Begins(request), Is.EqualTo(Now));
    }

    private DateTime Now
    {
        get
        {
            var now = _town.Clock.GetUtcNow().UtcDateTime;
            return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
        }
    }

    private static EnrolmentRequest Request(ISigningKey key) => EnrolmentRequest.Sign(key, EnrolmentRole.Bank, "Third");

    private static EnrolmentRequest Request(ISigningKey key, PartyId bank, ISigningKey present) =>
        Request(key) with { Voucher = KeyVoucher.Sign(present, EnrolmentRole.Bank, bank, key.PublicKey) };

    /// <summary>Enrols it. The certificate begins a day before its date.</summary>
    private DateTime Begins(EnrolmentRequest request)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(_town.Issuer.Enrol(request, _town.Options.Cap)
            .OrRefuse().LinkCertificate);
        return certificate.NotBefore.ToUniversalTime().AddDays(1);
    }
}
