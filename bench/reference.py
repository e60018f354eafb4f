"""Puts signed treaties, one a line, into a new database of the reference, by its own code."""

import sys

from genesis_mesh import strict_json
from genesis_mesh.models import RecognitionTreaty
from genesis_mesh.na_service.db import NADatabase


def main():
    database = NADatabase(sys.argv[1])
    database.migrate()
    # Only while it is filled: 10,000 flushes of the disk are no part of what is measured.
    database.conn.execute("PRAGMA synchronous = OFF")
    for line in sys.stdin:
        database.save_recognition_treaty(RecognitionTreaty.model_validate(strict_json.loads(line)))
    database.conn.close()


if __name__ == "__main__":
    main()
