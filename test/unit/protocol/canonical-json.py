"""Writes each tagged value of standard input, one a line, as json.dumps does. The tags leave nothing to a JSON reader."""

import json
import struct
import sys


def value_of(tagged):
    tag, content = tagged
    match tag:
        case "null":
            return None
        case "boolean":
            return content
        case "integer":
            return int(content)
        case "float":
            return struct.unpack(">d", bytes.fromhex(content))[0]
        case "text":
            return bytes.fromhex(content).decode("utf-8")
        case "array":
            return [value_of(item) for item in content]
        case "object":
            return {bytes.fromhex(key).decode("utf-8"): value_of(item) for key, item in content}
    raise ValueError(tag)


for line in sys.stdin:
    print(json.dumps(value_of(json.loads(line)), sort_keys=True, separators=(",", ":")))
