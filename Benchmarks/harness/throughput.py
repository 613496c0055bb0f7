"""Saturated and steady: how many messages a second, at what CPU, and how late."""

from dataclasses import dataclass

import checks
from broker import Broker
from figures import latencies_ms, percentile
from load import Publication
from measured import cpu_ns
from mock import Mock


@dataclass(frozen=True)
class Throughput:
    """`rate` 0: all messages lie in the queue before the program starts; else an open loop at that rate.

    The first `warm_up` messages count for nothing. Measured is from the first POST after them until the events of
    the last message lie in the subscribers' queues.
    """

    name: str
    title: str
    count: int
    delay_ms: int
    slots: int
    rate: int = 0
    warm_up: int = 0

    def run(self, variant, broker: Broker, mock: Mock, round_number: int) -> dict:
        broker.purge_all()
        total, base = self.count + self.warm_up, mock.posts
        prefix = f"{self.name[:3]}{round_number}-{variant.name[:3]}"
        publication = Publication(broker, "transactional", prefix, total) if self.rate == 0 else None
        if publication:
            meant = publication.finish()
        programs = variant.start(broker, mock, self.slots)
        try:
            worker = programs[0]
            mock.watch(worker.pid, base + self.warm_up + 1)
            if publication is None:
                broker.await_consumers(timeout=30)
                publication = Publication(broker, "transactional", prefix, total, self.rate)
            mock.await_posts(base + total, worker.process, timeout=30)
            end_ns = broker.await_events(total, timeout=30)
            end_cpu = cpu_ns(worker.pid)
            rss, switches = worker.peak_rss_mb(), worker.context_switches()
            if self.rate:
                meant = publication.finish()
            for program in reversed(programs):
                program.stop()
        finally:
            for program in programs:
                program.kill()
        arrivals = mock.arrivals(base)
        checks.each_posted_once(meant, arrivals)
        checks.nothing_left(broker)
        start_ns, start_cpu = mock.watched()
        result = {
            "rate": self.count / (end_ns - start_ns) * 1e9,
            "cpu_us": (end_cpu - start_cpu) / self.count / 1e3,
            "rss_mb": rss,
            "switches_per_message": switches / total,
        }
        if self.rate:
            samples = latencies_ms(meant, arrivals[self.warm_up:])
            result |= {"p50_ms": percentile(samples, 50), "p99_ms": percentile(samples, 99), "max_ms": max(samples)}
        return result
