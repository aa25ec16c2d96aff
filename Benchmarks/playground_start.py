"""How long it takes from the start of `apus playground` to a page that can be used.

    python3 Benchmarks/playground_start.py .build/release/apus [--rounds 10] [--browser]

Each round starts the process and asks what the page asks, in the page's order: the page, the menus, a session, its stream.
Told are milliseconds since the process was started, as the median and the least of all rounds: until the address is printed,
until the page's files and the menus are there, until the session has answered, and until the first picture has come. With
--browser a headless Chromium that is already running opens the page: until its controls answer and the picture is drawn.
"""

import argparse
import http.client
import os
import re
import statistics
import subprocess
import sys
import time


def round_of(apus):
    start = time.perf_counter()
    times = {}

    def note(what):
        times[what] = (time.perf_counter() - start) * 1000

    server = subprocess.Popen([apus, "playground", "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        address = re.match(r"http://127\.0\.0\.1:(\d+)/#token=(\w+)", server.stdout.readline())
        note("address printed")
        headers = {"X-Apus-Token": address[2], "Content-Type": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", int(address[1]), timeout=10)

        def ask(method, path, body=None):
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            assert answer.status == 200, (path, answer.status)
            return answer.read().decode()

        page = ask("GET", "/")
        for path in dict.fromkeys(re.findall(r'(?:src|href)="(/[^"]+)"', page)):
            ask("GET", path)
        ask("GET", "/api/menus")
        note("page and menus")
        session = re.search(r'"id":"(\w+)"', ask("POST", "/api/sessions", '{"lesson": null}'))[1]
        note("session open")
        connection.request("GET", f"/api/sessions/{session}/stream", headers=headers)
        stream = connection.getresponse()
        text = b""
        while b'"kind":"picture"' not in text:
            text += stream.read1(1 << 16)
        note("first picture")
        stream.close()
        connection.close()
    finally:
        server.terminate()
        server.wait(10)
    return times


def page_round(apus, browser):
    start = time.perf_counter()
    server = subprocess.Popen([apus, "playground", "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        browser.open(server.stdout.readline().strip())
        times = {}
        for what, ready in (("its controls answer", "document.documentElement?.dataset.ready === 'true'"),
                            ("its first picture drawn", "Boolean(window.playground?.picture)")):
            while not browser.run(ready):
                time.sleep(0.005)  # asking takes the page's own time
            times[what] = (time.perf_counter() - start) * 1000
        return times
    finally:
        browser.open("about:blank")
        server.terminate()
        server.wait(10)


def main():
    parser = argparse.ArgumentParser(description="From the start of apus playground to a page that can be used.")
    parser.add_argument("apus")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--browser", action="store_true")
    options = parser.parse_args()
    apus = os.path.abspath(options.apus)
    rounds = [round_of(apus) for _ in range(options.rounds)]
    if options.browser:
        sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../Tests/Browser"))
        from chromium import Chromium

        browser = Chromium()
        try:
            page_round(apus, browser)  # the browser's own first page costs more
            for times in rounds:
                times.update(page_round(apus, browser))
        finally:
            browser.close()
    for what in rounds[0]:
        values = [times[what] for times in rounds]
        print(f"{what:26s} {statistics.median(values):7.1f} ms   least {min(values):7.1f}")


if __name__ == "__main__":
    main()
