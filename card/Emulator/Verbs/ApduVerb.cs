namespace HierCash.Card.Emulator;

/// <summary>hiercash-card apdu: what one does with single APDUs, and with traces of them.</summary>
internal static class ApduVerb
{
    public static Verb Make() => new(
        "apdu",
        "Sends APDUs to a card, and plays traces to it.",
        "hiercash-card apdu send 00A404000AF0484945524341534801 8010000000 --reader \"Virtual PCD\"",
        "hiercash-card apdu run apdu-spec/traces",
        "hiercash-card apdu convert theirs.scr --from Apdutool > ours.apdu")
    {
        ApduSendVerb.Make(), ApduRunVerb.Make(), ApduRecordVerb.Make(), ApduConvertVerb.Make(), ApduLintVerb.Make(),
    };
}
