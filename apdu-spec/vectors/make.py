#!/usr/bin/python3
"""Computes vectors.json without any code of the reference implementation, in another language.

Usage: /usr/bin/python3 make.py > vectors.json     (needs python3-cryptography, for AES only)

The group arithmetic is textbook and slow; it is for computing vectors and nothing else.
"""
import hashlib
import hmac
import json

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def add(p, q):
    if p is None or q is None:
        return p or q
    if p[0] == q[0]:
        if (p[1] + q[1]) % P == 0:
            return None
        s = (3 * p[0] * p[0] - 3) * pow(2 * p[1], -1, P) % P
    else:
        s = (q[1] - p[1]) * pow(q[0] - p[0], -1, P) % P
    x = (s * s - p[0] - q[0]) % P
    return x, (s * (p[0] - x) - p[1]) % P


def mul(k, p):
    r = None
    while k:
        r = add(r, p) if k & 1 else r
        p = add(p, p)
        k >>= 1
    return r


def b(n, size):
    return n.to_bytes(size, "big")


def sha(data):
    return hashlib.sha256(data).digest()


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def point(p):
    return b"\x04" + b(p[0], 32) + b(p[1], 32)


def compressed(p):
    return bytes([2 | (p[1] & 1)]) + b(p[0], 32)


def sign(d, message):
    """ECDSA with the nonce of RFC 6979, section 3.2."""
    h = sha(message)
    z = int.from_bytes(h, "big")
    k, v = bytes(32), b"\x01" * 32
    seed = b(d, 32) + b(z % N, 32)
    k = mac(k, v + b"\x00" + seed)
    v = mac(k, v)
    k = mac(k, v + b"\x01" + seed)
    v = mac(k, v)
    while True:
        v = mac(k, v)
        nonce = int.from_bytes(v, "big")
        if 0 < nonce < N:
            r = mul(nonce, G)[0] % N
            s = pow(nonce, -1, N) * (z + r * d) % N
            if r and s:
                return b(r, 32) + b(s, 32)
        k = mac(k, v + b"\x00")
        v = mac(k, v)


def cbc(key, plain):
    pad = 16 - len(plain) % 16
    c = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
    return c.update(plain + bytes([pad]) * pad) + c.finalize()


def key_id(p):
    return sha(point(p))[:4]


def ecies(pe, m):
    counter = 0
    while True:
        r = int.from_bytes(sha(b"HC1-ECIR" + b(counter, 4) + m), "big")
        if 0 < r < N:
            break
        counter += 1
    big_r = b"\x02" + b(mul(r, G)[0], 32)
    z = b(mul(r, pe)[0], 32)
    info = b"HC1-ECIE" + key_id(pe) + big_r
    keys = sha(z + b(1, 4) + info) + sha(z + b(2, 4) + info)
    body = cbc(keys[:16], m)
    return big_r + body + mac(keys[16:48], body)


def tlv(tag, value):
    t, n = b(tag, 1 if tag < 0x100 else 2), len(value)
    length = b(n, 1) if n < 0x80 else b"\x81" + b(n, 1) if n < 0x100 else b"\x82" + b(n, 2)
    return t + length + value


def apdu(cla, ins, p1, p2, data=b"", le=True):
    return bytes([cla, ins, p1, p2]) + (bytes([len(data)]) + data if data else b"") + (b"\x00" if le else b"")


secret = {name: int.from_bytes(sha(name.encode()), "big") % N for name in ("root", "encryption", "coin", "statement", "bank", "account", "user", "till")}
public = {name: mul(d, G) for name, d in secret.items()}

ISSUER, BANK, SHOP = b(1, 4), b(7, 4), b(9, 4)
X, EUR, TM, EXPIRY = b(5000, 4), b(978, 2), b(0, 2), b(231, 2)
DATE, TIME = b(1795424400000000, 8), b(1795424460000001, 8)
NOT_BEFORE, NOT_AFTER = b(1795392000000000, 8), b(2110752000000000, 8)
SEED = sha(b"seed")
SEQ, BALANCE, PAID = b(3, 2), b(4200, 4), b(1250, 4)
NAME = "Mallory"

out = {}
nu = compressed(public["user"])
U = sha(point(public["account"]))[:16]
W = sha(point(public["till"]))[:16]
PE, PS = key_id(public["encryption"]), key_id(public["coin"])

e = sha(b"HC1-CHAL" + TIME + W)[:16]
out["f"] = e
out["g-identity"] = nu
out["g-sha256"] = n = b"\x00" + sha(nu)
out["W"] = W
out["U"] = U
out["key-id"] = PE

# E_I
possession = b"HC1-POSS" + PE + X + EUR + TM + nu + sha(SEED)
out["possession-message"] = possession
m = SEED + X + EUR + TM + nu + sign(secret["user"], possession)
out["m"] = m
out["E_I"] = ei = ecies(public["encryption"], m)
request = sha(ei)

# S_I, E_K
coin_message = b"HC1-COIN" + b"\x01\x01" + ISSUER + PS + X + EUR + n + TM + EXPIRY
out["coin-message"] = coin_message
out["coin-id"] = coin_id = sha(coin_message)
out["S_I"] = si = sign(secret["coin"], coin_message)
answer = b"\x01\x01" + ISSUER + PS + EXPIRY + si
out["cash-answer"] = answer
body = cbc(sha(b"HC1-EKEN" + SEED)[:16], answer)
out["E_K"] = ek = body + mac(sha(b"HC1-EKMA" + SEED), body)

# The same where the issuer made the key pair: bit 7 of g says so, and SS_U comes behind the answer in E_K (hole 14)
keyed_message = b"HC1-COIN" + b"\x01\x81" + ISSUER + PS + X + EUR + n + TM + EXPIRY
out["coin-message-issuer-keyed"] = keyed_message
keyed_si = sign(secret["coin"], keyed_message)
out["cash-answer-issuer-keyed"] = keyed_answer = b"\x01\x81" + ISSUER + PS + EXPIRY + keyed_si
out["m-without-key"] = SEED + X + EUR + TM + bytes(33) + bytes(64)
body = cbc(sha(b"HC1-EKEN" + SEED)[:16], keyed_answer + b(secret["user"], 32))
out["E_K-issuer-keyed"] = body + mac(sha(b"HC1-EKMA" + SEED), body)

# S_U, S_W
payment_message = b"HC1-PAYM" + coin_id + SEQ + BALANCE + TIME + W + e + PAID
out["payment-message"] = payment_message
out["payment-id"] = payment_id = sha(payment_message)
out["S_U"] = su = sign(secret["user"], payment_message)
void_message = b"HC1-VOID" + payment_id + W
out["void-message"] = void_message
out["S_W"] = sw = sign(secret["till"], void_message)

# Requests and statements
breq = b"HC1-BREQ" + BANK + X + EUR + PE + request + DATE
ORDER = b(7, 4)
areq = b"HC1-AREQ" + U + BANK + X + EUR + PE + request + ORDER + DATE
reno = b"HC1-RENO" + U + BANK + ORDER + DATE
never = b"HC1-NEVR" + ISSUER + BANK + X + EUR + request + b"\x03" + DATE
# A payment of which the coin held 10.00: 2.00 of the excess are guaranteed, 0.50 wait; second revision.
receipt = b"HC1-SETL" + ISSUER + payment_id + b"\x0b" + PAID + EUR + b(1000, 4) + b(200, 4) + b(50, 4) + TIME + b(2, 2) + DATE
transfer = b"HC1-XFER" + ISSUER + b(5, 8) + BANK + b"\x01" + bytes(32) + b(123456, 8) + EUR + DATE
out["bank-request-message"] = breq
out["account-request-message"] = areq
out["renunciation-message"] = reno
out["never-issued-message"] = never
out["receipt-message"] = receipt
out["transfer-message"] = transfer
parked = b"HC1-PARK" + BANK + b(5, 8) + b"\x04" + DATE
out["booking-message"] = parked
position = b"HC1-POSN\x02" + ISSUER + BANK + b(7, 8) + b(5, 8) + b(2, 8) + b(3, 8) + b"\x00" + DATE
out["position-message"] = position
out["dead-message"] = dead = b"HC1-DEAD" + ISSUER + payment_id + coin_id + SEQ + PAID + b"\x01" + DATE
out["reversed-message"] = reversed_ = b"HC1-REVR" + ISSUER + payment_id + PAID + b(1000, 4) + DATE
leaves = [sha(b"\0" + d) for d in (payment_id, sha(b"other"), sha(b"third"))]
out["submission-root"] = batch_root = sha(b"\1" + sha(b"\1" + leaves[0] + leaves[1]) + leaves[2])
out["submission-message"] = submission_message = b"HC1-SUBM" + ISSUER + batch_root + DATE + TIME
submission_content = tlv(0xDF3D, point(public["till"])) + tlv(0xD6, DATE) + tlv(0xCC, TIME) + tlv(0xD7, sign(secret["till"], submission_message))
out["submission"] = submission = tlv(0xF4, submission_content)
out["submission-proof"] = tlv(0xF4, submission_content + tlv(0xDF4A, b(0, 4)) + tlv(0xDF4B, b(3, 4)) + tlv(0xDF49, leaves[1] + leaves[2]))
out["reversal"] = reversal = tlv(0xF5, tlv(0xC2, ISSUER) + tlv(0xDF2E, payment_id) + tlv(0xCF, PAID) + tlv(0xDF4C, b(1000, 4)) + tlv(0xD6, DATE)
                                 + tlv(0xD7, sign(secret["statement"], reversed_)))
out["lost-card-message"] = b"HC1-LOST" + U + BANK + DATE
out["cancellation-message"] = b"HC1-CANC" + BANK + request + DATE
hot = sha(b"HC1-HOTE" + b(8, 8) + coin_id)[:8]
out["hot-entry"] = hot
out["hot-list-message"] = b"HC1-HOTL" + ISSUER + b(8, 8) + b(0, 8) + DATE + b(1, 4) + sha(hot)
out["audit-message"] = (b"HC1-AUDT" + ISSUER + b(2, 8) + BANK + EUR + b(1000, 8) + b(300, 8) + b(20, 8) + b(1, 8) + b(679, 8)
                        + DATE + sha(b"previous"))
out["enrolment-message"] = b"HC1-ENRL" + b"\x01" + point(public["bank"]) + sha(NAME.encode())
out["shop-account-message"] = acct = b"HC1-ACCT" + BANK + sha(b"account") + point(public["till"])
shop_enrolment = b"HC1-ENRL" + b"\x02" + point(public["till"]) + sha(b"Cafe")
out["enrolment-request"] = tlv(0xF1, tlv(0xDD, b"\x02") + tlv(0xDF21, b"Cafe") + tlv(0xD8, point(public["till"]))
                               + tlv(0xD7, sign(secret["till"], shop_enrolment)) + tlv(0xD5, BANK) + tlv(0xDF28, sha(b"account"))
                               + tlv(0xD7, sign(secret["bank"], acct)))
next_bank, next_till = b"HC1-NEXT\x01" + BANK + point(public["account"]), b"HC1-NEXT\x02" + b(3, 4) + point(public["user"])
out["next-key-message"], out["further-till-message"] = next_bank, next_till
for name, role, title, key, party, by, voucher in (("next-key-request", b"\x01", b"Bank", "account", BANK, "bank", next_bank),
                                                   ("further-till-request", b"\x02", b"Cafe", "user", b(3, 4), "till", next_till)):
    out[name] = tlv(0xF1, tlv(0xDD, role) + tlv(0xDF21, title) + tlv(0xD8, point(public[key]))
                    + tlv(0xD7, sign(secret[key], b"HC1-ENRL" + role + point(public[key]) + sha(title)))
                    + tlv(0xDF20, party) + tlv(0xD8, point(public[by])) + tlv(0xD7, sign(secret[by], voucher)))


def certificate(usage, holder, key):
    message = b"HC1-CERT" + bytes([usage]) + holder + NOT_BEFORE + NOT_AFTER + point(public[key])
    out[f"certificate-{key}-message"] = message
    return tlv(0xE2, tlv(0xD9, bytes([usage])) + tlv(0xDF20, holder) + tlv(0xDA, NOT_BEFORE) + tlv(0xDB, NOT_AFTER)
               + tlv(0xD8, point(public[key])) + tlv(0xD7, sign(secret["root"], message)))


# Data objects
coin = tlv(0xE0, tlv(0xC0, b"\x01") + tlv(0xC1, b"\x01") + tlv(0xC2, ISSUER) + tlv(0xC3, PS) + tlv(0xC4, X) + tlv(0xC5, EUR)
           + tlv(0xC6, nu) + tlv(0xC7, TM) + tlv(0xC8, EXPIRY) + tlv(0xC9, si))
keyed_coin = tlv(0xE0, tlv(0xC0, b"\x01") + tlv(0xC1, b"\x81") + tlv(0xC2, ISSUER) + tlv(0xC3, PS) + tlv(0xC4, X) + tlv(0xC5, EUR)
                 + tlv(0xC6, nu) + tlv(0xC7, TM) + tlv(0xC8, EXPIRY) + tlv(0xC9, keyed_si))
h = tlv(0xE1, coin + tlv(0xCA, SEQ) + tlv(0xCB, BALANCE) + tlv(0xCC, TIME) + tlv(0xCD, W) + tlv(0xCF, PAID) + tlv(0xD0, su))
cert_e, cert_c, cert_b = certificate(1, ISSUER, "encryption"), certificate(2, ISSUER, "coin"), certificate(4, BANK, "bank")
order = tlv(0xE3, tlv(0xD4, U) + tlv(0xD5, BANK) + tlv(0xC4, X) + tlv(0xC5, EUR) + tlv(0xC3, PE) + tlv(0xD2, ei)
            + tlv(0xDF78, ORDER) + tlv(0xD6, DATE) + tlv(0xD7, sign(secret["account"], areq)))
shown_order = (tlv(0xD4, U) + tlv(0xD5, BANK) + tlv(0xC4, X) + tlv(0xC5, EUR) + tlv(0xC3, PE) + tlv(0xDE, request)
               + tlv(0xDF78, ORDER) + tlv(0xD6, DATE) + tlv(0xD7, sign(secret["account"], areq)))
renunciation = tlv(0xD4, U) + tlv(0xD5, BANK) + tlv(0xDF78, ORDER) + tlv(0xD6, DATE) + tlv(0xD7, sign(secret["account"], reno))
bank_request = tlv(0xF0, tlv(0xD5, BANK) + tlv(0xC4, X) + tlv(0xC5, EUR) + tlv(0xC3, PE) + tlv(0xD2, ei)
                   + tlv(0xD6, DATE) + tlv(0xD7, sign(secret["bank"], breq)))
never_issued = tlv(0xE4, tlv(0xC2, ISSUER) + tlv(0xD5, BANK) + tlv(0xC4, X) + tlv(0xC5, EUR) + tlv(0xDE, request)
                   + tlv(0xDF25, b"\x03") + tlv(0xD6, DATE) + tlv(0xD7, sign(secret["statement"], never)))
receipt_object = tlv(0xE5, tlv(0xC2, ISSUER) + tlv(0xDE, payment_id) + tlv(0xDF24, b"\x0b") + tlv(0xCF, PAID) + tlv(0xC5, EUR)
                     + tlv(0xDF46, b(1000, 4)) + tlv(0xDF3C, b(200, 4)) + tlv(0xDF47, b(50, 4)) + tlv(0xDF3B, TIME) + tlv(0xDF48, b(2, 2)) + tlv(0xD6, DATE)
                     + tlv(0xD7, sign(secret["statement"], receipt)) + tlv(0xDF30, b"\x00"))
transfer_object = tlv(0xE6, tlv(0xC2, ISSUER) + tlv(0xDF23, b(5, 8)) + tlv(0xD5, BANK) + tlv(0xDF27, b"\x01") + tlv(0xDF28, bytes(32))
                      + tlv(0xDF22, b(123456, 8)) + tlv(0xC5, EUR) + tlv(0xD6, DATE) + tlv(0xD7, sign(secret["statement"], transfer)))
booking_object = tlv(0xFA, tlv(0xD5, BANK) + tlv(0xDF23, b(5, 8)) + tlv(0xDF25, b"\x04") + tlv(0xD6, DATE) + tlv(0xD7, sign(secret["bank"], parked)))
out["booking-statement"] = booking_object
position_object = tlv(0xFD, tlv(0xDD, b"\x02") + tlv(0xC2, ISSUER) + tlv(0xD5, BANK) + tlv(0xDF23, b(7, 8)) + tlv(0xDF60, b(5, 8)) + tlv(0xDF61, b(2, 8))
                      + tlv(0xDF62, b(3, 8)) + tlv(0xDF63, b"\x00") + tlv(0xD6, DATE) + tlv(0xD7, sign(secret["bank"], position)))
out["position"] = position_object
cert_s = certificate(3, ISSUER, "statement")
page = tlv(0xF6, h + out["submission-proof"] + receipt_object)
TERM, TOLERANCE, UNTIL = b(2592000, 4), b(86400, 4), b(1795424400000000 + 2592000000000, 8)
dossier_message = (b"HC1-DOSS" + ISSUER + coin_id + b(1, 4) + DATE + TERM + TOLERANCE + sha(m) + X + b(200, 8)
                   + sha(b"".join(point(public[k]) for k in ("encryption", "coin", "statement"))) + b(1, 4) + sha(sha(page)))
dossier = tlv(0xE7, tlv(0xC2, ISSUER) + tlv(0xDF2F, coin_id) + tlv(0xDF50, b(1, 4)) + tlv(0xD6, DATE) + tlv(0xDF51, TERM) + tlv(0xDF52, TOLERANCE)
              + tlv(0xC4, X) + tlv(0xDF53, b(200, 8)) + tlv(0xDF26, m) + cert_e + cert_c + cert_s + tlv(0xDF54, sha(page))
              + tlv(0xD7, sign(secret["statement"], dossier_message)))
content = order + tlv(0xDF3E, point(public["account"])) + tlv(0xDF21, NAME.encode()) + dossier + cert_b + tlv(0xD6, DATE)
evidence_message = b"HC1-EVID" + BANK + U + sha(NAME.encode()) + sha(content) + DATE
notice_message = b"HC1-NOTI" + BANK + U + coin_id + sha(content) + DATE + UNTIL
notice = tlv(0xF7, tlv(0xD5, BANK) + tlv(0xD4, U) + tlv(0xDF2F, coin_id) + tlv(0xDE, sha(content)) + tlv(0xD6, DATE) + tlv(0xDF56, UNTIL)
             + tlv(0xD7, sign(secret["bank"], notice_message)))
void_object = tlv(0xEB, tlv(0xDF2F, coin_id) + tlv(0xCA, SEQ) + tlv(0xDF3D, point(public["till"])) + tlv(0xD7, sw))
dead_object = tlv(0xEC, tlv(0xC2, ISSUER) + tlv(0xDF2E, payment_id) + tlv(0xDF2F, coin_id) + tlv(0xCA, SEQ) + tlv(0xCF, PAID)
                  + tlv(0xDF25, b"\x01") + tlv(0xD6, DATE) + tlv(0xD7, sign(secret["statement"], dead)))
stamp_message = b"HC1-STMP" + BANK + b"\x02" + sha(void_object + dead_object) + DATE
stamp = tlv(0xF8, tlv(0xDF20, BANK) + tlv(0xDD, b"\x02") + tlv(0xDE, sha(void_object + dead_object)) + tlv(0xD6, DATE)
            + tlv(0xD7, sign(secret["bank"], stamp_message)))
witness_message = b"HC1-STMP" + BANK + b"\x03" + sha(void_object + dead_object) + DATE
witness = tlv(0xF8, tlv(0xDF20, BANK) + tlv(0xDD, b"\x03") + tlv(0xDE, sha(void_object + dead_object)) + tlv(0xD6, DATE)
              + tlv(0xD7, sign(secret["bank"], witness_message)))
answer_message = b"HC1-ANSW" + payment_id + W + DATE + b"\x01" + sha(reversal)
out.update({
    "dossier-message": dossier_message, "dossier-page": page, "notice-message": notice_message, "notice": notice, "stamp-message": stamp_message, "stamp": stamp,
    "stamp-witness-message": witness_message, "stamp-witness": witness,
    "rebuttal": void_object + dead_object + cert_s + cert_b + stamp, "shop-answer-message": answer_message,
    "shop-answer": tlv(0xF9, tlv(0xDF2E, payment_id) + tlv(0xDF3D, point(public["till"])) + tlv(0xD6, DATE) + tlv(0xDD, b"\x01") + reversal + cert_s
                       + tlv(0xD7, sign(secret["till"], answer_message))),
    "certificate-statement": cert_s,
})
out.update({
    "coin": coin, "coin-issuer-keyed": keyed_coin, "payment": h, "certificate-encryption": cert_e, "certificate-coin": cert_c, "certificate-bank": cert_b,
    "account-request": order, "bank-request": bank_request, "never-issued": never_issued, "receipt": receipt_object,
    "transfer": transfer_object, "dossier": dossier, "evidence-message": evidence_message,
    "evidence": tlv(0xE8, content + tlv(0xD7, sign(secret["bank"], evidence_message)) + notice + reversal + page),
})

terms = EUR + b"\x01\x01\x04" + b"".join(b(n, 4) for n in (604800, 86400, 2592000, 86400, 86400, 86400)) + b(5000, 8) + b(20000, 8) + b(10000, 8)
grant = (tlv(0xC2, ISSUER) + tlv(0xDF20, BANK) + tlv(0xDF21, b"Bank") + tlv(0xD8, point(public["root"])) + tlv(0xDF45, terms)
         + tlv(0xDF44, b"\x30\x00") + cert_b + cert_e + cert_c)
out["grant-message"] = b"HC1-GRNT" + sha(grant)
out["enrolment-grant"] = tlv(0xF1, grant + tlv(0xD7, sign(secret["root"], out["grant-message"])))
shop_grant = (tlv(0xC2, ISSUER) + tlv(0xDF20, b(3, 4)) + tlv(0xDF21, b"Cafe") + tlv(0xD5, BANK) + tlv(0xDF28, sha(b"account"))
              + tlv(0xD8, point(public["root"])) + tlv(0xDF45, terms) + tlv(0xDF44, b"\x30\x00") + cert_e + cert_c)
out["shop-grant"] = tlv(0xF1, shop_grant + tlv(0xD7, sign(secret["root"], b"HC1-GRNT" + sha(shop_grant))))

# Commands and replies
AID = bytes.fromhex("F0484945524341534801")
entry = (tlv(0xDC, b"\x04") + tlv(0xCA, SEQ) + tlv(0xCB, BALANCE) + tlv(0xCC, TIME) + tlv(0xCD, W) + tlv(0xCF, PAID)
         + tlv(0xDF27, b"\x03") + tlv(0xD0, su))
dead_statement = tlv(0xEC, tlv(0xC2, ISSUER) + tlv(0xDF2E, payment_id) + tlv(0xDF2F, coin_id) + tlv(0xCA, SEQ) + tlv(0xCF, PAID)
                     + tlv(0xDF25, b"\x01") + tlv(0xD6, DATE) + tlv(0xD7, sign(secret["statement"], dead)))
pin, new_pin = b"1234\xff\xff\xff\xff", b"56789\xff\xff\xff"
CODE, NONCE, PUK = b"01234567890123456789", sha(b"nonce")[:16], b"12345678"
out["activation-code-message"] = code_message = b"HC1-CODE" + CODE
out["set-back-message"] = back_message = b"HC1-BACK" + BANK + NONCE + U + sha(code_message)
# What ACKNOWLEDGE LOG names: READ LOG's answer without Kind.
unmarked = tlv(0xDD, b"\x01") + entry.replace(tlv(0xDF27, b"\x03"), b"")
out.update({
    "select": apdu(0x00, 0xA4, 0x04, 0x00, AID),
    "select-reply": tlv(0x6F, tlv(0x84, AID) + tlv(0xA5, tlv(0xDF2D, b"\x02") + tlv(0xC0, b"\x01"))),
    "verify": apdu(0x00, 0x20, 0x00, 0x82, pin, le=False),
    "verify-payment-pin": apdu(0x00, 0x20, 0x00, 0x81, pin, le=False),
    "change-pin": apdu(0x00, 0x24, 0x00, 0x82, pin + new_pin, le=False),
    "change-payment-pin": apdu(0x00, 0x24, 0x01, 0x81, new_pin, le=False),
    "unblock-pin": apdu(0x00, 0x2C, 0x00, 0x82, PUK + new_pin, le=False),
    "begin-activation": apdu(0x80, 0x16, 0, 0, tlv(0xDF71, CODE)),
    "begin-activation-reply": tlv(0xDF72, PUK),
    "finish-activation": apdu(0x80, 0x18, 0, 0, tlv(0xDF72, PUK) + tlv(0xDF73, pin) + tlv(0xDF74, new_pin)),
    "get-nonce": apdu(0x80, 0x1A, 0, 0),
    "get-nonce-reply": tlv(0xDF75, NONCE),
    "set-back": apdu(0x80, 0x1C, 0, 0, tlv(0xDE, sha(code_message)) + tlv(0xD7, sign(secret["bank"], back_message))),
    "get-status": apdu(0x80, 0x10, 0, 0),
    "get-status-reply": tlv(0xDD, b"\x02") + tlv(0xDF2D, b"\x02") + tlv(0xDF29, b"\x03") + tlv(0xDF70, b"\x02") + tlv(0xDF2A, b"\x0a")
    + tlv(0xDF32, sha(point(public["root"]))) + tlv(0xD4, U) + tlv(0xD5, BANK) + tlv(0xC5, EUR) + tlv(0xDF2B, b(10000, 4))
    + tlv(0xDF2C, b(1250, 4)) + tlv(0xDF76, b"\x05") + tlv(0xDF40, b"\x10") + tlv(0xDF3F, b"\x40")
    + tlv(0xDF77, b"\x07"),
    "personalise": apdu(0x80, 0x12, 0, 0, tlv(0xD8, point(public["root"])) + tlv(0xD5, BANK) + tlv(0xC5, EUR) + tlv(0xDF2B, b(10000, 4)) + tlv(0xDE, sha(code_message))),
    "personalise-reply": tlv(0xDF3E, point(public["account"])),
    "put-certificate": apdu(0x80, 0x14, 0, 0, cert_e),
    "begin-withdrawal": apdu(0x80, 0x20, 0, 0, tlv(0xC4, X) + tlv(0xC5, EUR) + tlv(0xC3, PE)),
    "begin-withdrawal-same-key": apdu(0x80, 0x20, 1, 4, tlv(0xC4, X) + tlv(0xC5, EUR) + tlv(0xC3, PE)),
    "begin-withdrawal-again": apdu(0x80, 0x20, 2, 4),
    "begin-withdrawal-reply": tlv(0xDC, b"\x04") + tlv(0xD2, ei),
    "authorise-withdrawal": apdu(0x80, 0x22, 4, 0, tlv(0xD6, DATE)),
    "authorise-withdrawal-reply": tlv(0xC3, PE) + tlv(0xDE, request) + tlv(0xDF78, ORDER) + tlv(0xD7, sign(secret["account"], areq)),
    "renounce-order": apdu(0x80, 0x28, 0, 0, tlv(0xDF78, ORDER) + tlv(0xD6, DATE)),
    "renounce-order-reply": tlv(0xD7, sign(secret["account"], reno)),
    "finish-withdrawal": apdu(0x80, 0x24, 4, 0, tlv(0xD3, ek)),
    "release-withdrawal": apdu(0x80, 0x26, 4, 0, never_issued),
    "get-cash": apdu(0x80, 0x30, 0, 0, tlv(0xCC, TIME) + tlv(0xCF, PAID) + tlv(0xC5, EUR)),
    "get-cash-reply": coin + tlv(0xCB, BALANCE),
    "pay-fast": apdu(0x80, 0x32, 0, 0, tlv(0xCC, TIME) + tlv(0xCD, W) + tlv(0xCF, PAID) + tlv(0xC5, EUR)),
    "pay-fast-reply": coin + tlv(0xCA, SEQ) + tlv(0xCB, BALANCE) + tlv(0xD0, su),
    "pay-claim": apdu(0x80, 0x32, 1, 0, tlv(0xCC, TIME) + tlv(0xCD, W) + tlv(0xCE, e) + tlv(0xCF, PAID) + tlv(0xC5, EUR)),
    "pay-claim-reply": tlv(0xCA, SEQ) + tlv(0xCB, BALANCE) + tlv(0xD1, b(1000, 4)) + tlv(0xD0, su),
    "pay-repeat": apdu(0x80, 0x32, 2, 0, tlv(0xCC, TIME) + tlv(0xCD, W) + tlv(0xCF, PAID) + tlv(0xC5, EUR)),
    "confirm": apdu(0x80, 0x34, 0, 0, tlv(0xDF2F, coin_id) + tlv(0xCA, SEQ)),
    "void": apdu(0x80, 0x36, 0, 0, tlv(0xDF2F, coin_id) + tlv(0xCA, SEQ) + tlv(0xDF3D, point(public["till"])) + tlv(0xD7, sw)),
    "show-payment": apdu(0x80, 0x3A, 0, 0, tlv(0xDF2F, coin_id) + tlv(0xCA, SEQ) + tlv(0xCB, BALANCE) + tlv(0xCC, TIME) + tlv(0xCD, W) + tlv(0xCF, PAID) + tlv(0xD0, su)),
    "close": apdu(0x80, 0x3C, 4, 0, tlv(0xCC, TIME)),
    "get-coin": apdu(0x80, 0x40, 4, 0),
    "get-coin-reply": tlv(0xDD, b"\x02") + tlv(0xDF78, ORDER) + tlv(0xCA, SEQ) + coin + tlv(0xCB, BALANCE),
    "get-coin-reply-pending": tlv(0xDD, b"\x01") + tlv(0xDF78, bytes(4)) + tlv(0xC4, X) + tlv(0xC5, EUR) + tlv(0xC3, PE),
    "get-balance": apdu(0x80, 0x42, 0, 0),
    "get-balance-reply": tlv(0xDF22, b(4200, 8)) + tlv(0xC5, EUR),
    "read-log": apdu(0x80, 0x44, 63, 0),
    "read-log-reply": tlv(0xDD, b"\x01") + entry,
    "read-log-reply-voided": tlv(0xDD, b"\x02") + entry + tlv(0xDF3D, point(public["till"])) + tlv(0xD7, sw),
    "read-log-reply-dead": tlv(0xDD, b"\x02") + entry + tlv(0xC2, ISSUER) + tlv(0xDF25, b"\x01") + tlv(0xD6, DATE)
    + tlv(0xD7, sign(secret["statement"], dead)),
    "acknowledge-log": apdu(0x80, 0x46, 63, 0, tlv(0xDE, sha(unmarked))),
    "dead-statement": dead_statement,
    "restore": apdu(0x80, 0x38, 0, 0, dead_statement),
    "authorise-lost-card": apdu(0x80, 0x48, 0, 0, tlv(0xD6, DATE)),
})


# Link frames
def frame(kind, message_type, body_):
    payload = b"\x03" + bytes([kind]) + b(77, 8) + b(message_type, 2) + (DATE if kind == 2 else b"") + body_
    return b(len(payload), 4) + payload


out.update({
    "frame-withdraw": frame(1, 0x0101, order),
    "frame-withdraw-reply": frame(2, 0x0102, tlv(0xD3, ek)),
    "frame-withdraw-reply-never": frame(2, 0x0102, never_issued + tlv(0xDF43, b"no")),
    "frame-withdraw-reply-pending": frame(2, 0x0102, b""),
    "frame-certificates": frame(1, 0x0103, b""),
    "frame-certificates-reply": frame(2, 0x0104, cert_e + cert_c),
    "frame-show-order": frame(1, 0x010F, shown_order),
    "frame-show-order-reply": frame(2, 0x0110, b""),
    "frame-show-order-reply-waits": frame(2, 0x0110, tlv(0xDF56, DATE)),
    "frame-renounce": frame(1, 0x0111, renunciation),
    "frame-renounce-reply": frame(2, 0x0112, tlv(0xDF56, DATE)),
    "frame-issue": frame(1, 0x0201, bank_request),
    "frame-withhold": frame(1, 0x0203, bank_request),
    "frame-issue-reply": frame(2, 0x0202, tlv(0xD3, ek)),
    "frame-instructions": frame(1, 0x0205, tlv(0xDF23, b(4, 8))),
    "frame-instructions-parked": frame(1, 0x0205, tlv(0xDF23, b(5, 8)) + booking_object),
    "frame-instructions-reply": frame(2, 0x0206, transfer_object),
    "frame-agree": frame(1, 0x0217, position_object),
    "frame-agree-reply": frame(2, 0x0218, position_object),
    "frame-notices": frame(1, 0x0109, tlv(0xD4, U)),
    "frame-notices-reply": frame(2, 0x010A, notice),
    "frame-accusation": frame(1, 0x010D, tlv(0xD4, U) + tlv(0xDF2F, coin_id)),
    "frame-accusation-reply": frame(2, 0x010E, tlv(0xD8, point(public["root"])) + tlv(
        0xE8, content + tlv(0xD7, sign(secret["bank"], evidence_message)) + notice)),
    "frame-accusation-page": frame(1, 0x010D, tlv(0xD4, U) + tlv(0xDF2F, coin_id) + tlv(0xDF55, b(0, 4))),
    "frame-accusation-page-reply": frame(2, 0x010E, page),
    "frame-rebut": frame(1, 0x010B, tlv(0xDF2F, coin_id) + out["rebuttal"]),
    "frame-rebut-reply": frame(2, 0x010C, stamp + cert_b + tlv(0xDD, b"\x02")),
    "frame-dossiers": frame(1, 0x0207, b""),
    "frame-dossiers-after": frame(1, 0x0207, tlv(0xDF2F, coin_id)),
    "frame-dossiers-reply": frame(2, 0x0208, dossier),
    "frame-dossier-outcome": frame(1, 0x0209, tlv(0xDF2F, coin_id) + tlv(0xDF50, b(1, 4)) + tlv(0xDF24, b"\x06")),
    "frame-dossier-page": frame(1, 0x0213, tlv(0xDF2F, coin_id) + tlv(0xDF50, b(1, 4)) + tlv(0xDF55, b(0, 4))),
    "frame-dossier-page-reply": frame(2, 0x0214, page),
    "frame-case-reversals": frame(1, 0x0215, tlv(0xDF23, b(4, 8))),
    "frame-case-reversals-reply": frame(2, 0x0216, tlv(0xDF23, b(5, 8)) + tlv(0xDF2F, coin_id) + reversal),
    "frame-stamp-rebuttal": frame(1, 0x0407, tlv(0xDE, sha(void_object + dead_object))),
    "frame-stamp-rebuttal-reply": frame(2, 0x0408, stamp),
    "frame-settle": frame(1, 0x0301, submission + h + h),
    "frame-forward-void": frame(1, 0x0307, h + tlv(0xEB, tlv(0xDF2F, coin_id) + tlv(0xCA, SEQ) + tlv(0xDF3D, point(public["till"])) + tlv(0xD7, sw))),
    "frame-forward-void-reply": frame(2, 0x0308, reversal),
    "frame-hot-list": frame(1, 0x0305, tlv(0xDF23, b(8, 8)) + tlv(0xCD, W) + tlv(0xD6, DATE) + tlv(0xCC, b(0, 8))),
    "frame-settle-reply": frame(2, 0x0302, receipt_object),
    "frame-revoked": frame(2, 0x0000, tlv(0xDF25, b"\x0e") + tlv(0xDF43, b"no") + tlv(0xD6, DATE)),
    "frame-order-missing": frame(2, 0x0000, tlv(0xDF25, b"\x10") + tlv(0xDF43, b"no") + tlv(0xDF78, ORDER)),
    "frame-order-renounced": frame(2, 0x0000, tlv(0xDF25, b"\x11") + tlv(0xDF43, b"no") + tlv(0xDF56, DATE)),
    "frame-refusal": frame(2, 0x0000, tlv(0xDF25, b"\x0c") + tlv(0xDF43, b"no")),
})

print(json.dumps({
    "about": "Computed by make.py, which shares no code with the reference implementation. Secret keys are SHA-256 of their names modulo the group order; "
             "signatures have the nonces of RFC 6979.",
    "secret": {name: b(d, 32).hex() for name, d in secret.items()},
    "seed": SEED.hex(),
    "vectors": {name: value.hex() for name, value in out.items()},
}, indent=1))
