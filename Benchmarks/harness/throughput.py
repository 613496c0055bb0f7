"""Saturated and steady: how many messages a second, at what CPU, and how late."""

import time
from dataclasses import dataclass

import checks
from broker import Broker
from figures import latencies_ms, percentile
from load import Publication
from measured import Program, cpu_ns
from mock import Mock

# A channel that is behind holds acks back and forgets them when its connection ends, so that messages which were
# acked come back (seen with RabbitMQ 3.10.8): the check for what is left needs them to have gone through.
SETTLE_SECONDS = 0.5


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

    @property
    def total(self) -> int:
        return self.count + self.warm_up

    def run(self, variant, broker: Broker, mock: Mock, round_number: int) -> dict:
        broker.purge_all()
        base = mock.posts
        prefix = f"{self.name[:3]}{round_number}-{variant.name[:3]}"
        if self.rate == 0:
            Publication(broker, "transactional", prefix, self.total).finish()
        others = {"broker": broker.pid, "mock": mock.process.pid}
        before = {name: cpu_ns(pid) for name, pid in others.items()}
        programs = variant.start(broker, mock, self.slots)
        publication = None
        try:
            mock.watch(programs[0].pid, base + self.warm_up + 1)
            if self.rate:
                broker.await_consumers(programs[0], timeout=30)
                publication = Publication(broker, "transactional", prefix, self.total, self.rate)
            result = self._measure(programs[0], broker, mock, base)
            for name, pid in others.items():
                result[f"{name}_cpu_us"] = (cpu_ns(pid) - before[name]) / self.total / 1e3
            time.sleep(SETTLE_SECONDS)
            for program in programs:
                program.stop()
        finally:
            for process in [*programs, *([publication] if publication else [])]:
                process.kill()
        meant = publication.finish() if publication else Publication.read_log("transactional")
        arrivals = mock.arrivals(base)
        checks.each_posted_once(meant, arrivals)
        checks.nothing_left(broker)
        if self.rate:
            samples = latencies_ms(meant, arrivals[self.warm_up :])
            result |= {"p50_ms": percentile(samples, 50), "p99_ms": percentile(samples, 99), "max_ms": max(samples)}
        return result

    def _measure(self, worker: Program, broker: Broker, mock: Mock, base: int) -> dict:
        mock.await_posts(base + self.total, worker, timeout=30)
        end_ns = broker.await_events(self.total, timeout=30)
        end_cpu = cpu_ns(worker.pid)
        start_ns, start_cpu = mock.watched()
        return {
            "rate": self.count / (end_ns - start_ns) * 1e9,
            "cpu_us": (end_cpu - start_cpu) / self.count / 1e3,
            "rss_mb": worker.peak_rss_mb(),
            "switches_per_message": worker.context_switches() / self.total,
        }
