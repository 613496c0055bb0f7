"""Priority: how long a transactional message takes to its POST, with and without promotional ones in front of it."""

import time
from dataclasses import dataclass

import checks
from broker import Broker
from figures import latencies_ms
from load import Publication
from mock import Mock


@dataclass(frozen=True)
class Priority:
    """Each round measures both in one process, in turns first and second: `samples` messages at `rate` a second.

    Before the samples under backlog, `backlog` promotional messages lie in the queue and as many more as are sent
    meanwhile, so that it never falls below.
    """

    name: str
    title: str
    samples: int
    rate: int
    backlog: int
    delay_ms: int
    slots: int

    def run(self, variant, broker: Broker, mock: Mock, round_number: int) -> dict:
        broker.purge_all()
        prefix = f"pri{round_number}-{variant.name[:3]}"
        backlog_first = round_number % 2 == 0
        if backlog_first:
            self._pile_up(broker, prefix)
        programs = variant.start(broker, mock, self.slots)
        try:
            broker.await_consumers(programs[0], timeout=30)
            if backlog_first:
                backlog = self._under_backlog(broker, mock, programs[0], prefix)
                none = self._without(broker, mock, programs[0], prefix)
            else:
                none = self._without(broker, mock, programs[0], prefix)
                self._pile_up(broker, prefix)
                backlog = self._under_backlog(broker, mock, programs[0], prefix)
            rss = programs[0].peak_rss_mb()
            broker.purge("send.promotional")
            mock.await_quiet(1.0)
            for program in programs:
                program.stop()
        finally:
            for program in programs:
                program.kill()
        broker.purge("send.promotional")
        checks.nothing_left(broker)
        return {"none_ms": none, "rss_mb": rss, **backlog}

    def _pile_up(self, broker: Broker, prefix: str) -> None:
        drained = round(self.slots / self.delay_ms * 1000 * (self.samples / self.rate + 4))
        Publication(broker, "promotional", f"{prefix}-p", self.backlog + drained).finish()

    def _without(self, broker: Broker, mock: Mock, worker, prefix: str) -> list[float]:
        broker.purge("send.promotional")
        mock.await_quiet(1.0)
        return self._sample(broker, mock, worker, f"{prefix}-n")

    def _under_backlog(self, broker: Broker, mock: Mock, worker, prefix: str) -> dict:
        mock.await_posts(mock.posts + 2 * self.slots, worker, timeout=30)
        base, start = mock.posts, time.monotonic()
        samples = self._sample(broker, mock, worker, f"{prefix}-b")
        promotional = mock.posts - base - self.samples
        left = broker.ready("send.promotional")["send.promotional"]
        return {
            "backlog_ms": samples,
            "promotional_rate": promotional / (time.monotonic() - start),
            "backlog_left": left,
        }

    def _sample(self, broker: Broker, mock: Mock, worker, prefix: str) -> list[float]:
        base = mock.posts
        meant = Publication(broker, "transactional", prefix, self.samples, self.rate).finish()
        deadline = time.monotonic() + 30
        while True:
            arrivals = [a for a in mock.arrivals(base) if a[1] in meant]
            if len(arrivals) >= self.samples or time.monotonic() > deadline or worker.process.poll() is not None:
                break
            time.sleep(0.1)
        checks.each_posted_once(meant, arrivals)
        return latencies_ms(meant, arrivals)
