"""Cipher suite 1 of apdu-spec/suite.md, over python3-cryptography."""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hmac, padding, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF

P256 = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def secret_key(scalar=None):
    return ec.derive_private_key(int.from_bytes(scalar, "big"), P256) if scalar else ec.generate_private_key(P256)


def scalar_bytes(key):
    return key.private_numbers().private_value.to_bytes(32, "big")


def public_bytes(key, compressed=False):
    key = key.public_key() if hasattr(key, "public_key") else key
    form = serialization.PublicFormat.CompressedPoint if compressed else serialization.PublicFormat.UncompressedPoint
    return key.public_bytes(serialization.Encoding.X962, form)


def sign(key, message):
    r, s = utils.decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def verify(public, message, signature):
    """public: 33 or 65 bytes."""
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(P256, public)
        der = utils.encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
        key.verify(der, message, ec.ECDSA(hashes.SHA256()))
        return len(signature) == 64
    except (InvalidSignature, ValueError):
        return False


def key_id(public):
    return sha256(public)[:4]


def identity16(public):
    """W of a till key, U of an account key: left 16 of the hash of the 65 bytes."""
    return sha256(public)[:16]


def f(time, w):
    return sha256(b"HC1-CHAL", time, w)[:16]


def g(kind, nu):
    return nu if kind == 0 else b"\0" + sha256(nu)


def _aes(key, data, decrypt=False):
    cipher = Cipher(algorithms.AES(key), modes.CBC(bytes(16)))
    pad = padding.PKCS7(128)
    if decrypt:
        clear = cipher.decryptor()
        strip = pad.unpadder()
        return strip.update(clear.update(data) + clear.finalize()) + strip.finalize()
    fill = pad.padder()
    enc = cipher.encryptor()
    return enc.update(fill.update(data) + fill.finalize()) + enc.finalize()


def _hmac(key, data):
    mac = hmac.HMAC(key, hashes.SHA256())
    mac.update(data)
    return mac.finalize()


def _ecies_keys(z, recipient_id, big_r):
    keys = X963KDF(algorithm=hashes.SHA256(), length=48, sharedinfo=b"HC1-ECIE" + recipient_id + big_r).derive(z)
    return keys[:16], keys[16:]


def ecies_encrypt(public, m):
    """E_I: deterministic, so that the opening m proves what E_I holds."""
    for counter in range(1 << 32):
        r = int.from_bytes(sha256(b"HC1-ECIR", counter.to_bytes(4, "big"), m), "big")
        if 0 < r < ORDER:
            break
    secret = ec.derive_private_key(r, P256)
    big_r = b"\x02" + public_bytes(secret)[1:33]
    z = secret.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(P256, public))
    aes, mac = _ecies_keys(z, key_id(public), big_r)
    body = _aes(aes, m)
    return big_r + body + _hmac(mac, body)


def ecies_decrypt(secret, ei):
    """m, or None: all ways to be wrong get one answer. The issuer enciphers m again and wants the same bytes."""
    public = public_bytes(secret)
    big_r, body, mac_value = ei[:33], ei[33:-32], ei[-32:]
    try:
        z = secret.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(P256, big_r))
        aes, mac = _ecies_keys(z, key_id(public), big_r)
        m = _aes(aes, body, decrypt=True) if _hmac(mac, body) == mac_value else None
    except ValueError:
        return None
    return m if m is not None and ecies_encrypt(public, m) == ei else None


def cash_encrypt(seed, plain):
    body = _aes(sha256(b"HC1-EKEN", seed)[:16], plain)
    return body + _hmac(sha256(b"HC1-EKMA", seed), body)


def cash_decrypt(seed, ek):
    body, mac = ek[:-32], ek[-32:]
    return _aes(sha256(b"HC1-EKEN", seed)[:16], body, decrypt=True) if _hmac(sha256(b"HC1-EKMA", seed), body) == mac else None
