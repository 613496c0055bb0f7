"""What ends a benchmark: a run that did not do what it claims is not a figure."""


class BenchmarkError(Exception):
    pass
