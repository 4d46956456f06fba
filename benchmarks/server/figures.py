#!/usr/bin/env python3
"""The figures of docs/operations.md: starts a server of the built distribution and measures it.

    python3 benchmarks/server/figures.py [--home distribution/target/headwater]

Needs Python 3.8's standard library only.
"""

import argparse
import atexit
import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "distribution", "clients"))
from headwater import Client  # noqa: E402


class Server:
    """A server process on a data directory."""

    def __init__(self, home, folder, *settings):
        line = [os.path.join(home, "bin", "headwater"), "server", "--port", "0"]
        line += ["--data", folder + "/data", "--conf", folder + "/conf"]
        for setting in ("requests-per-second=100000",) + settings:
            line += ["--set", setting]
        begun = time.perf_counter()
        self.process = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
        for text in self.process.stdout:
            if text.startswith("serving "):
                self.url = text.split()[1].rstrip("/")
                break
        else:
            raise SystemExit("the server did not start")
        self.start_seconds = time.perf_counter() - begun
        with open(folder + "/conf/admin.token", encoding="utf-8") as token:
            self.token = token.read().strip()
        self.client = Client(self.url, self.token, timeout=300)
        atexit.register(self.process.kill)

    def metric(self, name):
        connection = self.connection()
        connection.request("GET", "/metrics", headers={"Authorization": "Bearer " + self.token})
        for line in connection.getresponse().read().decode().splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        return float("nan")

    def connection(self):
        return http.client.HTTPConnection(self.url.split("//")[1], timeout=60)

    def stop(self):
        begun = time.perf_counter()
        self.process.terminate()
        self.process.wait()
        return time.perf_counter() - begun


def timed(server, connection, path):
    begun = time.perf_counter()
    connection.request("GET", path, headers={"Authorization": "Bearer " + server.token})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 200, answer.status
    return 1000 * (time.perf_counter() - begun)


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def long_problem(home):
    with open(home + "/examples/lasso.yaml", encoding="utf-8") as source:
        text = source.read()
    return text.replace("solver: {type: rwpo}", "solver: {type: rwpo, iterations: 1000000}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--home", default=os.path.join(ROOT, "distribution", "target", "headwater"))
    parser.add_argument("--seconds", type=float, default=10, help="length of the request load")
    given = parser.parse_args()
    home = os.path.abspath(given.home)
    print("load average at the start: %.1f on %d processors" % (os.getloadavg()[0], os.cpu_count()))
    with tempfile.TemporaryDirectory() as folder:
        starts = []
        for _ in range(3):
            server = Server(home, folder, "jobs=2")
            starts.append(server.start_seconds)
            server.stop()
        print("start to ready: %.1f s (best of 3; median %.1f s)" % (min(starts), statistics.median(starts)))

        server = Server(home, folder, "jobs=2")
        files = {n: home + "/examples/" + n for n in ("lasso/A.csv", "lasso/y.csv")}
        running = [server.client.submit(long_problem(home), files, "load")["id"] for _ in range(2)]
        for job in running:
            while not server.client.job(job)["iteration"]:
                time.sleep(0.1)

        # requests at a steady 200 a second over 8 connections, while two jobs compute
        times, late = [], []
        lock = threading.Lock()
        begun = time.perf_counter() + 0.2

        def load(lane):
            connection = server.connection()
            own, n = [], 0
            while True:
                due = begun + (n * 8 + lane) / 200
                if due > begun + given.seconds:
                    break
                time.sleep(max(0, due - time.perf_counter()))
                path = "/api/v1/jobs/" + running[n % 2] if n % 2 else "/api/v1/jobs?limit=20"
                own.append(timed(server, connection, path))
                n += 1
            with lock:
                times.extend(own)
                late.append(time.perf_counter() - begun - given.seconds)

        lanes = [threading.Thread(target=load, args=(lane,)) for lane in range(8)]
        for lane in lanes:
            lane.start()
        for lane in lanes:
            lane.join()
        print(
            "%d requests, %.0f a second, two jobs computing: median %.1f ms, p99 %.1f ms"
            % (
                len(times),
                len(times) / (given.seconds + max(0, max(late))),
                percentile(times, 0.5),
                percentile(times, 0.99),
            )
        )

        # 100 watchers of one job
        seen, ready = [], threading.Barrier(101)

        def watch():
            count = 0
            ready.wait()
            for kind, _ in server.client.events(running[0]):
                count += kind == "step"
                if count >= 50:
                    break
            with lock:
                seen.append(count)

        watchers = [threading.Thread(target=watch) for _ in range(100)]
        for watcher in watchers:
            watcher.start()
        ready.wait()
        begun = time.perf_counter()
        for watcher in watchers:
            watcher.join()
        print(
            "%d watchers got 50 steps each within %.1f s" % (seen.count(50), time.perf_counter() - begun)
        )

        # 1,000 queued jobs
        begun = time.perf_counter()
        made = server.client.sweep(long_problem(home), {"prior.weight": [1 + i / 1000 for i in range(1000)]}, files, "queued")
        print("sweep of %d jobs accepted in %.1f s" % (len(made["jobs"]), time.perf_counter() - begun))
        connection = server.connection()
        lists = [timed(server, connection, "/api/v1/jobs?state=QUEUED&limit=1000") for _ in range(20)]
        print("1,000 queued jobs listed: median %.0f ms, worst of 20 %.0f ms" % (statistics.median(lists), max(lists)))
        print(
            "heap %.0f MB, outside the heap %.0f MB, %d threads, %d open files"
            % (
                server.metric("headwater_heap_used_bytes") / 1e6,
                server.metric("headwater_native_memory_bytes") / 1e6,
                server.metric("headwater_threads"),
                server.metric("headwater_open_files"),
            )
        )
        print("stop with two jobs running and 1,000 waiting: %.1f s" % server.stop())
        server = Server(home, folder, "jobs=2")
        print("start to ready with them: %.1f s" % server.start_seconds)
        server.stop()


if __name__ == "__main__":
    main()
