"""A headless Chromium driven over the DevTools protocol, through its pipe: the Python standard library alone."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


class Failure(AssertionError):
    """Something in the page is not as it should be."""


def expect(holds, what):
    if not holds:
        raise Failure(what)


class Chromium:
    """One browser with one page. Console errors, exceptions and failed loads are kept in `errors`."""

    def __init__(self, program=None):
        program = program or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        if program is None:
            raise FileNotFoundError("there is no chromium")
        self.profile = tempfile.mkdtemp(prefix="apus-chromium-")
        to_browser, self.writer = os.pipe()
        self.reader, from_browser = os.pipe()
        # The protocol is spoken over the descriptors 3 and 4.
        def place():
            os.dup2(to_browser, 13)
            os.dup2(from_browser, 14)
            os.dup2(13, 3)
            os.dup2(14, 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--disable-extensions", "--disable-background-networking", "--remote-debugging-pipe",
             "--hide-scrollbars", "--force-color-profile=srgb", f"--user-data-dir={self.profile}", "about:blank"],
            pass_fds=(3, 4), preexec_fn=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.number = 0
        self.buffer = b""
        self.errors = []
        self.replies = {}
        target = self.send("Target.createTarget", {"url": "about:blank"}, session=None)["targetId"]
        self.session = self.send("Target.attachToTarget", {"targetId": target, "flatten": True}, session=None)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network", "DOM"):
            self.send(f"{domain}.enable")
        self.downloads = tempfile.mkdtemp(prefix="apus-downloads-")
        self.send("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": self.downloads}, session=None)

    def close(self):
        try:
            self.send("Browser.close", session=None)
        except Exception:  # it may be gone before it answers
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)
        shutil.rmtree(self.downloads, ignore_errors=True)

    # The protocol

    def send(self, method, parameters=None, session="", timeout=60):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters or {}}
        if session == "":
            message["sessionId"] = self.session
        os.write(self.writer, json.dumps(message).encode() + b"\0")
        number = self.number
        end = time.monotonic() + timeout
        while number not in self.replies:
            self.receive(end - time.monotonic())
        reply = self.replies.pop(number)
        if "error" in reply:
            raise Failure(f"{method}: {reply['error']['message']}")
        return reply["result"]

    def receive(self, timeout):
        if timeout <= 0 or not select.select([self.reader], [], [], timeout)[0]:
            raise Failure("the browser does not answer")
        data = os.read(self.reader, 1 << 20)
        if not data:
            raise Failure("the browser is gone")
        self.buffer += data
        *messages, self.buffer = self.buffer.split(b"\0")
        for text in messages:
            message = json.loads(text)
            if "id" in message:
                self.replies[message["id"]] = message
            else:
                self.note(message["method"], message.get("params", {}))

    def note(self, method, event):
        if method == "Runtime.exceptionThrown":
            details = event["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Runtime.consoleAPICalled" and event["type"] in ("error", "warning", "assert"):
            self.errors.append("console: " + " ".join(str(part.get("value", part.get("description"))) for part in event["args"]))
        elif method == "Log.entryAdded" and event["entry"]["level"] in ("error", "warning"):
            entry = event["entry"]
            self.errors.append(f"log: {entry['text']} {entry.get('url', '')}")

    # The page

    def open(self, url):
        self.send("Page.navigate", {"url": url})

    def run(self, script, timeout=60):
        """The value of an expression in the page; promises are waited for."""
        reply = self.send(
            "Runtime.evaluate", {"expression": script, "awaitPromise": True, "returnByValue": True, "userGesture": True},
            timeout=timeout)
        if "exceptionDetails" in reply:
            details = reply["exceptionDetails"]
            raise Failure(details.get("exception", {}).get("description", details["text"]) + "\n  in " + script[:200])
        return reply["result"].get("value")

    def wait(self, script, timeout=30, what=None):
        end = time.monotonic() + timeout
        while True:
            try:
                if self.run(script):
                    return
            except Failure as failure:
                if "Execution context" not in str(failure) and "Cannot find" not in str(failure) and "null" not in str(failure) and "undefined" not in str(failure):
                    raise
            if time.monotonic() > end:
                raise Failure(f"waited {timeout} s for {what or script}")
            time.sleep(0.05)

    def click(self, x, y):
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1})

    def move(self, x, y):
        self.send("Input.dispatchMouseEvent", {"type": "mouseMoved", "x": x, "y": y})

    def key(self, key, text=None):
        event = {"key": key, "code": key}
        if text:
            event["text"] = text
        codes = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32}
        if key in codes:
            event["windowsVirtualKeyCode"] = codes[key]
        self.send("Input.dispatchKeyEvent", {"type": "keyDown", **event})
        self.send("Input.dispatchKeyEvent", {"type": "keyUp", **event})

    def size(self, width, height, is_mobile=False):
        self.send("Emulation.setDeviceMetricsOverride",
                  {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": is_mobile})

    def dark(self, is_dark):
        value = "dark" if is_dark else "light"
        self.send("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": value}]})

    def file(self, selector, path):
        root = self.send("DOM.getDocument")["root"]["nodeId"]
        node = self.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
        self.send("DOM.setFileInputFiles", {"nodeId": node, "files": [path]})

    def screenshot(self, path, whole=True):
        """Of the whole page, or of what stands on the screen."""
        if not whole:
            with open(path, "wb") as file:
                file.write(base64.b64decode(self.send("Page.captureScreenshot", {"format": "png"})["data"]))
            return
        size = self.send("Page.getLayoutMetrics")["cssContentSize"]
        image = self.send("Page.captureScreenshot", {
            "format": "png", "captureBeyondViewport": True,
            "clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}})
        with open(path, "wb") as file:
            file.write(base64.b64decode(image["data"]))
