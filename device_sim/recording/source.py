"""What kind of recording a file is: by what it begins with, not by its name."""

import gzip
from pathlib import Path

from device_sim.recording.capture_file import HEAD, CaptureFile
from device_sim.recording.csv_file import open_csv
from device_sim.recording.mosquitto_file import MosquittoFile, is_line
from device_sim.recording.parquet_file import MAGIC, ParquetRecording
from device_sim.recording.row import BadRecording, Recording

HEAD_BYTES = 4_096


def open_recording(path: Path) -> Recording | CaptureFile | MosquittoFile:
    """Raises ``BadRecording`` if it cannot be read; what is nothing else is a CSV."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        if head.startswith(MAGIC):
            return ParquetRecording(path)
        if head.startswith(b"\x1f\x8b"):
            with gzip.open(path, "rb") as packed:
                head = packed.read(len(HEAD))
    except (OSError, EOFError) as error:
        raise BadRecording(f"{path}: cannot be read ({error}).") from error
    if head.startswith(HEAD.encode()):
        return CaptureFile(path)
    first = head.decode("utf-8", errors="replace").partition("\n")[0]
    if is_line(first):
        return MosquittoFile(path)
    return open_csv(path)
