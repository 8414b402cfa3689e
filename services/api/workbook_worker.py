"""The process that reads and writes workbooks: beside the api, so that it takes nothing from it.

`read`: a workbook comes in, its rows go out. `write`: rows come in, a workbook goes out. It is nicer
than most, has a bound on its memory and on its time, and nothing but what it is given.
"""

import os
import resource
import sys
from datetime import date

import msgspec

from services.api.sheet import BadSheet
from services.api.workbook import workbook_rows, write_workbook
from services.api.workbook_apart import TOO_MUCH, Sheetful, Table

CPU_S = 120
"""Ten times what the largest workbook takes."""
NICE = 5
MEMORY_BYTES = 2**30


def main() -> None:
    """Do one job and end."""
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    given = sys.stdin.buffer.read()
    if sys.argv[1] == "read":
        said = msgspec.json.encode(_read(given))
    else:
        table = msgspec.json.decode(given, type=Table)
        said = write_workbook(table.header, table.rows)
    sys.stdout.buffer.write(said)
    sys.stdout.buffer.flush()


def _read(payload: bytes) -> Sheetful:
    try:
        rows = [
            (number, [c.toordinal() if isinstance(c, date) else c for c in cells])
            for number, cells in workbook_rows(payload)
        ]
    except BadSheet as error:
        return Sheetful(bad=str(error))
    except MemoryError:
        return Sheetful(bad=TOO_MUCH)
    return Sheetful(rows)


if __name__ == "__main__":
    main()
