"""The playground in a real browser: what a person would do by hand, and what must come of it.

    python3 check.py APUS FOLDER [NAME…]

starts `APUS playground` on a free port, drives a headless Chromium, leaves screenshots in FOLDER, and ends with 0 when all
is well. With names only the checks whose names contain one of them are run.
"""

import json
import os
import signal
import subprocess
import sys
import time
import traceback

from by_hand import ByHand
from chromium import Chromium, Failure
from closer_look import CloserLook
from common import READY, encoded, expect
from lasting import Lasting
from looks import Looks
from samples import Samples
from sharing import Sharing
from tables import Tables
from training import Training


class Check(Training, Samples, Tables, CloserLook, Sharing, Lasting, ByHand, Looks):
    """A browser at a server; each check begins with a page of its own."""

    def __init__(self, apus, folder):
        self.folder = folder
        # Before the server, which would outlive a machine without a browser.
        self.browser = Chromium()
        self.server = subprocess.Popen([apus, "playground", "--port", "0"], stdout=subprocess.PIPE, text=True)
        self.url = self.server.stdout.readline().strip()
        expect(self.url.startswith("http://127.0.0.1:"), f"the server says {self.url!r}")
        self.run, self.wait = self.browser.run, self.browser.wait

    def close(self):
        # With the page still open: it must not keep the server.
        self.server.send_signal(signal.SIGINT)
        try:
            code = self.server.wait(10)
        except subprocess.TimeoutExpired:
            self.server.kill()
            code = "nothing for ten seconds"
        self.browser.close()
        expect(code == 0, f"the server ends with {code} after Ctrl-C")

    def open(self, lesson=None, width=1280, height=900):
        self.browser.size(width, height, width < 700)
        self.browser.dark(False)
        self.browser.errors.clear()
        self.browser.open("about:blank")
        address = self.url if lesson is None else self.url + "&lesson=" + encoded(lesson)
        self.browser.open(address)
        self.wait(READY, what="the page")

    def click(self, selector):
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def settle(self):
        """Until the lesson is the server's and its picture is drawn."""
        self.run("playground.idle()")
        time.sleep(0.15)
        self.run("playground.idle()")
        self.wait("playground.facts.plan === playground.plan.plan", what="a picture of the new plan")

    def choose(self, selector, value):
        self.run(f"""(() => {{
          const list = document.querySelector({json.dumps(selector)});
          list.value = {json.dumps(value)};
          list.dispatchEvent(new Event('change', {{ bubbles: true }}));
        }})()""")

    def quiet(self):
        expect(not self.browser.errors, "the console says " + "; ".join(self.browser.errors[:3]))

    def shots(self, name):
        """In light and in dark."""
        self.shot(name)
        self.browser.dark(True)
        time.sleep(0.5)
        self.shot(name + "-dark")
        self.browser.dark(False)

    def shot(self, name):
        self.browser.screenshot(os.path.join(self.folder, name + ".png"))


def main():
    apus, folder, *names = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    check = Check(os.path.abspath(apus), folder)
    sys.argv[1] = os.path.abspath(apus)
    failures = 0
    try:
        for name in [name for name in dir(Check) if name.startswith("check_")]:
            if names and not any(part in name for part in names):
                continue
            start = time.monotonic()
            try:
                getattr(check, name)()
                print(f"  passed {time.monotonic() - start:6.1f} s  {name[6:].replace('_', ' ')}", flush=True)
            except Failure as failure:
                failures += 1
                print(f"  FAILED {time.monotonic() - start:6.1f} s  {name[6:].replace('_', ' ')}: {failure}", flush=True)
                try:
                    check.shot("failed-" + name[6:])
                except Failure:
                    pass
            except Exception:
                failures += 1
                traceback.print_exc()
    finally:
        check.close()
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
