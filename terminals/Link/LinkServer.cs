using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HierCash.Terminals.Link;

/// <summary>Listens for links: Kestrel, TLS 1.3, the scheme's certificates, frames (link.md).</summary>
public sealed class LinkServer : IAsyncDisposable
{
    /// <summary>For requests that are being answered when the server stops.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private readonly WebApplication _host;
    private readonly CancellationTokenSource _stopping;

    private LinkServer(WebApplication host, CancellationTokenSource stopping)
    {
        (_host, _stopping) = (host, stopping);
    }

    /// <summary>Where it listens, with the port that it got.</summary>
    public string Address => _host.Urls.First(u => u.StartsWith("https", StringComparison.Ordinal))
        .Replace("https://", "", StringComparison.Ordinal);

    /// <summary>For a party whose key never changes.</summary>
    public static Task<LinkServer> Start(
        IPEndPoint endpoint, X509Certificate2 own, Digest scheme, ILinkHandler party, ICashSuite suite, TimeProvider clock,
        LinkLimits limits,
        ILoggerFactory log, CancellationToken cancel) => Start(endpoint, () => own, scheme, party, suite, clock, limits, log, cancel);

    /// <param name="own">The party's certificate and key, asked for at each new connection: its keys change while it serves.</param>
    /// <param name="health">A Unix domain socket, and what is written to whoever connects to it (rule R28); null: nobody can ask.</param>
    /// <exception cref="LinkException">The address is in use, or not this machine's, or not allowed; the message says which.</exception>
    public static async Task<LinkServer> Start(
        IPEndPoint endpoint, Func<X509Certificate2> own, Digest scheme, ILinkHandler party, ICashSuite suite, TimeProvider clock,
        LinkLimits limits,
        ILoggerFactory log, CancellationToken cancel, (string Socket, Func<byte[]> Say)? health = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(log);
        var stopping = new CancellationTokenSource();
        var logger = log.CreateLogger("link");
        var shares = new ConnectionShares(limits, clock, logger);
        var handler = new LinkConnectionHandler(party, scheme, suite, clock, limits, shares, logger, stopping.Token);

        // Beside what a connection has been read from the system: that holds the rest back (rule R30). A long frame comes in several.
        builder.WebHost.UseSockets(sockets => sockets.MaxReadBufferSize = limits.MaxStrangerFrame * 2);
        builder.WebHost.UseKestrel(options =>
        {
            options.Listen(endpoint, listen =>
            {
                listen.Use(shares.Guard);
                listen.UseHttps(new HttpsConnectionAdapterOptions
                {
                    ServerCertificateSelector = (_, _) => own(),
                    SslProtocols = SslProtocols.Tls13,
                    HandshakeTimeout = limits.HandshakeTime,
                    ClientCertificateMode = ClientCertificateMode.AllowCertificate,

                    // Whose certificate it is, the handler finds out and logs; here nobody is turned away without a word.
                    ClientCertificateValidation = (_, _, _) => true,
                });
                listen.Run(handler.OnConnectedAsync);
            });
            if (health is { } point)
            {
                options.ListenUnixSocket(point.Socket, listen =>
                    listen.Run(async asked => await asked.Transport.Output.WriteAsync(point.Say(), asked.ConnectionClosed)));
            }
        });
        var host = builder.Build();
        try
        {
            await host.StartAsync(cancel);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await host.DisposeAsync();
            stopping.Dispose();
            throw new LinkException($"Cannot listen on {endpoint}: {Why(e)}. Give another address and port with --listen.", e);
        }

        return new LinkServer(host, stopping);
    }

    private static string Why(Exception fault) =>
        (fault as SocketException ?? fault.InnerException as SocketException
            ?? fault.InnerException?.InnerException as SocketException)?.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "another program listens there",
        SocketError.AddressNotAvailable => "this machine has no such address",
        SocketError.AccessDenied => "this user may not listen on that port",
        _ => fault.Message.TrimEnd('.'),
    };

    /// <summary>Ends idle connections at once, the others when what they asked is answered, and all of them after a short grace.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        using var patience = new CancellationTokenSource(Grace);
        await _host.StopAsync(patience.Token);
        await _host.DisposeAsync();
        _stopping.Dispose();
    }
}
