#!/usr/bin/env python3
"""Verifies an export of Concordat's audit log, or the proof of one entry, with nothing but Python.

verify.py FILE VKEY    FILE: made by `audit export --proofs`, or a .tlog-proof. Exit 0 when it holds, 1 when not.
"""
import base64, hashlib, json, sys
from hashlib import sha256

P = 2**255 - 19  # RFC 8032 5.1: the field, the order of the group, d of the curve
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P

def need(holds, why):
    if not holds:
        raise ValueError(why)

def add(p, q):  # RFC 8032 5.1.4, extended coordinates
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * p[3] * q[3] * D, 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P

def times(k, p):
    q = (0, 1, 1, 0)
    for bit in bin(k)[2:]:
        q = add(add(q, q), p) if bit == "1" else add(q, q)
    return q

def same(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0

def point(data):  # RFC 8032 5.1.3; points of small order are refused
    y, sign = int.from_bytes(data, "little") & (2**255 - 1), data[31] >> 7
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    need(y < P and (x * x - x2) % P == 0 and (x or not sign), "a point is not on the curve")
    x = P - x if x & 1 != sign else x
    p = (x, y, 1, x * y % P)
    need(not same(times(8, p), (0, 1, 1, 0)), "a point has small order")
    return p

BASE = point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
def signed(key, message, signature):  # RFC 8032 5.1.7, without the cofactor
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    need(len(signature) == 64 and s < L, "a signature is malformed")
    k = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L
    need(same(times(s, BASE), add(point(r), times(k, point(key)))), "the checkpoint's signature does not verify")

def b64(text, length=None):
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text and length in (None, len(data)), "base64 is malformed")
    return data

def checkpoint(note, vkey):  # c2sp.org/signed-note and c2sp.org/tlog-checkpoint
    name, key_id, encoded = vkey.split("+", 2)
    key = b64(encoded, 33)
    need(key[0] == 1 and sha256(name.encode() + b"\n" + key).digest()[:4].hex() == key_id, "the vkey is malformed")
    text, _, lines = note.rpartition("\n\n")
    need(lines.endswith("\n") and all(c == "\n" or c >= " " for c in note), "the checkpoint is malformed")
    dashes, names, blobs = zip(*(line.split(" ") for line in lines[:-1].split("\n")))
    ours = [blob[4:] for who, blob in zip(names, map(b64, blobs)) if (who, blob[:4].hex()) == (name, key_id)]
    need(set(dashes) == {"\u2014"} and ours, "the key has not signed the checkpoint")
    for signature in ours:
        signed(key[1:], f"{text}\n".encode(), signature)
    origin, size, root = text.split("\n")
    need(origin == name and size == str(int(size)) and int(size) >= 0, "the checkpoint is malformed")
    return int(size), b64(root, 32)

def node(left, right):  # RFC 6962 2.1
    return sha256(b"\1" + left + right).digest()

def root_of(hashes):  # RFC 6962 2.1: pair by pair, an odd one goes up alone
    while len(hashes) > 1:
        hashes = [node(*hashes[i:i + 2]) if hashes[i + 1:] else hashes[i] for i in range(0, len(hashes), 2)]
    return hashes[0] if hashes else sha256(b"").digest()

def led_to(index, size, value, proof):  # RFC 6962 2.1.1, from the root down
    need(0 <= index < size and (size > 1 or not proof), "the proof is not of this index and size")
    if size == 1:
        return value
    left = 1 << (size - 1).bit_length() - 1
    *rest, last = proof
    if index < left:
        return node(led_to(index, left, value, rest), b64(last, 32))
    return node(b64(last, 32), led_to(index - left, size - left, value, rest))

def canonical(value):  # one spelling of each value
    return json.dumps(value, sort_keys=True, separators=(",", ":"))

def parsed(text):
    value = json.loads(text)
    need(canonical(value) == text, "JSON is not canonical")
    return value

def leaf_at(index, data):
    leaf = parsed(data.decode("ascii"))
    need(leaf["index"] == index and leaf["version"] == 1, "the leaf is of another index")
    return leaf, sha256(b"\0" + data).digest()

def verify_proof(text, vkey):  # c2sp.org/tlog-proof
    head, note = text.split("\n\n", 1)
    first, extra, index, *proof = head.split("\n")
    need((first, extra[:6], index) == ("c2sp.org/tlog-proof@v1", "extra ", f"index {int(index[6:])}"), "the proof is malformed")
    size, root = checkpoint(note, vkey)
    leaf, value = leaf_at(int(index[6:]), b64(extra[6:]))
    need(led_to(leaf["index"], size, value, proof) == root, "the proof leads elsewhere")
    return f"entry {leaf['index']} of {size}: {leaf['event_type']} {leaf['created_at']}"

def verify_entry(entry, whole, size, root):
    leaf, value = leaf_at(entry["i"], b64(entry["leaf"]))
    need(b64(entry["hash"]) == value, "the leaf and its hash disagree")
    need(entry["proof"] == [] if whole else led_to(entry["i"], size, value, entry["proof"]) == root, "the proof leads elsewhere")
    for field, shown in entry["disclose"].items():
        opened = sha256(b64(shown["salt"], 16) + f"\0{field}\0{canonical(shown['value'])}".encode()).digest()
        need(leaf["commitments"].get(field) == base64.b64encode(opened).decode(), f"{field} is not what was committed to")
    return value

def verify_export(text, vkey):  # docs/audit-log.md
    lines = text.split("\n")
    need(lines.pop() == "" and len(lines) > 1, "the file is cut short")
    header, hashes = parsed(lines[0]), []
    need(header["type"] == "header" and header["format"] == "audit-export/1", "the header is malformed")
    need(header["vkey"] == vkey and header["origin"] == vkey.split("+")[0], "the header names another key")
    size, root = checkpoint(header["checkpoint"], vkey)
    (following, end), complete = header["range"], header["complete"]
    whole = complete and (following, end) == (0, size)
    for line in lines[1:-1]:
        try:
            entry = parsed(line)
            need(entry["i"] == following or (following < entry["i"] and not complete), f"it is entry {entry['i']}")
            hashes.append(verify_entry(entry, whole, size, root))
        except Exception as error:
            raise ValueError(f"entry {following}: {error}")
        following = entry["i"] + 1
    need(following == end or (following < end and not complete), f"entry {following} is missing")
    need(not whole or root_of(hashes) == root, "the entries do not make the checkpoint's root")
    before = "".join(line + "\n" for line in lines[:-1]).encode()
    footer = {"type": "footer", "count": len(hashes), "sha256": sha256(before).hexdigest()}
    need(lines[-1] == canonical(footer), "the footer does not fit")
    return f"{len(hashes)} entries of {header['origin']}, {size} in all"

try:
    content = open(sys.argv[1], encoding="utf-8", newline="").read()
    judge = verify_proof if content.startswith("c2sp.org/") else verify_export
    print("VERIFIED", judge(content, sys.argv[2]))
except Exception as error:
    sys.exit(f"REFUSED {error}")
