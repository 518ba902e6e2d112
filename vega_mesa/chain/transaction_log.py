"""Everything that was ever sent: with the genesis it is the run.

On disk a log is JSON lines: the genesis; one line a transaction ``{"height", "party", "nonce", "command"}`` in the
order of execution; and at the end the height that was reached and the state hash there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from vega_mesa.chain.commands import decode, encode
from vega_mesa.chain.genesis import Genesis
from vega_mesa.errors import StoreError, VegaMesaError

FORMAT: Final = "vega_mesa log 1"


LogEntry = tuple[int, str, int, Any]  # height, party, nonce and command of one executed transaction


@dataclass(slots=True)
class TransactionLog:
    """The transactions of one chain, in order of execution.

    Args:
        complete: the log reaches back to genesis (it does not on a chain restored from a snapshot).
        height: the last block begun; known when the log was read from a file.
        state_hash: of the state at that height, or empty.
    """

    genesis: Genesis
    entries: list[LogEntry] = field(default_factory=list)
    complete: bool = True
    height: int = 1
    state_hash: str = ""

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[LogEntry]:
        return iter(self.entries)

    def write(self, path: str | Path) -> None:
        """Write as JSON lines."""
        with Path(path).open("w", encoding="utf-8") as file:
            file.write(json.dumps({"format": FORMAT, "genesis": self.genesis.to_json()}) + "\n")
            for height, party, nonce, command in self.entries:
                line = {"height": height, "party": party, "nonce": nonce, "command": encode(command)}
                file.write(json.dumps(line) + "\n")
            file.write(json.dumps({"end": {"height": self.height, "stateHash": self.state_hash}}) + "\n")

    @classmethod
    def read(cls, path: str | Path) -> TransactionLog:
        """Read what :meth:`write` wrote.

        Raises:
            StoreError: names the line that is not as it should be; also when the end is missing.
        """
        number = 1
        log: TransactionLog | None = None
        try:
            with Path(path).open(encoding="utf-8") as file:
                for text in file:
                    line = json.loads(text)
                    if log is None:
                        if line.get("format") != FORMAT:
                            raise StoreError(f"{path} is not a transaction log of this version")
                        log = cls(Genesis.from_json(line["genesis"]))
                    elif "end" in line:
                        log.height, log.state_hash = line["end"]["height"], line["end"]["stateHash"]
                        return log
                    else:
                        command = decode(line["command"])
                        log.entries.append((line["height"], line["party"], line["nonce"], command))
                    number += 1
        except StoreError:
            raise
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(f"{path} cannot be read: {error}") from error
        except (KeyError, TypeError, AttributeError, ValueError, VegaMesaError) as error:
            raise StoreError(f"{path}, line {number}: {error}") from error
        raise StoreError(f"{path} ends before its last line: the log is incomplete")
