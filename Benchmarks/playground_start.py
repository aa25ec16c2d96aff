"""How long it takes from the start of `apus playground` to a page that can be used.

    python3 Benchmarks/playground_start.py .build/release/apus [--rounds 10] [--browser]

Each round starts the process and asks what the page asks: the page itself, and a session, which answers with its stream.
Told are milliseconds since the process was started, as the median and the least of all rounds: until the address is printed,
until the page is there, until the session is open, and until the first picture has come. With --browser a headless Chromium
that is already running opens the page: until its controls answer and the picture is drawn.
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

        connection.request("GET", "/")
        page = connection.getresponse()
        assert page.status == 200
        page.read()
        note("page")
        connection.request("POST", "/api/sessions", '{"lesson": null}', headers)
        stream = connection.getresponse()
        text = b""
        for what, message in (("session open", b'"kind":"session"'), ("first picture", b'"kind":"picture"')):
            while message not in text:
                text += stream.read1(1 << 16)
            note(what)
        stream.close()
        connection.close()
    finally:
        server.terminate()
        server.wait(10)
    return times


# Notes when a page's element is first given an attribute: asking for it again and again would take the page's own time.
NOTE = """
window.noted = {};
new MutationObserver((changes) => {
  for (const { attributeName } of changes) noted[attributeName] ??= performance.timeOrigin + performance.now();
}).observe(document, { subtree: true, attributeFilter: ['data-ready', 'data-state'] });
"""


def page_round(apus, browser):
    start = time.time()
    server = subprocess.Popen([apus, "playground", "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        browser.open(server.stdout.readline().strip())
        noted = {}
        while "data-state" not in noted:
            time.sleep(0.1)
            noted = browser.run("window.noted ?? {}")
        # What the page writes on its element: that it is ready, and with the first drawing the state of the training.
        return {what: noted[attribute] - 1000 * start for what, attribute in
                (("its controls answer", "data-ready"), ("its first picture drawn", "data-state"))}
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
        browser.send("Page.addScriptToEvaluateOnNewDocument", {"source": NOTE})
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
