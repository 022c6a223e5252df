namespace HierCash.Issuer;

internal static class ServeVerb
{
    public static Verb Make()
    {
        var listen = CommonOptions.Listen(CommonOptions.IssuerPort);
        var cycle = CommonOptions.Seconds("--cycle", "Seconds between two cycles of clearing.", 60);
        var logFile = Serving.LogFile();
        var logSize = Serving.LogSize();
        return new Verb("serve", "Serves banks and shops until Ctrl-C or SIGTERM.",
            "hiercash-issuer serve --dir issuer", "hiercash-issuer serve --listen 0.0.0.0:7801 --log issuer.log --dir issuer")
        {
            IssuerSession.Folder, listen, cycle, logFile, logSize,
        }.Does(async (given, cancel) =>
        {
            using var open = IssuerSession.Open(given, SessionLock.Exclusive);
            await using var serving = new Serving(given.GetValue(IssuerSession.Folder)!, IssuerSession.Role, given.GetValue(logFile),
                given.GetValue(logSize), TimeProvider.System);
            open.Log = serving.Log.CreateLogger(IssuerSession.Role);
            var party = open.Party;
            await serving.Run(
                given.GetValue(listen)!, party.LinkCertificate, party.Scheme.Fingerprint, party, IssuerSession.Suite, open.Store,
                TimeSpan.FromSeconds(given.GetValue(cycle)), () => party.StartService(),
                _ =>
                {
                    party.CloseCycle();
                    return Task.CompletedTask;
                },
                cancel);
        });
    }
}
