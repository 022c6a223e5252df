"""The wallet's commands, each from its page in apdu-spec, over pyscard."""

from smartcard.CardConnection import CardConnection
from smartcard.System import readers

from cash import EUR, Coin
from suite import sha256
from tlv import Wrong, fields, obj, parse

AID = bytes.fromhex("F0484945524341534801")


class Refused(Exception):
    def __init__(self, sw, command):
        super().__init__(f"{sw:04X} to {command}")
        self.sw = sw


class Card:
    def __init__(self, reader):
        found = [r for r in readers() if reader in str(r)]
        if not found:
            raise SystemExit(f"no reader '{reader}' among {readers()}")
        self.connection = found[0].createConnection()
        self.connection.connect(CardConnection.T1_protocol)
        self.sent = 0

    def atr(self):
        return bytes(self.connection.getATR())

    def raw(self, apdu):
        """Response data and status word."""
        data, sw1, sw2 = self.connection.transmit(list(apdu))
        self.sent += 1
        return bytes(data), sw1 << 8 | sw2

    def send(self, cla, ins, p1=0, p2=0, data=b"", le=True):
        apdu = bytes([cla, ins, p1, p2]) + (bytes([len(data)]) + data if data else b"") + (b"\0" if le else b"")
        answer, sw = self.raw(apdu)
        if sw != 0x9000:
            raise Refused(sw, apdu[:4].hex())
        return answer

    def select(self):
        return self.send(0x00, 0xA4, 0x04, 0, AID)

    @staticmethod
    def pin_block(pin):
        return pin.encode().ljust(8, b"\xff")

    def verify(self, pin):
        """The holder PIN."""
        self.send(0x00, 0x20, 0, 0x82, self.pin_block(pin), le=False)

    def verify_payment(self, pin):
        self.send(0x00, 0x20, 0, 0x81, self.pin_block(pin), le=False)

    def change_payment_pin(self, pin):
        self.send(0x00, 0x24, 1, 0x81, self.pin_block(pin), le=False)

    def unblock(self, puk, pin):
        self.send(0x00, 0x2C, 0, 0x82, self.pin_block(puk) + self.pin_block(pin), le=False)

    def begin_activation(self, code):
        return fields(self.send(0x80, 0x16, 0, 0, obj("ActivationCode", code)), "Puk")[0].decode()

    def finish_activation(self, puk, payment, holder):
        self.send(0x80, 0x18, 0, 0, obj("Puk", self.pin_block(puk)) + obj("PaymentPin", self.pin_block(payment)) + obj("HolderPin", self.pin_block(holder)))

    def nonce(self):
        return fields(self.send(0x80, 0x1A), "Nonce")[0]

    def set_back(self, code_hash, signature):
        self.send(0x80, 0x1C, 0, 0, obj("Digest", code_hash) + obj("Signature", signature))

    def status(self):
        return self.send(0x80, 0x10)

    def personalise(self, root, b, limit, code_hash):
        data = obj("PublicKey", root) + obj("B", b) + obj("Currency", EUR) + obj("NoPinLimit", limit) + obj("Digest", code_hash)
        return fields(self.send(0x80, 0x12, 0, 0, data), "AccountKey")[0]

    def put_certificate(self, certificate):
        self.send(0x80, 0x14, 0, 0, certificate)

    def begin(self, x, pe_i_id, same_key_as=None):
        data = obj("FaceValue", x) + obj("Currency", EUR) + obj("KeyId", pe_i_id)
        slot, ei = fields(self.send(0x80, 0x20, 0 if same_key_as is None else 1, same_key_as or 0, data), "Slot", "EI")
        return slot[0], ei

    def begin_without_key(self, x, pe_i_id):
        return [v if n == "EI" else v[0] for n, v in zip(("Slot", "EI"), fields(self.send(0x80, 0x20, 3, 0, obj("FaceValue", x) + obj("Currency", EUR) + obj("KeyId", pe_i_id)), "Slot", "EI"))]

    def again(self, slot):
        return fields(self.send(0x80, 0x20, 2, slot), "Slot", "EI")[1]

    def authorise(self, slot, date):
        """(key id of PE_I, request id, number of the order, signature)"""
        return fields(self.send(0x80, 0x22, slot, 0, obj("Date", date)), "KeyId", "Digest", "OrderNumber", "Signature")

    def renounce(self, number, date):
        return fields(self.send(0x80, 0x28, 0, 0, obj("OrderNumber", number) + obj("Date", date)), "Signature")[0]

    def finish(self, slot, ek):
        self.send(0x80, 0x24, slot, 0, obj("EK", ek))

    def release(self, slot, never):
        self.send(0x80, 0x26, slot, 0, never)

    def get_cash(self, when, y):
        coin, balance = fields(self.send(0x80, 0x30, 0, 0, obj("Time", when) + obj("Payment", y) + obj("Currency", EUR)), "Coin", "Balance")
        return Coin(coin), balance

    def pay_fast(self, when, w, y):
        """(coin, seq, x, y_i, S_U)"""
        data = obj("Time", when) + obj("W", w) + obj("Payment", y) + obj("Currency", EUR)
        coin, seq, x, part, su = fields(self.send(0x80, 0x32, 0, 0, data), "Coin", "Seq", "Balance", "[PartPaid]", "SU")
        return Coin(coin), seq, x, part or y, su

    def pay_again(self, when, w, y):
        """What was signed before, as pay_fast gives it; 6A88 if nothing was."""
        data = obj("Time", when) + obj("W", w) + obj("Payment", y) + obj("Currency", EUR)
        coin, seq, x, part, su = fields(self.send(0x80, 0x32, 2, 0, data), "Coin", "Seq", "Balance", "[PartPaid]", "SU")
        return Coin(coin), seq, x, part or y, su

    def pay_claim(self, when, w, e, y):
        data = obj("Time", when) + obj("W", w) + obj("E", e) + obj("Payment", y) + obj("Currency", EUR)
        seq, x, part, su = fields(self.send(0x80, 0x32, 1, 0, data), "Seq", "Balance", "[PartPaid]", "SU")
        return seq, x, part or y, su

    def confirm(self, coin_id, seq):
        self.send(0x80, 0x34, 0, 0, obj("CoinId", coin_id) + obj("Seq", seq))

    def void(self, coin_id, seq, till_key, sw):
        self.send(0x80, 0x36, 0, 0, obj("CoinId", coin_id) + obj("Seq", seq) + obj("TillKey", till_key) + obj("Signature", sw))

    def show_payment(self, coin_id, seq, x, when, w, y, su):
        data = obj("CoinId", coin_id) + obj("Seq", seq) + obj("Balance", x) + obj("Time", when) + obj("W", w) + obj("Payment", y) + obj("SU", su)
        self.send(0x80, 0x3A, 0, 0, data)

    def close(self, slot, when):
        coin, seq, x, su = fields(self.send(0x80, 0x3C, slot, 0, obj("Time", when)), "Coin", "Seq", "Balance", "SU")
        return Coin(coin), seq, x, su

    def coin(self, slot):
        """(state, seq, coin, x); of a slot without a coin only the state."""
        answer = self.send(0x80, 0x40, slot)
        state = answer[2]
        if state not in (2, 3, 4):
            return state, None, None, None
        _, _, seq, coin, x = fields(answer, "State", "OrderNumber", "Seq", "Coin", "Balance")
        return state, seq, Coin(coin), x

    def balance(self):
        total, currency = fields(self.send(0x80, 0x42), "Total", "Currency")
        if currency != EUR:
            raise Wrong("currency")
        return int.from_bytes(total, "big")

    def log(self, index):
        """None if free, else (state, slot, seq, x, time, w, y, flags, S_U)."""
        answer = self.send(0x80, 0x44, index)
        if answer[2] == 0:
            return None
        state, slot, seq, x, when, w, y, kind, su = fields(answer, "State", "Slot", "Seq", "Balance", "Time", "W", "Payment", "Kind", "SU", *(["TillKey", "Signature"] if answer[2] == 2 else []))[:9]
        return state[0], slot[0], seq, x, when, w, y, kind[0], su

    def content(self, index):
        """The hash of READ LOG's answer without Kind."""
        answer = self.send(0x80, 0x44, index)
        return sha256(b"".join(obj(name, value) for name, value in parse(answer) if name != "Kind"))

    def acknowledge(self, index, content):
        self.send(0x80, 0x46, index, 0, obj("Digest", content))
