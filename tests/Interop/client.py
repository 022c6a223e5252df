"""A stranger's terminal, issuer and bank, written from apdu-spec alone: a blank card is personalised, gets cash, pays, and everything
that it says is checked. Usage: client.py READER"""

import sys

import suite
from card import Card, Refused
from cash import Bank, Issuer, Till, certificate, code_hash, now, payment_message, renunciation_message, set_back_message, u32
from tlv import fields, parse

PIN, PAYMENT_PIN, CODE = "0000", "1111", b"01234567890123456789"


def expect(condition, what):
    if not condition:
        raise SystemExit(f"WRONG: {what}")
    print(f"ok: {what}")


def refused(sw, what, call, *arguments):
    try:
        call(*arguments)
    except Refused as e:
        expect(e.sw == sw, f"{what}: {sw:04X}")
        return
    raise SystemExit(f"WRONG: {what} was not refused")


def check_payment(coin, seq, x, when, w, y, su, issuer):
    expect(coin.genuine(issuer.ps_i), "S_I verifies")
    message = payment_message(coin, seq, x, when, w, y)
    expect(suite.verify(coin.nu, message, su), "S_U verifies over (coin id, seq, x, TIME, W, e, y)")
    return suite.sha256(message)


def activate(card, code=CODE):
    """The PUK that the card made."""
    refused(0x9419, "VERIFY before the activation", card.verify, PIN)
    refused(0x941C, "another activation code", card.begin_activation, b"9" * 20)
    refused(0x6985, "FINISH ACTIVATION before BEGIN", card.finish_activation, "12345678", PAYMENT_PIN, PIN)
    puk = card.begin_activation(code)
    refused(0x6A80, "one PIN for both", card.finish_activation, puk, PIN, PIN)
    card.finish_activation(puk, PAYMENT_PIN, PIN)
    refused(0x9417, "BEGIN ACTIVATION again", card.begin_activation, code)
    return puk


def set_back(card, issuer, bank, u):
    """A blocked PUK, and only a blocked one, goes back to a new code by the bank's signature over the card's nonce; coins stay."""
    code = b"98765432109876543210"
    hashed = code_hash(code)
    card.put_certificate(certificate(issuer.root, 4, bank.b, bank.key))

    def signature():
        return suite.sign(bank.key, set_back_message(bank.b, card.nonce(), u, hashed))

    refused(0x6985, "SET BACK while the PUK is not blocked", card.set_back, hashed, signature())
    for left in range(9, -1, -1):
        refused(0x63C0 | left, "a wrong PUK", card.unblock, "99999", "4711")
    refused(0x6983, "a blocked PUK", card.unblock, "99999", "4711")
    refused(0x9416, "SET BACK signed by nobody", card.set_back, hashed, (card.nonce(), bytes(64))[1])
    card.set_back(hashed, signature())
    activate(card, code)
    card.verify(PIN)


def personalise(card, issuer, bank):
    expect(card.atr() == bytes.fromhex("3B8880014869657243617368") + b"\x06", "ATR of transport.md")
    ((name, fci),) = parse(card.select())
    df, own = fields(fci, "DfName", "Proprietary")
    expect(name == "FileControl" and fields(own, "Version", "Suite") == [b"\2", b"\1"] and df.hex() == "f0484945524341534801", "FCI")
    tries = ("State", "Version", "PinTries", "HolderTries", "PukTries")
    expect(fields(card.status(), *tries) == [b"\1", b"\2", b"\3", b"\3", b"\x0a"], "blank: state 1; 3, 3 and 10 tries")
    root = suite.public_bytes(issuer.root)
    refused(0x6985, "VERIFY on a blank card", card.verify, PIN)
    account = card.personalise(root, bank.b, u32(5000), code_hash(CODE))
    expect(account == card.personalise(root, bank.b, u32(5000), code_hash(CODE)), "PERSONALISE again: the same account key")
    refused(0x9417, "PERSONALISE with another bank", card.personalise, root, u32(7), u32(5000), code_hash(CODE))
    refused(0x9417, "PERSONALISE with another activation code", card.personalise, root, bank.b, u32(5000), code_hash(bytes(20)))
    expect(fields(card.status(), *tries)[0] == b"\4", "personalised, and not activated: state 4")
    for certificate in issuer.certificates():
        card.put_certificate(certificate)
    refused(0x9416, "a certificate from another root", card.put_certificate, Issuer().certificates()[0])
    activate(card)
    card.verify(PIN)
    u = bank.open(account)
    scheme, said_u, b, limit = [v for n, v in parse(card.status()) if n in ("Scheme", "U", "B", "NoPinLimit")]
    expect((scheme, said_u, b, limit) == (suite.sha256(suite.public_bytes(issuer.root)), u, bank.b, u32(5000)), "GET STATUS after the PIN")
    return u


def withdraw(card, issuer, bank, u, amount, same_key_as=None):
    x = u32(amount)
    slot, ei = card.begin(x, suite.key_id(issuer.pe_i), same_key_as)
    expect(len(ei) == 209 and card.again(slot) == ei, "E_I has 209 bytes, and is the same when asked for again")
    date = now()
    stamp, s_b = bank.order(u, x, issuer.pe_i, ei, date, card.authorise(slot, date))
    ek, request = issuer.issue(suite.public_bytes(bank.key), bank.b, x, ei, stamp, s_b)
    m = request.seed + request.x + request.currency + request.tm + request.nu + request.p
    expect(suite.ecies_encrypt(issuer.pe_i, m) == ei, "E_I, computed again from m, is the card's E_I to the byte")
    refused(0x9416, "E_K of somebody else", card.finish, slot, suite.cash_encrypt(bytes(32), bytes(76)))
    card.finish(slot, ek)
    card.finish(slot, ek)
    state, seq, coin, balance = card.coin(slot)
    expect(state == 2 and seq == b"\0\0" and balance == x and coin.nu == request.nu and coin.genuine(issuer.ps_i), f"slot {slot} holds {amount}")
    return slot, coin


def claim(card, ps_i, till, when, y):
    """Claims 4 and 5 to the letter: GET CASH, S_I, and only then PAY with e. None after a bad S_I: nothing is sent then (rule R14)."""
    coin, x = card.get_cash(when, y)
    if not coin.genuine(ps_i):
        return None
    return (coin, x, *card.pay_claim(when, till.w, suite.f(when, till.w), y))


def pay(card, issuer, till, before):
    when, y = till.time(), u32(1250)
    coin, seq, x, part, su = card.pay_fast(when, till.w, y)
    expect(part == y, "one coin pays alone")
    payment_id = check_payment(coin, seq, x, when, till.w, y, su, issuer)
    again = card.pay_fast(when, till.w, y)
    expect((again[0].message, *again[1:]) == (coin.message, seq, x, part, su), "the same PAY again gives the same bytes")
    expect(card.balance() == before - 1250, "and is paid once")

    refused(0x9416, "S_W of another till", card.void, coin.id, seq, Till().public, till.void(payment_id))
    card.void(coin.id, seq, till.public, till.void(payment_id))
    card.void(coin.id, seq, till.public, till.void(payment_id))
    expect(card.balance() == before, "VOID restores x, once")
    card.show_payment(coin.id, seq, x, when, till.w, y, su)
    card.void(coin.id, seq, till.public, till.void(payment_id))
    expect(card.balance() == before, "nor when the payment is shown to it")
    refused(0x6A88, "a payment newer than the coin's", card.show_payment, coin.id, b"\xff\xfe", x, when, till.w, y, su)
    refused(0x9417, "a payment that was taken back", card.pay_fast, when, till.w, y)

    when = till.time()
    card.get_cash(when, y)
    refused(0x9413, "an e that is not f(TIME, W)", card.pay_claim, when, till.w, bytes(16), y)
    sent = card.sent
    expect(claim(card, Issuer().ps_i, till, when, y) is None and card.sent == sent + 1, "after a bad S_I nothing is sent: neither e nor PAY")
    expect(card.balance() == before, "and nothing was debited")
    coin, x, seq, x_signed, part, su = claim(card, issuer.ps_i, till, when, y)
    expect(x_signed == x and part == y, "claim profile: x is the one that GET CASH showed")
    check_payment(coin, seq, x, when, till.w, y, su, issuer)
    again = card.pay_again(when, till.w, y)
    expect((again[0].id, *again[1:]) == (coin.id, seq, x, y, su), "what was signed comes back with its coin")
    refused(0x6A88, "what was not signed does not", card.pay_again, till.time(), till.w, y)
    card.confirm(coin.id, seq)
    expect(card.balance() == before - 1250, "12.50 left the card")


def pay_with_several(card, issuer, till, total):
    """All that is left: more than any coin holds, and more than goes without PIN."""
    card.select()
    when, rest, parts = till.time(), total, []
    refused(0x6982, "more than the limit without PIN", card.pay_fast, when, till.w, u32(total))
    refused(0x6982, "GET CASH beyond that limit", card.get_cash, when, u32(total))
    card.verify(PIN)
    refused(0x6982, "the holder PIN does not lift it", card.pay_fast, when, till.w, u32(total))
    card.verify_payment(PAYMENT_PIN)
    refused(0x9411, "more than there is", card.pay_fast, till.time(), till.w, u32(total + 1))
    while rest:
        coin, seq, x, part, su = card.pay_fast(when, till.w, u32(rest))
        check_payment(coin, seq, x, when, till.w, part, su, issuer)
        parts.append(coin.id)
        rest -= int.from_bytes(part, "big")
    expect(len(set(parts)) == len(parts) > 1 and card.balance() == 0, f"{len(parts)} coins pay {total} together")


def check_log(card, issuer, coins):
    entries = [e for e in map(card.log, range(64)) if e]
    for state, slot, seq, x, when, w, y, kind, su in entries:
        expect(suite.verify(coins[slot].nu, payment_message(coins[slot], seq, x, when, w, y), su), f"log: S_U of seq {int.from_bytes(seq, 'big')} in slot {slot}, state {state}, flags {kind}")
    expect(sorted(e[0] for e in entries).count(2) == 1 and any(e[7] & 1 for e in entries), "log: one restored, one confirmed")
    refused(0x941B, "ACKNOWLEDGE LOG of what the entry does not hold", card.acknowledge, 0, bytes(32))
    for index in range(len(entries)):
        card.acknowledge(index, card.content(index))


def release(card, issuer, bank, u):
    x = u32(700)
    slot, ei = card.begin(x, suite.key_id(issuer.pe_i))
    refused(0x6985, "a statement about another request", card.release, slot, issuer.never(bank.b, x, bytes(209)))
    refused(0x9416, "a statement of another issuer", card.release, slot, Issuer().never(bank.b, x, ei))
    date = now()
    number = card.authorise(slot, date)[2]
    refused(0x6985, "RENOUNCE ORDER of what the card can show", card.renounce, number, date)
    card.release(slot, issuer.never(bank.b, x, ei))
    card.release(slot, issuer.never(bank.b, x, ei))
    expect(card.coin(slot)[0] == 0, "the slot is free again")
    refused(0x6A88, "RENOUNCE ORDER of a number that was not given", card.renounce, u32(int.from_bytes(number, "big") + 1), date)
    signature = card.renounce(number, date)
    expect(suite.verify(bank.accounts[u], renunciation_message(u, bank.b, number, date), signature), "RENOUNCE ORDER signs that it cannot be shown (rule R27)")
    bank.known[u] = int.from_bytes(number, "big")


def withdraw_issuer_keyed(card, issuer, bank, u):
    """The issuer makes the key (claim 2): the coin has to say so, and no further coin is asked for under it."""
    x, key = u32(900), suite.key_id(issuer.pe_i)
    slot, ei = card.begin_without_key(x, key)
    date = now()
    stamp, s_b = bank.order(u, x, issuer.pe_i, ei, date, card.authorise(slot, date))
    hidden, _ = issuer.issue(suite.public_bytes(bank.key), bank.b, x, ei, stamp, s_b, say_it=False)
    refused(0x9416, "a key that the issuer made, in a coin that does not say so", card.finish, slot, hidden)
    ek, _ = issuer.issue(suite.public_bytes(bank.key), bank.b, x, ei, stamp, s_b)
    expect(len(ek) == 144, "E_K with SS_U has 144 bytes")
    card.finish(slot, ek)
    _, _, coin, balance = card.coin(slot)
    expect(coin.issuer_keyed and balance == x and coin.genuine(issuer.ps_i), "GET COIN says that the issuer made the key")
    refused(0x6985, "a further coin under that key", card.begin, x, key, slot)


def close(card, issuer, till):
    """Redemption: all of x to W0 under the last seq, and the coin is ended; a spent coin too, with y = 0 (rule R24)."""
    w0 = suite.sha256(suite.public_bytes(issuer.root))[:16]
    refused(0x6985, "PAY to W0", card.pay_fast, till.time(), w0, u32(1))
    for slot in (3, 0):
        _, _, coin, x = card.coin(slot)
        when = till.time()
        closed, seq, x_signed, su = card.close(slot, when)
        expect((closed.message, seq, x_signed) == (coin.message, b"\xff\xff", x), f"CLOSE signs all {int.from_bytes(x, 'big')} of slot {slot} under seq 65,535")
        check_payment(closed, seq, x, when, w0, x, su, issuer)
        again = card.close(slot, till.time())
        expect((again[0].message, *again[1:]) == (closed.message, seq, x, su), "CLOSE again gives the same bytes")
        expect(card.coin(slot)[0] == 4, "the coin is ended")
    expect(card.balance() == 0, "nothing is left on the card")
    refused(0x6A88, "CLOSE of a slot without a coin", card.close, 9, till.time())


def main():
    if len(sys.argv) != 2:
        sys.exit("Usage: client.py READER (a PC/SC reader's name as pcsc_scan shows it, with a blank card in it)")
    card, issuer, bank, till = Card(sys.argv[1]), Issuer(), Bank(), Till()
    u = personalise(card, issuer, bank)
    coins = {}
    for amount in (5000, 2000):
        slot, coins_slot = withdraw(card, issuer, bank, u, amount)
        coins[slot] = coins_slot
    slot, coin = withdraw(card, issuer, bank, u, 1000, same_key_as=0)
    coins[slot] = coin
    expect(coin.nu == coins[0].nu and (coins[0].tm, coin.tm) == (b"\0\0", b"\0\1"), "a further coin under one N_U has the next TM")
    expect(card.balance() == 8000, "80.00 are on the card")
    pay(card, issuer, till, 8000)
    release(card, issuer, bank, u)
    pay_with_several(card, issuer, till, 6750)
    check_log(card, issuer, coins)
    withdraw_issuer_keyed(card, issuer, bank, u)
    card.select()
    card.verify_payment(PAYMENT_PIN)
    refused(0x6982, "the payment PIN opens no balance", card.balance)
    card.verify(PIN)
    before = card.balance()
    set_back(card, issuer, bank, u)
    expect(card.balance() == before, "the coins stayed")
    close(card, issuer, till)
    refused(0x69 << 8 | 0x82, "GET BALANCE after SELECT", lambda: (card.select(), card.balance()))
    print(f"all as apdu-spec says; {card.sent} APDUs")


if __name__ == "__main__":
    main()
