namespace HierCash.Bank;

internal static class ServeVerb
{
    public static Verb Make()
    {
        var listen = CommonOptions.Listen(CommonOptions.BankPort);
        var every = CommonOptions.Seconds("--every", "Seconds between two visits to the issuer.", 10);
        var logFile = Serving.LogFile();
        var logSize = Serving.LogSize();
        return new Verb("serve", "Serves wallets until Ctrl-C or SIGTERM, and books what the issuer instructs.",
            "hiercash-bank serve --dir north", "hiercash-bank serve --listen 0.0.0.0:7802 --log north.log --dir north")
        {
            BankSession.Folder, listen, every, logFile, logSize, CommonOptions.DespiteClock,
        }.Does(async (given, cancel) =>
        {
            using var open = BankSession.Open(given, SessionLock.Exclusive);
            await using var serving = new Serving(
                given.GetValue(BankSession.Folder)!, BankSession.Role, given.GetValue(logFile), given.GetValue(logSize),
                TimeProvider.System);
            var party = open.Serve(serving, given.GetValue(CommonOptions.DespiteClock));
            await serving.Run(
                given.GetValue(listen)!, () => open.Certificate, open.Scheme.Fingerprint, party, BankSession.Suite, open.Store,
                TimeSpan.FromSeconds(given.GetValue(every)), () => null, async c => (await party.Run(c)).ThrowIfAny(), cancel);
        });
    }
}
