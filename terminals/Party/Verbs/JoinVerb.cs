using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Serialization;
using PublicKey = HierCash.Protocol.Suite.PublicKey;

namespace HierCash.Terminals;

/// <summary>join of a bank or shop.</summary>
public static class JoinVerb
{
    /// <summary>Takes the issuer's grant.</summary>
    /// <param name="clock">The party's own: a certificate that is not good now would be of no use to it.</param>
    public static Verb Make(string role, Option<string> folder, Schema schema, KnownKeys keys, ICashSuite suite, TimeProvider clock)
    {
        var json = new JsonOption<JoinedJson>(JoinJson.Default.JoinedJson);
        var file = new Argument<string>("FILE") { Description = "The issuer's grant; - reads standard input." };
        var fingerprint = new Option<string?>("--fingerprint")
        {
            Description = "The scheme's published fingerprint, to be compared.", HelpName = "HEX",
        };
        var issuer = CommonOptions.Peer("--issuer", "issuer", CommonOptions.IssuerPort);
        return new Verb("join", "Takes the issuer's grant. Nothing else may serve the folder meanwhile.",
            $"hiercash-{role} join {role}.grant --fingerprint 5f3c... --dir {role}")
        {
            file, fingerprint, issuer, folder, json,
        }.Does(given =>
        {
            string named = given.GetValue(file)!;
            var grant = EnrolmentGrant.Decode(Armor.Read(Armor.Grant, named), suite) ?? throw new RefusedException(Outcome.Damaged,
                $"The grant in '{named}' is damaged, or not signed by its own root key. Copy it again, whole.");
            string scheme = grant.Scheme.Fingerprint.ToString();
            if (given.GetValue(fingerprint) is { } wanted && !scheme.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            {
                throw new RefusedException(Outcome.RuleBroken, $"The grant is of the scheme {scheme}, not of {wanted}. Do not join it.");
            }

            RequireGoodNow(grant, named, clock);
            var party = PartyFolder<EnrolledSettings>.Open(given.GetValue(folder)!, role);
            using (var store = Database.OpenFile(party.DatabasePath, schema))
            {
                Join(party, given.GetValue(folder)!, role, grant, named, keys(store, suite), given.GetValue(issuer), suite);
            }

            string account = grant.Account is { } paid ? $" It is '{grant.Name}', and its money goes to account {paid.Reference} at bank "
                + $"{paid.Bank}: see that this is yours." : "";
            json.PrintDone(
                given,
                new JoinedJson(scheme, grant.Holder.Value, grant.Name, grant.Account?.Bank.Value, grant.Account?.Reference.ToString()),
                $"Joined the scheme {scheme} as {role} {grant.Holder}. Compare the fingerprint with the published one.{account}");
        });
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
        HostPort issuer, ICashSuite suite)
    {
        if (PartyEnrolment.KeyOf(grant) is not { } key || !keys.Contains(key))
        {
            throw new RefusedException(Outcome.RuleBroken,
                $"The grant in '{file}' is for another key. Use the one that was made for this folder's request.");
        }

        // The next key retires the one with which a process serves: that one is stopped before, not refused afterwards (rule R17).
        using var held = party.Lock();
        var settings = PartyFolder<EnrolledSettings>.Open(path, role).Settings;
        var joined = settings.Grant is { } before ? EnrolmentGrant.Decode(Convert.FromBase64String(before), suite) : null;
        if (PartyEnrolment.IsFormer(key, joined, keys))
        {
            var refused = PartyEnrolment.IsGivenUp(key, joined!, keys)
                ? Refused.ByRule($"The grant in '{file}' is for a next key that was given up for a later one. Carry that one's request to "
                    + $"the issuer ('hiercash-bank new-key' prints it again), and join its grant.")
                : Refused.ByRule($"The grant in '{file}' is for a former key, and no key comes back. Use the newest grant; or make another "
                    + $"key with 'hiercash-bank new-key', and have the issuer enrol it.");
            throw new RefusedException(refused);
        }

        party.Save(settings with { Grant = Convert.ToBase64String(grant.Encode()), IssuerHost = issuer.Host, IssuerPort = issuer.Port });
    }
}

/// <summary>What <c>join --json</c> prints.</summary>
/// <param name="Bank">A shop's bank; null of a bank.</param>
/// <param name="Account">A shop's account there.</param>
internal sealed record JoinedJson(string Fingerprint, uint Id, string Name, uint? Bank, string? Account);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(JoinedJson))]
internal sealed partial class JoinJson : JsonSerializerContext;
