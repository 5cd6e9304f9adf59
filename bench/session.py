"""The session page while twenty clinicians work at once in the invented clinic."""

from __future__ import annotations

import http.cookiejar
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from bench import Row

CLINICIANS = 20
PAGES_EACH = 12
THINKS_S = 2.0  # a clinician looks at the patient, not at the screen
STARTS_WITHIN_S = 120


class Clinician:
    """A signed-in therapist of the demonstration."""

    def __init__(self, address: str) -> None:
        self.address = address
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.browser = urllib.request.build_opener(jar)
        page = self.get("/accounts/login/")
        self.post("/demo/", page, role="therapist")

    def get(self, path: str) -> str:
        with self.browser.open(self.address + path, timeout=60) as answer:
            return str(answer.read().decode())

    def post(self, path: str, page: str, **fields: str) -> str:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        fields["csrfmiddlewaretoken"] = token[1] if token else ""
        request = urllib.request.Request(
            self.address + path,
            data=urllib.parse.urlencode(fields).encode(),
            headers={"Referer": self.address + path},
        )
        with self.browser.open(request, timeout=60) as answer:
            return str(answer.read().decode())


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_for(address: str) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(address + "/accounts/login/", timeout=5).read()
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
        else:
            return
    raise TimeoutError("the clinic did not start")


def _sessions(clinician: Clinician) -> list[str]:
    """Session pages of today's visits, each visit begun."""
    paths = []
    board = clinician.get("/day/")
    for visit in dict.fromkeys(re.findall(r"/visits/[0-9a-f-]{36}/", board)):
        try:
            page = clinician.get(visit)
            if f"{visit}begin/" in page:
                clinician.post(f"{visit}begin/", page)
            clinician.get(f"{visit}session/")
        except urllib.error.HTTPError:
            continue
        paths.append(f"{visit}session/")
    return paths


def _works(clinician: Clinician, paths: list[str], nth: int, times: list[float]) -> None:
    time.sleep(THINKS_S * nth / CLINICIANS)
    for turn in range(PAGES_EACH):
        begun = time.perf_counter()
        clinician.get(paths[(nth + turn) % len(paths)])
        times.append(1000 * (time.perf_counter() - begun))
        time.sleep(THINKS_S)


def rows() -> list[Row]:
    """Milliseconds from request to whole page, over all clinicians."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "neuroreed", "serve", "--demo"]
        server = subprocess.Popen(
            [*command, "--data", folder, "--port", str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_for(address)
            clinicians = [Clinician(address) for _ in range(CLINICIANS)]
            paths = _sessions(clinicians[0])
            times: list[float] = []
            threads = [
                threading.Thread(target=_works, args=(clinician, paths, nth, times))
                for nth, clinician in enumerate(clinicians)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            server.terminate()
            server.wait(timeout=30)
    p95 = statistics.quantiles(times, n=20)[-1]
    return [
        Row(
            f"session page, {CLINICIANS} clinicians at once",
            f"p95 {p95:.0f} ms, median {statistics.median(times):.0f} ms",
            "p95 150 ms",
            f"{len(times)} pages of {len(paths)} visits, {THINKS_S:.0f} s between a person's pages",
        )
    ]
