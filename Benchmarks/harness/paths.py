"""Where things lie. What a run makes lies below Benchmarks/.local, which git ignores."""

from pathlib import Path

BENCHMARKS = Path(__file__).resolve().parent.parent
ROOT = BENCHMARKS.parent
LOCAL = BENCHMARKS / ".local"
_BIN = BENCHMARKS / ".build" / "release"
REFERENCE = _BIN / "bench-reference"
MOCK_API = _BIN / "bench-mock-api"
LOAD = _BIN / "bench-load"
