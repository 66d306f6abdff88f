"""DBOS on SQLite: workflows of ten steps that give a number back, one after the other and from eight threads.

Prints one line of JSON: steps_per_s, steps_per_s_8_threads, cpu_us_per_step, rss_mb.
"""

import json
import os
import resource
import tempfile
import threading
import time

from dbos import DBOS

STEPS = 10
folder = tempfile.mkdtemp()
DBOS(config={"name": "bench", "system_database_url": f"sqlite:///{folder}/dbos.sqlite", "log_level": "ERROR"})


@DBOS.step()
def give_back(number: int) -> int:
    return number


@DBOS.workflow()
def ten() -> int:
    return sum(give_back(number) for number in range(STEPS))


def several(count: int) -> None:
    for _ in range(count):
        ten()


DBOS.launch()
several(2)
seconds, count = 10.0, 0
cpu, start = time.process_time(), time.monotonic()
while time.monotonic() - start < seconds:
    ten()
    count += 1
one = count * STEPS / (time.monotonic() - start)
used = (time.process_time() - cpu) / (count * STEPS)
threads = [threading.Thread(target=several, args=(max(1, count // 4),)) for _ in range(8)]
start = time.monotonic()
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
eight = 8 * max(1, count // 4) * STEPS / (time.monotonic() - start)
print(
    json.dumps(
        {
            "steps_per_s": round(one, 1),
            "steps_per_s_8_threads": round(eight, 1),
            "cpu_us_per_step": round(used * 1e6),
            "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        }
    ),
    flush=True,
)
os._exit(0)
