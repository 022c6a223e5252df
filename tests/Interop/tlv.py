"""BER-TLV of apdu-spec/README.md, "Data objects": definite lengths, objects in the listed order, each once."""

import pathlib
import re

README = pathlib.Path(__file__).resolve().parents[2] / "apdu-spec" / "README.md"

# The table of the specification is the only list of tags: | C9 | `SI` | 64 | ...
TAGS = {name: int(tag, 16) for tag, name in re.findall(r"^\| ([0-9A-F]{2,4}) \| `(\w+)` \|", README.read_text(), re.MULTILINE)}
NAMES = {tag: name for name, tag in TAGS.items()}


class Wrong(Exception):
    """The bytes are not what the specification says."""


def obj(name, value):
    """Encodes one object; an int is refused, because its width would be a guess."""
    tag = TAGS[name]
    head = tag.to_bytes(2 if tag > 0xFF else 1, "big")
    n = len(value)
    length = bytes([n]) if n < 0x80 else bytes([0x81, n]) if n < 0x100 else b"\x82" + n.to_bytes(2, "big")
    return head + length + value


def parse(data):
    """All objects of a data field as a list of (name, value)."""
    found = []
    while data:
        size = 2 if data[0] & 0x1F == 0x1F else 1
        tag = int.from_bytes(data[:size], "big")
        if tag not in NAMES or len(data) <= size:
            raise Wrong(f"tag {tag:X}")
        n, at = data[size], size + 1
        if n > 0x80:
            more = n & 0x7F
            n, at = int.from_bytes(data[at:at + more], "big"), at + more
        elif n == 0x80:
            raise Wrong("indefinite length")
        if len(data) < at + n:
            raise Wrong(f"{NAMES[tag]} is cut short")
        found.append((NAMES[tag], data[at:at + n]))
        data = data[at + n:]
    return found


def fields(data, *names):
    """The values of exactly these objects in this order; a name in brackets, as "[PartPaid]", may be absent (None)."""
    objects, values = parse(data), []
    for name in names:
        optional = name.startswith("[")
        name = name.strip("[]")
        if objects and objects[0][0] == name:
            values.append(objects.pop(0)[1])
        elif optional:
            values.append(None)
        else:
            raise Wrong(f"{name} is missing: {objects[:1]}")
    if objects:
        raise Wrong(f"{objects[0][0]} is too much")
    return values
