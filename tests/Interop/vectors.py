"""Checks every vector of apdu-spec/vectors against the prose: each is computed again from the inputs of vectors/README.md, or taken
apart and its signatures verified. A vector without a check, or a check without a vector, is an error."""

import json

import suite
from cash import Request, account_message, bank_message, possession_message, renunciation_message, u16, u32, u64, void_message
from suite import sha256
from tlv import README, fields, obj

FOLDER = README.parent / "vectors"
FILE = json.loads((FOLDER / "vectors.json").read_text())
V = {name: bytes.fromhex(value) for name, value in FILE["vectors"].items()}
KEY = {name: suite.secret_key(bytes.fromhex(value)) for name, value in FILE["secret"].items()}
PUB = {name: suite.public_bytes(key) for name, key in KEY.items()}
SEED = bytes.fromhex(FILE["seed"])

# vectors/README.md, "Inputs"
ISSUER, BANK = u32(1), u32(7)
X, EUR, TM, EXPIRY = u32(5000), u16(978), u16(0), u16(231)
DATE, TIME = u64(1795424400000000), u64(1795424460000001)
ORDER = u32(7)
NOT_BEFORE, NOT_AFTER = u64(1795392000000000), u64(2110752000000000)
SEQ, BALANCE, PAID, NAME = u16(3), u32(4200), u32(1250), b"Mallory"
REFERENCE, SLOT, CORRELATION = sha256(b"account"), 4, u64(77)

NU = suite.public_bytes(KEY["user"], compressed=True)
U, W = suite.identity16(PUB["account"]), suite.identity16(PUB["till"])
PE, PS = suite.key_id(PUB["encryption"]), suite.key_id(PUB["coin"])
E = suite.f(TIME, W)
REQUEST, COIN_ID, PAYMENT_ID = sha256(V["E_I"]), sha256(V["coin-message"]), sha256(V["payment-message"])
checked = set()


def same(name, expected):
    if V[name] != expected:
        raise SystemExit(f"WRONG: {name}\n  file  {V[name].hex()}\n  prose {expected.hex()}")
    checked.add(name)


def signed(name, public, message, signature):
    if not suite.verify(public, message, signature):
        raise SystemExit(f"WRONG: {name}: the signature does not verify over {message.hex()}")
    checked.add(name)


def content(name, outer):
    ((value,)) = fields(V[name], outer)
    return value


def apdu(cla, ins, p1, p2, data=b"", le=True):
    return bytes([cla, ins, p1, p2]) + (bytes([len(data)]) + data if data else b"") + (b"\0" if le else b"")


def frame(kind, message, body=b""):
    payload = bytes([3, kind]) + CORRELATION + u16(message) + (DATE if kind == 2 else b"") + body
    return u32(len(payload)) + payload


def check_suite():
    same("f", E)
    same("g-identity", suite.g(0, NU))
    same("g-sha256", suite.g(1, NU))
    same("W", W)
    same("U", U)
    same("key-id", PE)
    same("possession-message", possession_message(PUB["encryption"], X, EUR, TM, NU, SEED))
    request = Request(V["m"])
    same("m", SEED + X + EUR + TM + NU + request.p)
    signed("m", NU, V["possession-message"], request.p)
    same("E_I", suite.ecies_encrypt(PUB["encryption"], V["m"]))
    assert suite.ecies_decrypt(KEY["encryption"], V["E_I"]) == V["m"]
    same("coin-message", b"HC1-COIN\1\1" + ISSUER + PS + X + EUR + suite.g(1, NU) + TM + EXPIRY)
    same("coin-id", COIN_ID)
    signed("S_I", PUB["coin"], V["coin-message"], V["S_I"])
    same("cash-answer", b"\1\1" + ISSUER + PS + EXPIRY + V["S_I"])
    same("E_K", suite.cash_encrypt(SEED, V["cash-answer"]))
    assert suite.cash_decrypt(SEED, V["E_K"]) == V["cash-answer"]
    same("coin-message-issuer-keyed", b"HC1-COIN\1\x81" + ISSUER + PS + X + EUR + suite.g(1, NU) + TM + EXPIRY)
    same("m-without-key", SEED + X + EUR + TM + bytes(33 + 64))
    plain = suite.cash_decrypt(SEED, V["E_K-issuer-keyed"])
    same("cash-answer-issuer-keyed", b"\1\x81" + ISSUER + PS + EXPIRY + plain[12:76])
    signed("cash-answer-issuer-keyed", PUB["coin"], V["coin-message-issuer-keyed"], plain[12:76])
    same("E_K-issuer-keyed", suite.cash_encrypt(SEED, V["cash-answer-issuer-keyed"] + suite.scalar_bytes(KEY["user"])))


def check_messages():
    same("payment-message", b"HC1-PAYM" + COIN_ID + SEQ + BALANCE + TIME + W + E + PAID)
    same("payment-id", PAYMENT_ID)
    signed("S_U", NU, V["payment-message"], V["S_U"])
    same("void-message", void_message(PAYMENT_ID, W))
    signed("S_W", PUB["till"], V["void-message"], V["S_W"])
    same("bank-request-message", bank_message(BANK, X, EUR, PE, V["E_I"], DATE))
    same("account-request-message", account_message(U, BANK, X, EUR, PE, V["E_I"], ORDER, DATE))
    same("renunciation-message", renunciation_message(U, BANK, ORDER, DATE))
    same("never-issued-message", b"HC1-NEVR" + ISSUER + BANK + X + EUR + REQUEST + b"\3" + DATE)
    same("receipt-message", b"HC1-SETL" + ISSUER + PAYMENT_ID + b"\x0b" + PAID + EUR + u32(1000) + u32(200) + u32(50) + TIME + b"\0\2" + DATE)
    same("transfer-message", b"HC1-XFER" + ISSUER + u64(5) + BANK + b"\1" + bytes(32) + u64(123456) + EUR + DATE)
    same("booking-message", b"HC1-PARK" + BANK + u64(5) + b"\4" + DATE)
    same("position-message", b"HC1-POSN\2" + ISSUER + BANK + b"".join(map(u64, (7, 5, 2, 3))) + b"\0" + DATE)
    same("dead-message", b"HC1-DEAD" + ISSUER + PAYMENT_ID + COIN_ID + SEQ + PAID + b"\1" + DATE)
    same("reversed-message", b"HC1-REVR" + ISSUER + PAYMENT_ID + PAID + u32(1000) + DATE)
    leaf = [sha256(b"\0", d) for d in (PAYMENT_ID, sha256(b"other"), sha256(b"third"))]
    same("submission-root", sha256(b"\1", sha256(b"\1", leaf[0], leaf[1]), leaf[2]))
    same("submission-message", b"HC1-SUBM" + ISSUER + V["submission-root"] + DATE + TIME)
    same("lost-card-message", b"HC1-LOST" + U + BANK + DATE)
    same("cancellation-message", b"HC1-CANC" + BANK + REQUEST + DATE)
    same("hot-entry", sha256(b"HC1-HOTE", u64(8), COIN_ID)[:8])
    same("hot-list-message", b"HC1-HOTL" + ISSUER + u64(8) + u64(0) + DATE + u32(1) + sha256(V["hot-entry"]))
    totals = b"".join(map(u64, (1000, 300, 20, 1, 679)))
    same("audit-message", b"HC1-AUDT" + ISSUER + u64(2) + BANK + EUR + totals + DATE + sha256(b"previous"))
    same("enrolment-message", b"HC1-ENRL\1" + PUB["bank"] + sha256(NAME))
    same("shop-account-message", b"HC1-ACCT" + BANK + REFERENCE + PUB["till"])
    same("next-key-message", b"HC1-NEXT\1" + BANK + PUB["account"])
    same("further-till-message", b"HC1-NEXT\2" + u32(3) + PUB["user"])
    for name, usage, holder in (("encryption", 1, ISSUER), ("coin", 2, ISSUER), ("statement", 3, ISSUER), ("bank", 4, BANK)):
        same(f"certificate-{name}-message", b"HC1-CERT" + bytes([usage]) + holder + NOT_BEFORE + NOT_AFTER + PUB[name])
        *rest, signature = fields(content(f"certificate-{name}", "Certificate"), "Usage", "Holder", "NotBefore", "NotAfter", "PublicKey", "Signature")
        assert rest == [bytes([usage]), holder, NOT_BEFORE, NOT_AFTER, PUB[name]]
        signed(f"certificate-{name}", PUB["root"], V[f"certificate-{name}-message"], signature)


def check_objects():
    parts = [("Suite", b"\1"), ("G", b"\1"), ("IssuerId", ISSUER), ("KeyId", PS), ("FaceValue", X), ("Currency", EUR), ("NU", NU), ("TM", TM),
             ("Expiry", EXPIRY), ("SI", V["S_I"])]
    same("coin", obj("Coin", b"".join(obj(*p) for p in parts)))
    keyed = dict(parts, G=b"\x81", SI=V["cash-answer-issuer-keyed"][12:])
    same("coin-issuer-keyed", obj("Coin", b"".join(obj(*p) for p in keyed.items())))
    paid = [("Seq", SEQ), ("Balance", BALANCE), ("Time", TIME), ("W", W), ("Payment", PAID), ("SU", V["S_U"])]
    same("payment", obj("CashPayment", V["coin"] + b"".join(obj(*p) for p in paid)))
    common = ("B", "FaceValue", "Currency", "KeyId", "EI", "Date", "Signature")
    for name, tag, names, values, key in (
            ("account-request", "WithdrawalOrder", ("U", *common[:5], "OrderNumber", *common[5:]), [U, BANK, X, EUR, PE, V["E_I"], ORDER, DATE], "account"),
            ("bank-request", "IssueRequest", common, [BANK, X, EUR, PE, V["E_I"], DATE], "bank"),
            ("never-issued", "NonIssuanceStatement", ("IssuerId", "B", "FaceValue", "Currency", "Digest", "Reason", "Date", "Signature"),
             [ISSUER, BANK, X, EUR, REQUEST, b"\3", DATE], "statement"),
            ("transfer", "ClearingInstruction", ("IssuerId", "Number", "B", "Kind", "Reference", "Total", "Currency", "Date", "Signature"),
             [ISSUER, u64(5), BANK, b"\1", bytes(32), u64(123456), EUR, DATE], "statement")):
        *rest, signature = fields(content(name, tag), *names)
        assert rest == values, name
        signed(name, PUB[key], V[name + "-message"], signature)
    *rest, signature = fields(content("booking-statement", "BookingStatement"), "B", "Number", "Reason", "Date", "Signature")
    assert rest == [BANK, u64(5), b"\4", DATE]
    signed("booking-statement", PUB["bank"], V["booking-message"], signature)
    *rest, signature, repeat = fields(content("receipt", "Receipt"), "IssuerId", "Digest", "Verdict", "Payment", "Currency", "Credited", "Guaranteed", "Waiting", "Due", "Revision", "Date",
                                       "Signature", "Repeat")
    assert rest == [ISSUER, PAYMENT_ID, b"\x0b", PAID, EUR, u32(1000), u32(200), u32(50), TIME, b"\0\2", DATE] and repeat == b"\0"
    signed("receipt", PUB["statement"], V["receipt-message"], signature)
    *rest, signature = fields(content("submission", "Submission"), "TillKey", "Date", "Time", "Signature")
    assert rest == [PUB["till"], DATE, TIME]
    signed("submission", PUB["till"], V["submission-message"], signature)
    same("submission-proof", obj("Submission", content("submission", "Submission") + obj("Index", u32(0)) + obj("Count", u32(3))
                                 + obj("Path", sha256(b"\0", sha256(b"other")) + sha256(b"\0", sha256(b"third")))))
    *rest, signature = fields(content("reversal", "Reversal"), "IssuerId", "PaymentId", "Payment", "Moved", "Date", "Signature")
    assert rest == [ISSUER, PAYMENT_ID, PAID, u32(1000), DATE]
    signed("reversal", PUB["statement"], V["reversed-message"], signature)
    *rest, signature = fields(content("position", "Position"), "State", "IssuerId", "B", "Number", "InstructionNumber", "StatementNumber", "IssuedNumber", "Restored", "Date",
                              "Signature")
    assert rest == [b"\2", ISSUER, BANK, u64(7), u64(5), u64(2), u64(3), b"\0", DATE]
    signed("position", PUB["bank"], V["position-message"], signature)
    page = V["payment"] + V["submission-proof"] + V["receipt"]
    same("dossier-page", obj("DossierPage", page))
    term, tolerance, claimed, until = u32(30 * 86400), u32(86400), u64(200), u64(1795424400000000 + 30 * 86400 * 1000000)
    hashes = sha256(V["dossier-page"])
    same("dossier-message", b"HC1-DOSS" + ISSUER + COIN_ID + u32(1) + DATE + term + tolerance + sha256(V["m"]) + X + claimed
         + sha256(PUB["encryption"], PUB["coin"], PUB["statement"]) + u32(1) + sha256(hashes))
    parts = [("IssuerId", ISSUER), ("CoinId", COIN_ID), ("DossierRevision", u32(1)), ("Date", DATE), ("DisputeTerm", term), ("ClockTolerance", tolerance),
             ("FaceValue", X), ("Claimed", claimed), ("Opening", V["m"])]
    dossier, head = content("dossier", "Dossier"), b"".join(obj(*p) for p in parts)
    head += V["certificate-encryption"] + V["certificate-coin"] + V["certificate-statement"] + obj("PageHashes", hashes)
    assert dossier.startswith(head)
    signed("dossier", PUB["statement"], V["dossier-message"], fields(dossier[len(head):], "Signature")[0])
    body = V["account-request"] + obj("AccountKey", PUB["account"]) + obj("Name", NAME) + V["dossier"] + V["certificate-bank"] + obj("Date", DATE)
    same("evidence-message", b"HC1-EVID" + BANK + U + sha256(NAME) + sha256(body) + DATE)
    evidence, rest = content("evidence", "Evidence"), V["notice"] + V["reversal"] + V["dossier-page"]
    assert evidence.startswith(body) and evidence.endswith(rest)
    signed("evidence", PUB["bank"], V["evidence-message"], fields(evidence[len(body):-len(rest)], "Signature")[0])
    same("notice-message", b"HC1-NOTI" + BANK + U + COIN_ID + sha256(body) + DATE + until)
    *rest, signature = fields(content("notice", "Notice"), "B", "U", "CoinId", "Digest", "Date", "Until", "Signature")
    assert rest == [BANK, U, COIN_ID, sha256(body), DATE, until]
    signed("notice", PUB["bank"], V["notice-message"], signature)
    void = obj("Void", obj("CoinId", COIN_ID) + obj("Seq", SEQ) + obj("TillKey", PUB["till"]) + obj("Signature", V["S_W"]))
    subject = sha256(void, V["dead-statement"])
    same("stamp-message", b"HC1-STMP" + BANK + b"\2" + subject + DATE)
    *rest, signature = fields(content("stamp", "Stamp"), "Holder", "State", "Digest", "Date", "Signature")
    assert rest == [BANK, b"\2", subject, DATE]
    signed("stamp", PUB["bank"], V["stamp-message"], signature)
    same("stamp-witness-message", b"HC1-STMP" + BANK + b"\3" + subject + DATE)
    *rest, signature = fields(content("stamp-witness", "Stamp"), "Holder", "State", "Digest", "Date", "Signature")
    assert rest == [BANK, b"\3", subject, DATE]
    signed("stamp-witness", PUB["bank"], V["stamp-witness-message"], signature)
    same("rebuttal", void + V["dead-statement"] + V["certificate-statement"] + V["certificate-bank"] + V["stamp"])
    same("shop-answer-message", b"HC1-ANSW" + PAYMENT_ID + W + DATE + b"\1" + sha256(V["reversal"]))
    answer, head = content("shop-answer", "ShopAnswer"), obj("PaymentId", PAYMENT_ID) + obj("TillKey", PUB["till"]) + obj("Date", DATE)
    head += obj("State", b"\1") + V["reversal"] + V["certificate-statement"]
    assert answer.startswith(head)
    signed("shop-answer", PUB["till"], V["shop-answer-message"], fields(answer[len(head):], "Signature")[0])
    state, name, key, own, b, reference, s_b = fields(content("enrolment-request", "Enrolment"), "State", "Name", "PublicKey", "Signature", "B", "Reference", "Signature")
    assert (state, name, key, b, reference) == (b"\2", b"Cafe", PUB["till"], BANK, REFERENCE)
    signed("enrolment-request", PUB["till"], b"HC1-ENRL\2" + PUB["till"] + sha256(b"Cafe"), own)
    signed("enrolment-request", PUB["bank"], V["shop-account-message"], s_b)
    for name, role, title, own, party, by, message in (("next-key-request", b"\1", b"Bank", "account", BANK, "bank", "next-key-message"),
                                                       ("further-till-request", b"\2", b"Cafe", "user", u32(3), "till", "further-till-message")):
        state, called, key, proof, holder, old, word = fields(content(name, "Enrolment"), "State", "Name", "PublicKey", "Signature", "Holder", "PublicKey", "Signature")
        assert (state, called, key, holder, old) == (role, title, PUB[own], party, PUB[by])
        signed(name, PUB[own], b"HC1-ENRL" + role + PUB[own] + sha256(title), proof)
        signed(name, PUB[by], V[message], word)
    grant = content("shop-grant", "Enrolment")
    assert grant.startswith(obj("IssuerId", ISSUER) + obj("Holder", u32(3)) + obj("Name", b"Cafe") + obj("B", BANK) + obj("Reference", REFERENCE) + obj("PublicKey", PUB["root"]))
    signed("shop-grant", PUB["root"], b"HC1-GRNT" + sha256(grant[:-66]), fields(grant[-66:], "Signature")[0])
    grant = content("enrolment-grant", "Enrolment")
    inner, signature = grant[:-66], fields(grant[-66:], "Signature")[0]
    terms = EUR + b"\1\1\4" + b"".join(map(u32, (604800, 86400, 2592000, 86400, 86400, 86400))) + u64(5000) + u64(20000) + u64(10000)
    assert inner == (obj("IssuerId", ISSUER) + obj("Holder", BANK) + obj("Name", b"Bank") + obj("PublicKey", PUB["root"]) + obj("Terms", terms)
                     + obj("LinkCertificate", b"\x30\0") + V["certificate-bank"] + V["certificate-encryption"] + V["certificate-coin"])
    same("grant-message", b"HC1-GRNT" + sha256(inner))
    signed("enrolment-grant", PUB["root"], V["grant-message"], signature)


def check_commands():
    aid = bytes.fromhex("F0484945524341534801")
    pin, new = b"1234\xff\xff\xff\xff", b"56789\xff\xff\xff"
    same("select", apdu(0, 0xA4, 4, 0, aid))
    same("select-reply", obj("FileControl", obj("DfName", aid) + obj("Proprietary", obj("Version", b"\2") + obj("Suite", b"\1"))))
    code, puk, nonce = b"01234567890123456789", b"12345678", sha256(b"nonce")[:16]
    same("verify", apdu(0, 0x20, 0, 0x82, pin, le=False))
    same("verify-payment-pin", apdu(0, 0x20, 0, 0x81, pin, le=False))
    same("change-pin", apdu(0, 0x24, 0, 0x82, pin + new, le=False))
    same("change-payment-pin", apdu(0, 0x24, 1, 0x81, new, le=False))
    same("unblock-pin", apdu(0, 0x2C, 0, 0x82, puk + new, le=False))
    same("activation-code-message", b"HC1-CODE" + code)
    same("begin-activation", apdu(0x80, 0x16, 0, 0, obj("ActivationCode", code)))
    same("begin-activation-reply", obj("Puk", puk))
    same("finish-activation", apdu(0x80, 0x18, 0, 0, obj("Puk", puk) + obj("PaymentPin", pin) + obj("HolderPin", new)))
    same("get-nonce", apdu(0x80, 0x1A, 0, 0))
    same("get-nonce-reply", obj("Nonce", nonce))
    hashed = sha256(b"HC1-CODE" + code)
    same("set-back-message", b"HC1-BACK" + BANK + nonce + U + hashed)
    signature = V["set-back"][-65:-1]
    signed("set-back", PUB["bank"], V["set-back-message"], signature)
    same("set-back", apdu(0x80, 0x1C, 0, 0, obj("Digest", hashed) + obj("Signature", signature)))
    same("get-status", apdu(0x80, 0x10, 0, 0))
    status = [("State", b"\2"), ("Version", b"\2"), ("PinTries", b"\3"), ("HolderTries", b"\2"), ("PukTries", b"\x0a"), ("Scheme", sha256(PUB["root"])), ("U", U), ("B", BANK),
              ("Currency", EUR), ("NoPinLimit", u32(10000)), ("NoPinSpent", u32(1250)), ("NoPinCount", b"\5"), ("SlotCount", b"\x10"), ("LogCount", b"\x40"), ("NewestEntry", b"\7")]
    same("get-status-reply", b"".join(obj(*p) for p in status))
    same("personalise", apdu(0x80, 0x12, 0, 0, obj("PublicKey", PUB["root"]) + obj("B", BANK) + obj("Currency", EUR) + obj("NoPinLimit", u32(10000)) + obj("Digest", hashed)))
    same("personalise-reply", obj("AccountKey", PUB["account"]))
    same("put-certificate", apdu(0x80, 0x14, 0, 0, V["certificate-encryption"]))
    begin = obj("FaceValue", X) + obj("Currency", EUR) + obj("KeyId", PE)
    same("begin-withdrawal", apdu(0x80, 0x20, 0, 0, begin))
    same("begin-withdrawal-same-key", apdu(0x80, 0x20, 1, SLOT, begin))
    same("begin-withdrawal-again", apdu(0x80, 0x20, 2, SLOT))
    same("begin-withdrawal-reply", obj("Slot", bytes([SLOT])) + obj("EI", V["E_I"]))
    same("authorise-withdrawal", apdu(0x80, 0x22, SLOT, 0, obj("Date", DATE)))
    *rest, signature = fields(V["authorise-withdrawal-reply"], "KeyId", "Digest", "OrderNumber", "Signature")
    assert rest == [PE, REQUEST, ORDER]
    signed("authorise-withdrawal-reply", PUB["account"], V["account-request-message"], signature)
    same("renounce-order", apdu(0x80, 0x28, 0, 0, obj("OrderNumber", ORDER) + obj("Date", DATE)))
    signed("renounce-order-reply", PUB["account"], V["renunciation-message"], fields(V["renounce-order-reply"], "Signature")[0])
    same("finish-withdrawal", apdu(0x80, 0x24, SLOT, 0, obj("EK", V["E_K"])))
    same("release-withdrawal", apdu(0x80, 0x26, SLOT, 0, V["never-issued"]))
    same("get-cash", apdu(0x80, 0x30, 0, 0, obj("Time", TIME) + obj("Payment", PAID) + obj("Currency", EUR)))
    same("get-cash-reply", V["coin"] + obj("Balance", BALANCE))
    amount = obj("Payment", PAID) + obj("Currency", EUR)
    same("pay-fast", apdu(0x80, 0x32, 0, 0, obj("Time", TIME) + obj("W", W) + amount))
    seq = obj("Seq", SEQ) + obj("Balance", BALANCE)
    same("pay-fast-reply", V["coin"] + seq + obj("SU", V["S_U"]))
    same("pay-claim", apdu(0x80, 0x32, 1, 0, obj("Time", TIME) + obj("W", W) + obj("E", E) + amount))
    same("pay-claim-reply", seq + obj("PartPaid", u32(1000)) + obj("SU", V["S_U"]))
    same("pay-repeat", apdu(0x80, 0x32, 2, 0, obj("Time", TIME) + obj("W", W) + amount))
    of = obj("CoinId", COIN_ID) + obj("Seq", SEQ)
    same("confirm", apdu(0x80, 0x34, 0, 0, of))
    same("void", apdu(0x80, 0x36, 0, 0, of + obj("TillKey", PUB["till"]) + obj("Signature", V["S_W"])))
    same("show-payment", apdu(0x80, 0x3A, 0, 0, obj("CoinId", COIN_ID) + seq + obj("Time", TIME) + obj("W", W) + obj("Payment", PAID) + obj("SU", V["S_U"])))
    same("close", apdu(0x80, 0x3C, SLOT, 0, obj("Time", TIME)))
    same("get-coin", apdu(0x80, 0x40, SLOT, 0))
    same("get-coin-reply", obj("State", b"\2") + obj("OrderNumber", ORDER) + obj("Seq", SEQ) + V["coin"] + obj("Balance", BALANCE))
    same("get-coin-reply-pending", obj("State", b"\1") + obj("OrderNumber", u32(0)) + begin)
    same("get-balance", apdu(0x80, 0x42, 0, 0))
    same("get-balance-reply", obj("Total", u64(4200)) + obj("Currency", EUR))
    same("read-log", apdu(0x80, 0x44, 63, 0))
    entry = obj("Slot", bytes([SLOT])) + seq + obj("Time", TIME) + obj("W", W) + obj("Payment", PAID) + obj("Kind", b"\3") + obj("SU", V["S_U"])
    same("read-log-reply", obj("State", b"\1") + entry)
    same("read-log-reply-voided", obj("State", b"\2") + entry + obj("TillKey", PUB["till"]) + obj("Signature", V["S_W"]))
    (dead,) = fields(V["dead-statement"], "NonSettlementStatement")
    *_, signature = fields(dead, "IssuerId", "PaymentId", "CoinId", "Seq", "Payment", "Reason", "Date", "Signature")
    signed("dead-statement", PUB["statement"], V["dead-message"], signature)
    same("dead-statement", obj("NonSettlementStatement", obj("IssuerId", ISSUER) + obj("PaymentId", PAYMENT_ID) + of + obj("Payment", PAID) + obj("Reason", b"\1")
                               + obj("Date", DATE) + obj("Signature", signature)))
    same("read-log-reply-dead", obj("State", b"\2") + entry + obj("IssuerId", ISSUER) + obj("Reason", b"\1") + obj("Date", DATE) + obj("Signature", signature))
    same("restore", apdu(0x80, 0x38, 0, 0, V["dead-statement"]))
    same("authorise-lost-card", apdu(0x80, 0x48, 0, 0, obj("Date", DATE)))
    same("acknowledge-log", apdu(0x80, 0x46, 63, 0, obj("Digest", sha256(obj("State", b"\1") + entry.replace(obj("Kind", b"\3"), b"")))))


def check_frames():
    order, renounced = [fields(V[name], *names)[-1] for name, names in (
        ("authorise-withdrawal-reply", ("KeyId", "Digest", "OrderNumber", "Signature")), ("renounce-order-reply", ("Signature",)))]
    number = obj("OrderNumber", ORDER) + obj("Date", DATE)
    for name, kind, message, body in (
            ("withdraw", 1, 0x0101, V["account-request"]),
            ("withdraw-reply", 2, 0x0102, obj("EK", V["E_K"])),
            ("withdraw-reply-never", 2, 0x0102, V["never-issued"] + obj("Text", b"no")),
            ("withdraw-reply-pending", 2, 0x0102, b""),
            ("certificates", 1, 0x0103, b""),
            ("certificates-reply", 2, 0x0104, V["certificate-encryption"] + V["certificate-coin"]),
            ("show-order", 1, 0x010F, obj("U", U) + obj("B", BANK) + obj("FaceValue", X) + obj("Currency", EUR) + obj("KeyId", PE) + obj("Digest", REQUEST) + number
             + obj("Signature", order)),
            ("show-order-reply", 2, 0x0110, b""),
            ("show-order-reply-waits", 2, 0x0110, obj("Until", DATE)),
            ("renounce", 1, 0x0111, obj("U", U) + obj("B", BANK) + number + obj("Signature", renounced)),
            ("renounce-reply", 2, 0x0112, obj("Until", DATE)),
            ("order-missing", 2, 0x0000, obj("Reason", b"\x10") + obj("Text", b"no") + obj("OrderNumber", ORDER)),
            ("order-renounced", 2, 0x0000, obj("Reason", b"\x11") + obj("Text", b"no") + obj("Until", DATE)),
            ("issue", 1, 0x0201, V["bank-request"]),
            ("withhold", 1, 0x0203, V["bank-request"]),
            ("issue-reply", 2, 0x0202, obj("EK", V["E_K"])),
            ("instructions", 1, 0x0205, obj("Number", u64(4))),
            ("instructions-parked", 1, 0x0205, obj("Number", u64(5)) + V["booking-statement"]),
            ("instructions-reply", 2, 0x0206, V["transfer"]),
            ("agree", 1, 0x0217, V["position"]),
            ("agree-reply", 2, 0x0218, V["position"]),
            ("notices", 1, 0x0109, obj("U", U)),
            ("notices-reply", 2, 0x010A, V["notice"]),
            ("accusation", 1, 0x010D, obj("U", U) + obj("CoinId", COIN_ID)),
            ("accusation-reply", 2, 0x010E, obj("PublicKey", PUB["root"]) + obj("Evidence", content("evidence", "Evidence")[:-len(V["reversal"] + V["dossier-page"])])),
            ("accusation-page", 1, 0x010D, obj("U", U) + obj("CoinId", COIN_ID) + obj("PageIndex", u32(0))),
            ("accusation-page-reply", 2, 0x010E, V["dossier-page"]),
            ("rebut", 1, 0x010B, obj("CoinId", COIN_ID) + V["rebuttal"]),
            ("rebut-reply", 2, 0x010C, V["stamp"] + V["certificate-bank"] + obj("State", b"\2")),
            ("dossiers", 1, 0x0207, b""),
            ("dossiers-after", 1, 0x0207, obj("CoinId", COIN_ID)),
            ("dossiers-reply", 2, 0x0208, V["dossier"]),
            ("dossier-outcome", 1, 0x0209, obj("CoinId", COIN_ID) + obj("DossierRevision", u32(1)) + obj("Verdict", b"\6")),
            ("dossier-page", 1, 0x0213, obj("CoinId", COIN_ID) + obj("DossierRevision", u32(1)) + obj("PageIndex", u32(0))),
            ("dossier-page-reply", 2, 0x0214, V["dossier-page"]),
            ("case-reversals", 1, 0x0215, obj("Number", u64(4))),
            ("case-reversals-reply", 2, 0x0216, obj("Number", u64(5)) + obj("CoinId", COIN_ID) + V["reversal"]),
            ("stamp-rebuttal", 1, 0x0407, obj("Digest", sha256(obj("Void", obj("CoinId", COIN_ID) + obj("Seq", SEQ) + obj("TillKey", PUB["till"])
                                                                      + obj("Signature", V["S_W"])), V["dead-statement"]))),
            ("stamp-rebuttal-reply", 2, 0x0408, V["stamp"]),
            ("settle", 1, 0x0301, V["submission"] + V["payment"] + V["payment"]),
            ("forward-void", 1, 0x0307, V["payment"] + obj("Void", obj("CoinId", COIN_ID) + obj("Seq", SEQ) + obj("TillKey", PUB["till"]) + obj("Signature", V["S_W"]))),
            ("forward-void-reply", 2, 0x0308, V["reversal"]),
            ("hot-list", 1, 0x0305, obj("Number", u64(8)) + obj("W", W) + obj("Date", DATE) + obj("Time", u64(0))),
            ("settle-reply", 2, 0x0302, V["receipt"]),
            ("refusal", 2, 0x0000, obj("Reason", b"\x0c") + obj("Text", b"no")),
            ("revoked", 2, 0x0000, obj("Reason", b"\x0e") + obj("Text", b"no") + obj("Date", DATE))):
        same("frame-" + name, frame(kind, message, body))


def main():
    check_suite()
    check_messages()
    check_objects()
    check_commands()
    check_frames()
    if checked != set(V):
        raise SystemExit(f"WRONG: not checked: {sorted(set(V) - checked)}")
    print(f"{len(checked)} vectors are what the prose says")


if __name__ == "__main__":
    main()
