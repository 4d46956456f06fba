#!/usr/bin/env python3
"""Client of a Headwater server; needs nothing but Python 3.8's standard library.

    from headwater import Client
    server = Client("http://127.0.0.1:8080", token="hw_...")
    job = server.submit("problem.yaml")          # sends the files that the problem names, too
    job = server.wait(job["id"])                 # until it has ended
    server.fetch(job["id"], "results")           # all files of its run directory

The address and the token default to the environment variables HEADWATER_URL and HEADWATER_TOKEN.
From a shell: headwater.py submit problem.yaml --wait --fetch results
"""

import argparse
import json
import os
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

OVER = ("DONE", "FAILED", "CANCELLED")


class ServerError(Exception):
    """A request that the server refused.

    ``status`` is HTTP's; ``problem`` holds the problem details (RFC 9457), for input errors with
    ``key``, ``rule``, ``value`` and ``remedy``.
    """

    def __init__(self, status, problem):
        super().__init__(problem.get("detail") or "the server answered %d" % status)
        self.status = status
        self.problem = problem


class Client:
    """A connection to a server."""

    def __init__(self, url=None, token=None, timeout=60):
        self.url = (url or os.environ.get("HEADWATER_URL", "http://127.0.0.1:8080")).rstrip("/")
        self.token = token or os.environ.get("HEADWATER_TOKEN", "")
        self.timeout = timeout

    def submit(self, problem, files=None, name=None, priority=0):
        """Submits a problem: a problem file's path, its text, or a problem as a dict.

        ``files`` maps the names that the problem uses to paths; without, the files beside the
        problem file that it mentions are sent. Returns the job.
        """
        return self._send("/jobs", problem, files, name, priority)

    def sweep(self, problem, grid=None, files=None, name=None, priority=0):
        """Submits a problem as many jobs over a grid such as ``{"prior.weight": [1, 2, 4]}``.

        The grid may stand in the problem under ``sweep``. Returns ``sweep`` and the ids of its ``jobs``.
        """
        if grid is not None:
            if isinstance(problem, dict):
                problem = dict(problem, sweep=grid)
            elif "\n" in str(problem):
                problem = problem + "\nsweep: " + json.dumps(grid) + "\n"
            else:
                files = files if files is not None else mentioned(problem)
                with open(problem, encoding="utf-8") as source:
                    problem = source.read() + "\nsweep: " + json.dumps(grid) + "\n"
        return self._send("/sweeps", problem, files, name, priority)

    def _send(self, path, problem, files, name, priority):
        if isinstance(problem, dict):
            text = json.dumps(problem)
        elif "\n" in str(problem):
            text = problem
        else:
            with open(problem, encoding="utf-8") as source:
                text = source.read()
            files = mentioned(problem) if files is None else files
            name = name or os.path.splitext(os.path.basename(problem))[0]
        query = {"priority": priority}
        if name:
            query["name"] = name
        body, kind = multipart(text, files or {})
        return self._json("POST", path + "?" + urllib.parse.urlencode(query), body, kind)

    def job(self, job):
        """A job as it is now."""
        return self._json("GET", "/jobs/%s" % job)

    def jobs(self, **query):
        """All jobs, newest first; ``state=``, ``sweep=`` choose."""
        path = "/jobs?" + urllib.parse.urlencode(query)
        while path:
            page = self._json("GET", path)
            yield from page["jobs"]
            path = page["next"] and page["next"][len("/api/v1") :]

    def wait(self, job, on_step=None, timeout=None):
        """Waits until a job has ended and returns it; ``on_step`` gets each step.

        The connection may break meanwhile, and the server be restarted.
        """
        end = None if timeout is None else time.monotonic() + timeout
        last = 0
        while True:
            try:
                for kind, data in self.events(job, last):
                    if kind == "step":
                        last = data["iteration"]
                        if on_step:
                            on_step(data)
                    if end is not None and time.monotonic() > end:
                        raise TimeoutError("job %s has not ended" % job)
                now = self.job(job)
                if now["state"] in OVER:
                    return now
            except ServerError as error:
                if error.status not in (429, 502, 503):
                    raise
            except TimeoutError:
                if end is not None and time.monotonic() > end:
                    raise
            except (OSError, ValueError):
                pass  # the server is away; it comes back with all its jobs
            if end is not None and time.monotonic() > end:
                raise TimeoutError("job %s has not ended" % job)
            time.sleep(1)

    def events(self, job, after=0):
        """The events of a job as pairs (``state`` or ``step``, data), until it has ended."""
        request = self._request("GET", "/jobs/%s/events" % job)
        request.add_header("Last-Event-ID", str(after))
        with self._open(request) as stream:
            kind = None
            for line in stream:
                line = line.decode("utf-8").rstrip("\n")
                if line.startswith("event: "):
                    kind = line[7:]
                elif line.startswith("data: "):
                    yield kind, json.loads(line[6:])

    def files(self, job):
        """The names of a job's files."""
        return [f["name"] for f in self._json("GET", "/jobs/%s/files/" % job)["files"]]

    def read(self, job, name):
        """The bytes of a job's file."""
        path = "/jobs/%s/files/%s" % (job, urllib.parse.quote(name))
        with self._open(self._request("GET", path)) as answer:
            return answer.read()

    def fetch(self, job, folder, names=None):
        """Writes a job's files, or those named, into a folder; returns their paths."""
        paths = []
        for name in names or self.files(job):
            parts = name.split("/")
            if ".." in parts or os.path.isabs(name):
                raise ValueError("not a name within the run directory: %s" % name)
            path = os.path.join(folder, *parts)
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
            with open(path + ".part", "wb") as out:
                out.write(self.read(job, name))
            os.replace(path + ".part", path)
            paths.append(path)
        return paths

    def cancel(self, job):
        """Ends a job at its next safe point."""
        return self._json("DELETE", "/jobs/%s" % job)

    def pause(self, job):
        """Pauses a job at its next safe point."""
        return self._json("POST", "/jobs/%s/pause" % job)

    def resume(self, job):
        """Lets a job go on that was paused, cancelled or failed."""
        return self._json("POST", "/jobs/%s/resume" % job)

    def swap(self, job, **section):
        """Exchanges a plug-in, e.g. ``swap("3", prior={"type": "tv", "weight": 0.3})``."""
        body = json.dumps(section).encode("utf-8")
        return self._json("POST", "/jobs/%s/swap" % job, body, "application/json")

    def _request(self, method, path, body=None, kind=None):
        request = urllib.request.Request(self.url + "/api/v1" + path, data=body, method=method)
        request.add_header("Authorization", "Bearer " + self.token)
        if kind:
            request.add_header("Content-Type", kind)
        return request

    def _open(self, request):
        try:
            return urllib.request.urlopen(request, timeout=self.timeout)
        except urllib.error.HTTPError as error:
            try:
                problem = json.loads(error.read().decode("utf-8"))
            except ValueError:
                problem = {}
            raise ServerError(error.code, problem) from None

    def _json(self, method, path, body=None, kind=None):
        with self._open(self._request(method, path, body, kind)) as answer:
            return json.loads(answer.read().decode("utf-8"))


def mentioned(problem):
    """The files below a problem file's folder that its text mentions, by their names there."""
    folder = os.path.dirname(os.path.abspath(problem))
    with open(problem, encoding="utf-8") as source:
        text = re.sub(r"(?m)(^|\s)#.*$", "", source.read())
    files = {}
    for name in re.findall(r"[^\s,:'\"\[\]{}]+", text):
        path = os.path.join(folder, name)
        if os.path.isfile(path) and not os.path.isabs(name) and ".." not in name.split("/"):
            files[name] = path
    return files


def multipart(problem, files):
    """A body of multipart/form-data, and its type."""
    boundary = uuid.uuid4().hex
    body = bytearray()

    def part(name, filename, content):
        body.extend(
            (
                '--%s\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n'
                "Content-Type: application/octet-stream\r\n\r\n" % (boundary, name, filename)
            ).encode("utf-8")
        )
        body.extend(content)
        body.extend(b"\r\n")

    part("problem", "problem.yaml", problem.encode("utf-8"))
    for name, path in files.items():
        with open(path, "rb") as source:
            part("files", name, source.read())
    body.extend(("--%s--\r\n" % boundary).encode("utf-8"))
    return bytes(body), "multipart/form-data; boundary=" + boundary


def main(arguments=None):
    """The command line; returns the exit code: 0 done, 1 failed, 2 refused, 3 verdict FAIL."""
    parser = argparse.ArgumentParser(description="Submit problems to a Headwater server.")
    parser.add_argument("--url", help="the server, by default $HEADWATER_URL")
    parser.add_argument("--token-file", help="a file with the token, by default $HEADWATER_TOKEN")
    commands = parser.add_subparsers(dest="command", required=True)
    submit = commands.add_parser("submit", help="submit a problem file")
    submit.add_argument("problem")
    submit.add_argument("--name")
    submit.add_argument("--priority", type=int, default=0)
    submit.add_argument("--wait", action="store_true", help="wait until the job has ended")
    submit.add_argument("--fetch", metavar="DIR", help="wait, then write its files there")
    for name, text in (("wait", "wait for a job"), ("show", "show a job"), ("cancel", "end a job")):
        commands.add_parser(name, help=text).add_argument("job")
    fetch = commands.add_parser("fetch", help="write a job's files into a folder")
    fetch.add_argument("job")
    fetch.add_argument("folder")
    commands.add_parser("list", help="list the jobs")
    given = parser.parse_args(arguments)
    token = None
    if given.token_file:
        with open(given.token_file, encoding="utf-8") as source:
            token = source.read().strip()
    client = Client(given.url, token)
    try:
        return run(client, given)
    except ServerError as error:
        print("error: %s" % error, file=sys.stderr)
        return 2
    except OSError as error:
        print("error: %s: %s" % (client.url, error), file=sys.stderr)
        return 1


def run(client, given):
    if given.command == "list":
        for job in client.jobs():
            print("%6s  %-10s %s" % (job["id"], job["state"], job["name"]))
        return 0
    if given.command == "fetch":
        for path in client.fetch(given.job, given.folder):
            print(path)
        return 0
    if given.command == "submit":
        job = client.submit(given.problem, name=given.name, priority=given.priority)
        print("job %s" % job["id"], flush=True)
        if not (given.wait or given.fetch):
            return 0
        job = client.wait(job["id"])
    elif given.command == "wait":
        job = client.wait(given.job)
    elif given.command == "cancel":
        job = client.cancel(given.job)
    else:
        job = client.job(given.job)
    print("job %s: %s%s" % (job["id"], job["state"], " " + job["verdict"] if job["verdict"] else ""))
    if job["state"] == "FAILED":
        print("error: %s" % job["error"]["detail"], file=sys.stderr)
        return 1
    if given.command == "submit" and given.fetch:
        client.fetch(job["id"], given.fetch)
        print("results: %s" % os.path.abspath(given.fetch))
    return 3 if job["verdict"] == "FAIL" else 0


if __name__ == "__main__":
    sys.exit(main())
