"""Messages of apdu-spec/signed-messages.md and objects of objects.md, and an issuer and a bank that are made of them."""

import time

import suite
from tlv import Wrong, fields, obj

EUR = (978).to_bytes(2, "big")


def u16(n):
    return n.to_bytes(2, "big")


def u32(n):
    return n.to_bytes(4, "big")


def u64(n):
    return n.to_bytes(8, "big")


def now():
    return u64(time.time_ns() // 1000)


class Coin:
    """C, from the content of a Coin object."""

    NAMES = ("Suite", "G", "IssuerId", "KeyId", "FaceValue", "Currency", "NU", "TM", "Expiry", "SI")

    def __init__(self, content):
        (self.suite, self.g, self.issuer, self.key, self.x, self.currency, self.nu, self.tm, self.expiry, self.si) = fields(content, *self.NAMES)
        self.message = coin_message(self.suite, self.g, self.issuer, self.key, self.x, self.currency, self.nu, self.tm, self.expiry)
        self.id = suite.sha256(self.message)
        self.issuer_keyed = self.g[0] & 0x80 != 0

    def genuine(self, ps_i):
        return suite.verify(ps_i, self.message, self.si)


def coin_message(s, g, issuer, key, x, currency, nu, tm, expiry):
    return b"HC1-COIN" + s + g + issuer + key + x + currency + suite.g(g[0] & 0x7F, nu) + tm + expiry


def payment_message(coin, seq, x, when, w, y):
    return b"HC1-PAYM" + coin.id + seq + x + when + w + suite.f(when, w) + y


def void_message(payment_id, w):
    return b"HC1-VOID" + payment_id + w


def possession_message(pe_i, x, currency, tm, nu, seed):
    return b"HC1-POSS" + suite.key_id(pe_i) + x + currency + tm + nu + suite.sha256(seed)


def account_message(u, b, x, currency, pe_i_id, ei, number, date):
    return b"HC1-AREQ" + u + b + x + currency + pe_i_id + suite.sha256(ei) + number + date


def renunciation_message(u, b, number, date):
    return b"HC1-RENO" + u + b + number + date


def code_hash(code):
    return suite.sha256(b"HC1-CODE" + code)


def set_back_message(b, nonce, u, hashed):
    return b"HC1-BACK" + b + nonce + u + hashed


def bank_message(b, x, currency, pe_i_id, ei, date):
    return b"HC1-BREQ" + b + x + currency + pe_i_id + suite.sha256(ei) + date


def certificate(root, usage, holder, key):
    start, end = u64(1_700_000_000_000_000), u64(2_000_000_000_000_000)
    public = suite.public_bytes(key)
    signature = suite.sign(root, b"HC1-CERT" + bytes([usage]) + holder + start + end + public)
    return obj("Certificate", obj("Usage", bytes([usage])) + obj("Holder", holder) + obj("NotBefore", start)
               + obj("NotAfter", end) + obj("PublicKey", public) + obj("Signature", signature))


class Request:
    """m, what E_I holds (suite.md, E_I)."""

    def __init__(self, m):
        if len(m) != 137:
            raise Wrong("m has 137 bytes")
        self.seed, self.x, self.currency, self.tm, self.nu, self.p = m[:32], m[32:36], m[36:38], m[38:40], m[40:73], m[73:]


class Issuer:
    def __init__(self):
        self.id = u32(1)
        self.root, self.encryption, self.coin_key, self.statement = (suite.secret_key() for _ in range(4))
        self.pe_i, self.ps_i = suite.public_bytes(self.encryption), suite.public_bytes(self.coin_key)

    def certificates(self):
        return [certificate(self.root, usage, self.id, key) for usage, key in ((1, self.encryption), (2, self.coin_key), (3, self.statement))]

    def issue(self, bank_key, b, x, ei, date, s_b, say_it=True):
        """E_K for a bank's request; what the request holds comes along, for the tests to look at. Who has no key is made one, and the coin says so
        (bit 7 of g), unless this issuer hides it."""
        if not suite.verify(bank_key, bank_message(b, x, EUR, suite.key_id(self.pe_i), ei, date), s_b):
            raise Wrong("S_B")
        m = suite.ecies_decrypt(self.encryption, ei)
        if m is None:
            raise Wrong("E_I does not decipher")
        request = Request(m)
        if request.x != x or request.currency != EUR:
            raise Wrong("X in E_I is another")
        made = suite.secret_key() if request.nu + request.p == bytes(97) else None
        if made is None and not suite.verify(request.nu, possession_message(self.pe_i, x, EUR, request.tm, request.nu, request.seed), request.p):
            raise Wrong("P")
        one, expiry = b"\x01", u16(4 * (2027 - 1970) + 3)
        g, secret = (b"\x81" if say_it else one, suite.scalar_bytes(made)) if made else (one, b"")
        nu = suite.public_bytes(made, compressed=True) if made else request.nu
        key = suite.key_id(self.ps_i)
        si = suite.sign(self.coin_key, coin_message(one, g, self.id, key, x, EUR, nu, request.tm, expiry))
        return suite.cash_encrypt(request.seed, one + g + self.id + key + expiry + si + secret), request

    def never(self, b, x, ei, reason=1):
        date, request_id = now(), suite.sha256(ei)
        signature = suite.sign(self.statement, b"HC1-NEVR" + self.id + b + x + EUR + request_id + bytes([reason]) + date)
        return obj("NonIssuanceStatement", obj("IssuerId", self.id) + obj("B", b) + obj("FaceValue", x) + obj("Currency", EUR)
                   + obj("Digest", request_id) + obj("Reason", bytes([reason])) + obj("Date", date) + obj("Signature", signature))


class Bank:
    def __init__(self):
        self.b, self.key = u32(0x00C0FFEE), suite.secret_key()
        self.accounts, self.known = {}, {}

    def open(self, account_key):
        u = suite.identity16(account_key)
        self.accounts[u] = account_key
        return u

    def order(self, u, x, pe_i, ei, date, signed):
        """Checks the user's order, of which the card said (PE_I, request id, number, signature), and makes the bank's request of it. Numbers have no gap (rule R27)."""
        key, (said_key, request, number, signature) = suite.key_id(pe_i), signed
        if (said_key, request) != (key, suite.sha256(ei)):
            raise Wrong("the order is for another E_I")
        if not suite.verify(self.accounts[u], account_message(u, self.b, x, EUR, key, ei, number, date), signature):
            raise Wrong("the account key's signature")
        if int.from_bytes(number, "big") != self.known.get(u, 0) + 1:
            raise Wrong("the number of the order")
        self.known[u] = int.from_bytes(number, "big")
        stamp = now()
        return stamp, suite.sign(self.key, bank_message(self.b, x, EUR, key, ei, stamp))


class Till:
    def __init__(self):
        self.key = suite.secret_key()
        self.public = suite.public_bytes(self.key)
        self.w = suite.identity16(self.public)
        self.last = 0

    def time(self):
        """Strictly increasing (hole 8)."""
        self.last = max(self.last + 1, time.time_ns() // 1000)
        return u64(self.last)

    def void(self, payment_id):
        return suite.sign(self.key, void_message(payment_id, self.w))
