"""Takes the protection of each hole out of the code, one at a time, and runs the scenarios of that hole: at least one has to fail.

python3 tests/mutations.py [HOLE ...]     works on a copy of the checkout in a temporary folder; about a minute for each hole.
Prints a table (apdu-spec/mutations.md holds the last one) and ends with 1 if a mutation survived."""

import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

# hole, what is taken out, file, text, its replacement
MUTATIONS = [
    (1, "the same PAY gets the stored bytes", "card/WalletApplet/PayInstruction.cs", "if (entry.Answers(command) &&", "if (entry.Seq == 0 && entry.Answers(command) &&"),
    (2, "a forwarded void makes its payment dead", "terminals/Issuer/Reversals.cs", "if (StoredVoid(db, h) is not { } statement)", "if (StoredVoid(db, h) is not { } statement || h.Seq > 0)"),
    (3, "a reversal takes y off Y", "terminals/Issuer/Reversals.cs", "            InspectionDatabase.Restore(db, coin, row.Credited);\n", ""),
    (4, "what was settled gets no dead statement", "terminals/Issuer/Reversals.cs", "if (row is { Reversed: null })", "if (row is { Reversed: null } && row.Id < 0)"),
    (5, "the first answer again", "terminals/Issuer/Settlement.cs", "if (HistoryDatabase.Answer(db, h.Id) is { } first)", "if (HistoryDatabase.Answer(db, h.Id) is { } first && h.Seq == 0)"),
    (6, "a used-up coin is found for its terms", "terminals/Issuer/InspectionDatabase.cs", "FROM closed_coin WHERE coin_id = ?1\"", "FROM closed_coin WHERE coin_id = ?1 AND coin < 0\""),
    (7, "an answered withdrawal is answered the same", "terminals/Issuer/Issuance.cs", "        if (row is null)\n", "        if (row is null || row.X > 0)\n"),
    (8, "TIME is the clock's or the last plus one", "terminals/Shop/TillStore.cs", "Math.Max(now.ToLedger(), db.Number(\"SELECT last_time FROM till\") + 1)", "now.ToLedger()"),
    (9, "what is left of a coin returns", "terminals/Issuer/CoinLife.cs", "            TransferDesk.Add(db, coin.Bank, TransferKind.ReturnCredit, coin.Request.Value, coin.Rest);\n", ""),
    (10, "later payments of a lost card are cancelled", "terminals/Issuer/Settlement.cs", "h.Time > date.Plus(terms.HotListMaxAge) ? Verdict.Cancelled", "h.Time > date.Plus(terms.HotListMaxAge) && h.Seq == 0 ? Verdict.Cancelled"),
    (11, "an older hot list is refused", "terminals/Shop/HotListStore.cs", "list.Version < has || (list.BaseVersion != 0 && list.BaseVersion != has) || list.Date.ToLedger() < db.Number(\"SELECT date FROM hot_state\")", "list.Version == ulong.MaxValue && has == 0"),
    (12, "above the floor limit it is settled first", "terminals/Shop/ShopTill.Online.cs", "ticket.Amount > _scheme.Terms.FloorLimit || ", ""),
    (13, "the guarantee has a cap", "terminals/Issuer/Guarantee.cs", "            && Recent(db, account, now) + h.Paid <= terms.GuaranteeCap;", "            && Recent(db, account, now) >= Amount.Zero;"),
    (14, "issuer-made keys are off", "terminals/Issuer/Issuance.cs", "(terms.IssuerKeys && opened.IsWithoutKey)", "opened.IsWithoutKey"),
    (15, "(n, TM) is unique, and of one bank", "terminals/Issuer/InspectionDatabase.cs", "WHERE tm = ?2 OR bank <> ?3", "WHERE tm = ?2 AND bank <> ?3"),
    (16, "X in E_I is the bank's X", "terminals/Issuer/Issuance.cs", "opened.FaceValue != request.FaceValue || ", ""),
    (17, "the cap holds", "terminals/Issuer/Issuance.cs", "request.FaceValue > bank.Cap ?", "request.FaceValue > bank.Cap + bank.Cap ?"),
    (18, "only signed instructions are booked", "terminals/Bank/InstructionDesk.cs", "\n            && scheme.IsStatement(k => transfer.Verify(suite, k));", ";"),
    (19, "what was taken back is struck out", "apdu-spec/Cash/Evidence.cs", "if (rest > terms.FaceValue)", "if (rest > terms.FaceValue || voided.Count + dead.Count > 0)"),
    (20, "the card takes only keys of the root key", "card/WalletApplet/PersonaliseInstruction.cs", "if (!certificate.Verify(wallet.Suite, wallet.Profile.RootKey))", "if (certificate.NotAfter < certificate.NotBefore)"),
    (21, "K is wiped once the coin is stored", "card/WalletApplet/CoinSlot.cs", "            bytes.WriteNonAtomic(SeedAt, new byte[CashCipher.SeedSize]);\n", ""),
    (22, "a revoked till's payments do not count", "terminals/Issuer/Settlement.cs", " || Registry.IsRevoked(db, h.Till, h.Time)", ""),
    (23, "sealed messages have one size", "apdu-spec/Cash/Sealed.cs", "is { Length: PlaintextSize } plain", "is { Length: >= CashCipher.SeedSize + 4 } plain"),
    (24, "a restored copy is frozen", "card/WalletApplet/WalletApplet.cs", "            Profile.Freeze();\n", ""),
]

# What else has to change for a mutation to be one that somebody could make.
ALSO = {
    18: [("terminals/Bank/InstructionDesk.cs", "transfer.Currency == scheme.Terms.Currency", "transfer.Currency == scheme.Terms.Currency && suite is not null")],
    23: [("apdu-spec/Cash/Sealed.cs", "var plain = new byte[PlaintextSize];", "var plain = new byte[CashCipher.SeedSize + 4 + message.Body.Length];")],
}


def replace(folder, file, old, new):
    path = folder / file
    text = path.read_text()
    if text.count(old) != 1:
        raise SystemExit(f"{file}: the text of the mutation is there {text.count(old)} times, not once: {old.strip()}")
    path.write_text(text.replace(old, new))


def run(folder, *command):
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=900, check=False)


def main():
    wanted = {int(a) for a in sys.argv[1:]} or {m[0] for m in MUTATIONS}
    survived = 0
    with tempfile.TemporaryDirectory(prefix="hiercash-mutations-") as name:
        folder = pathlib.Path(name) / "copy"
        run(ROOT, "git", "clone", "-q", ".", str(folder)).check_returncode()
        print("| hole | taken out | scenarios that fail |\n|---|---|---|", flush=True)
        for hole, what, file, old, new in MUTATIONS:
            if hole not in wanted:
                continue
            replace(folder, file, old, new)
            for more in ALSO.get(hole, []):
                replace(folder, *more)
            built = run(folder, "dotnet", "build", "tests", "-c", "Release", "--nologo", "-v", "quiet", "-clp:ErrorsOnly", "-p:TreatWarningsAsErrors=false")
            if built.returncode != 0:
                raise SystemExit(f"hole {hole}: the mutation does not compile.\n{built.stdout[-2000:]}")
            tested = run(folder, "dotnet", "test", "tests", "-c", "Release", "--no-build", "--nologo", "--filter", f"Hole={hole}&FullyQualifiedName!~Pcsc&FullyQualifiedName!~Consoles", "--logger", "console;verbosity=normal")
            failed = sorted({m.group(1) for m in re.finditer(r"^\s+Failed (\w+)", tested.stdout, re.M)})
            survived += not failed
            print(f"| {hole} | {what} | {', '.join(failed) or 'NONE: IT SURVIVED'} |", flush=True)
            run(folder, "git", "checkout", "-q", ".").check_returncode()
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
