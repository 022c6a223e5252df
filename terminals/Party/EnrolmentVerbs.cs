using System.CommandLine;
using System.Security.Cryptography.X509Certificates;
using HierCash.Protocol.Cash;
using HierCash.Protocol.Suite;
using HierCash.Terminals.Consoles;
using HierCash.Terminals.Link;
using HierCash.Terminals.Store;
using PublicKey = HierCash.Protocol.Suite.PublicKey;

namespace HierCash.Terminals;

/// <summary>What the folder of a bank or shop says of it.</summary>
/// <param name="Grant">The issuer's grant in base64, once it came.</param>
public sealed record EnrolledSettings(string Name, string? Grant, string IssuerHost, int IssuerPort);

/// <summary>Makes the request of the party that keeps this store, and its key at first use.</summary>
public delegate EnrolmentRequest RequestEnrolment(Database store, ICashSuite suite, string name);

/// <summary>The keys of the party that keeps this store, oldest first: a grant for one of them is its own.</summary>
public delegate IReadOnlyList<PublicKey> KnownKeys(Database store, ICashSuite suite);

/// <summary>What banks and shops have in common: a request goes out by hand, a grant comes back by hand.</summary>
public static class EnrolmentVerbs
{
    /// <summary>The command that makes the party's folder and prints its request.</summary>
    public static Command InitCommand(string role, string forWhom, Option<string> folder, Schema schema, RequestEnrolment request,
        ICashSuite suite)
    {
        var name = new Option<string>("--name") { Description = $"The {role}'s name.", Required = true, HelpName = "NAME" };
        var command = new Command("init", $"Makes a new {role}; prints its request for {forWhom}.") { folder, name };
        command.SetAction(result =>
        {
            string called = result.GetValue(name)!;
            if (PlainText.NameFault(called, EnrolmentRequest.MaxNameSize) is { } fault)
            {
                throw new UsageException(fault);
            }

            var made = PartyFolder<EnrolledSettings>.Create(
                result.GetValue(folder)!, role, new EnrolledSettings(called, null, "127.0.0.1", CommonOptions.IssuerPort), schema);
            using var store = Database.OpenFile(made.DatabasePath, schema);
            PrintRequest(role, result.GetValue(folder)!, request(store, suite, called));
        });
        return command;
    }

    /// <summary>The command that prints the request of a party that is there: the same key asks again.</summary>
    public static Command RequestCommand(
        string role, string forWhom, Option<string> folder, Schema schema, RequestEnrolment request, ICashSuite suite)
    {
        var command = new Command("request", $"Prints the {role}'s request for {forWhom} again, as 'init' did.") { folder };
        command.SetAction(result =>
        {
            var party = PartyFolder<EnrolledSettings>.Open(result.GetValue(folder)!, role);
            using var store = Database.OpenFile(party.DatabasePath, schema);
            PrintRequest(role, result.GetValue(folder)!, request(store, suite, party.Settings.Name));
        });
        return command;
    }

    private static void PrintRequest(string role, string folder, EnrolmentRequest request) => ConsoleEntry.PrintToCarry(
        Armor.Write(Armor.Request, request.Encode()), $"The {role} is made, and its request", $"'hiercash-{role} request --dir {folder}'");

    /// <summary>The command that takes the issuer's grant.</summary>
    /// <param name="clock">The party's own: a certificate that is not good now would be of no use to it.</param>
    public static Command JoinCommand(string role, Option<string> folder, Schema schema, KnownKeys keys, ICashSuite suite,
        TimeProvider clock)
    {
        var file = new Argument<string>("FILE") { Description = "The issuer's grant; - reads standard input." };
        var fingerprint = new Option<string?>(
            "--fingerprint") { Description = "The scheme's published fingerprint, to be compared.", HelpName = "HEX" };
        var issuer = CommonOptions.Peer("--issuer", "issuer", CommonOptions.IssuerPort);
        var command = new Command("join", "Takes the issuer's grant. Nothing else may serve the folder meanwhile.") { file, fingerprint,
            issuer, folder };
        command.SetAction(result =>
        {
            string named = result.GetValue(file)!;
            var grant = EnrolmentGrant.Decode(Armor.Read(Armor.Grant, named), suite)
                ?? throw new RefusedException(Outcome.Damaged,
                    $"The grant in '{named}' is damaged, or not signed by its own root key. Copy it again, whole.");
            RequireScheme(grant, result.GetValue(fingerprint));
            RequireGoodNow(grant, named, clock);
            var party = PartyFolder<EnrolledSettings>.Open(result.GetValue(folder)!, role);
            using (var store = Database.OpenFile(party.DatabasePath, schema))
            {
                Join(party, result.GetValue(folder)!, role, grant, named, keys(store, suite), result.GetValue(issuer), suite);
            }

            string account = grant.Account is { } paid ? $" It is '{grant.Name}', and its money goes to account {paid.Reference} at bank "
                + $"{paid.Bank}: see that this is yours." : "";
            ConsoleEntry.SayDone($"Joined the scheme {grant.Scheme.Fingerprint} as {role} {grant.Holder}. Compare the fingerprint with the "
                + $"published one.{account}");
        });
        return command;
    }

    /// <summary>The grant of an enrolled party.</summary>
    /// <exception cref="RefusedException">None came yet.</exception>
    public static EnrolmentGrant Grant(PartyFolder<EnrolledSettings> folder, string role, ICashSuite suite) =>
        folder.Settings.Grant is { } grant && EnrolmentGrant.Decode(Convert.FromBase64String(grant), suite) is { } decoded
            ? decoded
            : throw new RefusedException(Outcome.NotEnrolled,
                $"This {role} is not enrolled. Carry its request to the issuer, and take the grant with 'hiercash-{role} join FILE'.");

    private static void RequireScheme(EnrolmentGrant grant, string? fingerprint)
    {
        string actual = grant.Scheme.Fingerprint.ToString();
        if (fingerprint is not null && !actual.Equals(fingerprint, StringComparison.OrdinalIgnoreCase))
        {
            throw new RefusedException(Outcome.Damaged, $"The grant is of the scheme {actual}, not of {fingerprint}. Do not join it.");
        }
    }

    /// <summary>
    /// With a certificate that is over, or not good yet, a bank could not call the issuer: and its former key would be retired as soon as
    /// it can.
    /// </summary>
    private static void RequireGoodNow(EnrolmentGrant grant, string file, TimeProvider clock)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(grant.LinkCertificate);
        var (from, until, now) = (Timestamp.From(certificate.NotBefore), Timestamp.From(certificate.NotAfter), Timestamp.Now(clock));
        bool isGood = now >= from && now < until;
        Switches.On("R17 good now", ref isGood);
        if (!isGood)
        {
            throw new RefusedException(Outcome.ClockDiffers,
                $"The certificate in the grant '{file}' is good from {from} to {until}, and the clock here says {now}. Set the wrong clock "
                    + $"right; if it was the issuer's, have the same request enrolled again.");
        }
    }

    /// <summary>Takes the issuer's grant, if it is for this party's key.</summary>
    /// <exception cref="RefusedException">It is not, or something serves the folder; nothing was changed.</exception>
    private static void Join(
        PartyFolder<EnrolledSettings> party, string path, string role, EnrolmentGrant grant, string file, IReadOnlyList<PublicKey> keys,
        HostPort issuer,
        ICashSuite suite)
    {
        if (KeyOf(grant) is not { } key || !keys.Contains(key))
        {
            throw new RefusedException(Outcome.RuleBroken, $"The grant in '{file}' is for another key. Use the one that was made for this folder's request.");
        }

        // The next key retires the one with which a process serves: that one is stopped before, not refused afterwards (rule R17).
        bool alone = true;
        Switches.Off("R17 alone", ref alone);
        using var held = alone ? party.Lock() : null;
        var settings = PartyFolder<EnrolledSettings>.Open(path, role).Settings;
        var joined = settings.Grant is { } before ? EnrolmentGrant.Decode(Convert.FromBase64String(before), suite) : null;
        if (IsFormer(key, joined, keys) && IsGivenUp(key, joined!, keys))
        {
            throw new RefusedException(Outcome.RuleBroken,
                $"The grant in '{file}' is for a next key that was given up for a later one. Carry that one's request to the issuer "
                    + $"('hiercash-bank new-key' prints it again), and join its grant.");
        }

        if (IsFormer(key, joined, keys))
        {
            throw new RefusedException(Outcome.RuleBroken,
                $"The grant in '{file}' is for a former key, and no key comes back. Use the newest grant; or make another key with "
                    + $"'hiercash-bank new-key', and have the issuer enrol it.");
        }

        party.Save(settings with { Grant = Convert.ToBase64String(grant.Encode()), IssuerHost = issuer.Host, IssuerPort = issuer.Port });
    }

    private static PublicKey? KeyOf(EnrolmentGrant grant)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(grant.LinkCertificate);
        return PublicKey.TryDecode(certificate.PublicKey.EncodedKeyValue.RawData);
    }

    /// <summary>
    /// True unless it is the key with which the party has joined, or the one that it made last: what came before is retired, or may be
    /// somebody else's too.
    /// </summary>
    /// <param name="joined">The grant that the party has; null before the first.</param>
    /// <param name="keys">Oldest first.</param>
    public static bool IsFormer(PublicKey key, EnrolmentGrant? joined, IReadOnlyList<PublicKey> keys)
    {
        bool former = joined is not null && !key.Equals(KeyOf(joined)) && !key.Equals(keys[^1]);
        Switches.Off("R17 former", ref former);
        return former;
    }

    /// <summary>
    /// Of those that are not joined: made after the present key, and not the last. It was nobody's present key, whether the issuer has
    /// enrolled it or not.
    /// </summary>
    /// <param name="keys">Oldest first.</param>
    public static bool IsGivenUp(PublicKey key, EnrolmentGrant joined, IReadOnlyList<PublicKey> keys) =>
        keys.SkipWhile(k => !k.Equals(KeyOf(joined))).Skip(1).SkipLast(1).Contains(key);

    /// <summary>The link to the issuer.</summary>
    /// <param name="sayWaiting">Told when the issuer takes long; null where nobody waits for it.</param>
    public static TcpLink IssuerLink(
        PartyFolder<EnrolledSettings> folder, EnrolmentGrant grant, X509Certificate2 own, ICashSuite suite, Action<string>? sayWaiting =
            null) => new(
        LinkTarget.IssuerOf(grant.Scheme, folder.Settings.IssuerHost, folder.Settings.IssuerPort), own, suite, TimeProvider.System,
        new LinkLimits())
    {
        SayWaiting = sayWaiting,
    };
}
