"""Random and mutated APDUs against a card in a reader: each gets a status word of the specification, and afterwards the card pays and its
money adds up. Usage: fuzz.py READER [COUNT [SEED]]"""

import random
import re
import sys
import time

import suite
from card import AID, Card, Refused
from cash import EUR, Bank, Issuer, Till, code_hash, payment_message, u32
from client import CODE, PAYMENT_PIN, PIN, withdraw
from tlv import README, obj

STATUS = {int(sw, 16) for sw in re.findall(r"^\| ([0-9A-F]{4}) \|", (README.parent / "status-words.md").read_text(), re.MULTILINE)}
HOLD = 250  # APDUs between two visits of the holder, who unblocks the PIN and keeps the log


def known(sw):
    return sw in STATUS or sw & 0xFFF0 == 0x63C0 or sw >> 8 == 0x61


def templates(card, till, issuer, bank):
    """One sound command of each kind: what mutation begins with. Those that a fuzzer could really spend money with are among them."""
    def apdu(cla, ins, p1=0, p2=0, data=b"", le=True):
        return bytes([cla, ins, p1, p2]) + (bytes([len(data)]) + data if data else b"") + (b"\0" if le else b"")

    when, y = till.time(), u32(1)
    begin = obj("FaceValue", u32(100)) + obj("Currency", EUR) + obj("KeyId", suite.key_id(issuer.pe_i))
    paid = obj("Payment", y) + obj("Currency", EUR)
    return [
        apdu(0, 0xA4, 4, 0, AID), apdu(0, 0x20, 0, 0x82, Card.pin_block(PIN), le=False),
        apdu(0, 0x20, 0, 0x81, Card.pin_block(PAYMENT_PIN), le=False), apdu(0, 0x24, 0, 0x82, Card.pin_block(PIN) * 2, le=False), apdu(0, 0xC0), apdu(0x80, 0x10),
        apdu(0x80, 0x12, 0, 0, obj("PublicKey", suite.public_bytes(issuer.root)) + obj("B", bank.b) + obj("Currency", EUR) + obj("NoPinLimit", u32(5000)) + obj("Digest", code_hash(CODE))),
        apdu(0x80, 0x16, 0, 0, obj("ActivationCode", CODE)), apdu(0x80, 0x1A), apdu(0x80, 0x1C, 0, 0, obj("Digest", bytes(32)) + obj("Signature", bytes(64))),
        apdu(0x80, 0x14, 0, 0, issuer.certificates()[0]), apdu(0x80, 0x20, 0, 0, begin), apdu(0x80, 0x20, 2, 1), apdu(0x80, 0x22, 1, 0, obj("Date", when)),
        apdu(0x80, 0x28, 0, 0, obj("OrderNumber", u32(1)) + obj("Date", when)),
        apdu(0x80, 0x24, 1, 0, obj("EK", bytes(112))), apdu(0x80, 0x26, 1, 0, issuer.never(bank.b, u32(100), bytes(209))),
        apdu(0x80, 0x30, 0, 0, obj("Time", when) + paid), apdu(0x80, 0x32, 0, 0, obj("Time", when) + obj("W", till.w) + paid),
        apdu(0x80, 0x32, 1, 0, obj("Time", when) + obj("W", till.w) + obj("E", suite.f(when, till.w)) + paid),
        apdu(0x80, 0x34, 0, 0, obj("CoinId", bytes(32)) + obj("Seq", b"\0\1")),
        apdu(0x80, 0x36, 0, 0, obj("CoinId", bytes(32)) + obj("Seq", b"\0\1") + obj("TillKey", till.public) + obj("Signature", bytes(64))),
        apdu(0x80, 0x3A, 0, 0, obj("CoinId", bytes(32)) + obj("Seq", b"\0\1") + obj("Balance", bytes(4)) + obj("Time", bytes(8)) + obj("W", bytes(16)) + obj("Payment", bytes(4)) + obj("SU", bytes(64))),
        apdu(0x80, 0x40), apdu(0x80, 0x42), apdu(0x80, 0x44), apdu(0x80, 0x46, 0, 0, obj("Digest", bytes(32))),
    ]


def mutate(rng, apdu):
    apdu = bytearray(apdu)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 4))):
        how, at = rng.randrange(6), rng.randrange(len(apdu))
        if how == 0:
            apdu[at] ^= 1 << rng.randrange(8)
        elif how == 1:
            apdu[at] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))
        elif how == 2 and len(apdu) > 1:
            del apdu[at]
        elif how == 3:
            apdu.insert(at, rng.randrange(256))
        elif how == 4:
            del apdu[max(1, at):]
        else:
            apdu += rng.randbytes(rng.choice((1, 2, 16, 255, 300)))
    # One byte alone is not an APDU but a control message of vpcd.
    return bytes(apdu) if len(apdu) > 1 else bytes(apdu) + b"\0"


def visit(card, puk):
    """The holder: a blocked PIN is unblocked, the log is read and kept. Pending withdrawals that nobody wants stay until the slots are full."""
    card.raw(bytes.fromhex("00C0000000"))  # ends a chain that a random command may have begun
    card.select()
    card.unblock(puk, PIN)
    card.verify(PIN)
    card.verify_payment(PAYMENT_PIN)
    for index in range(64):
        entry = card.log(index)
        if entry and not entry[7] & 2:
            card.acknowledge(index, card.content(index))


def main():
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 16)
    card, issuer, bank, till = Card(sys.argv[1]), Issuer(), Bank(), Till()
    card.select()
    u = bank.open(card.personalise(suite.public_bytes(issuer.root), bank.b, u32(5000), code_hash(CODE)))
    puk = card.begin_activation(CODE)
    card.finish_activation(puk, PAYMENT_PIN, PIN)
    card.verify(PIN)
    for certificate in issuer.certificates():
        card.put_certificate(certificate)
    slot, coin = withdraw(card, issuer, bank, u, 100_000_000)
    pool, seen, started = templates(card, till, issuer, bank), {}, time.time()
    for i in range(count):
        if i % HOLD == 0:
            visit(card, puk)
        apdu = rng.randbytes(rng.choice((2, 4, 5, 6, 20, 261, 600))) if rng.random() < 0.25 else mutate(rng, rng.choice(pool))
        data, sw = card.raw(apdu)
        if not known(sw):
            raise SystemExit(f"WRONG: {apdu.hex()} got {data.hex()} {sw:04X}")
        seen[sw] = seen.get(sw, 0) + 1
    seconds = time.time() - started
    visit(card, puk)
    before, when = card.balance(), till.time()
    paid_coin, seq, x, part, su = card.pay_fast(when, till.w, u32(1250))
    if not suite.verify(paid_coin.nu, payment_message(paid_coin, seq, x, when, till.w, u32(1250)), su) or card.balance() != before - 1250:
        raise SystemExit("WRONG: the card does not pay any more")
    _, last, after, x = card.coin(slot)
    if after.message != coin.message or int.from_bytes(x, "big") > 100_000_000 or last != seq:
        raise SystemExit("WRONG: the coin is another")
    try:
        card.pay_fast(till.time(), till.w, u32(before))
        raise SystemExit("WRONG: more was paid than there is")
    except Refused as e:
        if e.sw != 0x9411:
            raise
    words = ", ".join(f"{sw:04X} {n}" for sw, n in sorted(seen.items()))
    print(f"{count} APDUs in {seconds:.0f} s, each answered: {words}; then the card paid")


if __name__ == "__main__":
    main()
