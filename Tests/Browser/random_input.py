"""Random input for the playground's server: orders and requests that are valid, nearly valid, and mutated.

    python3 random_input.py APUS [--seconds 60] [--seed N]

starts `APUS playground` on a free port and talks to it for so long. It fails, and says after which requests, when

- the server ends by itself, or does not end with 0 after Ctrl-C;
- a request is not answered within 20 seconds (those that are no HTTP may be refused by closing), or is answered with 500;
- a good request is answered wrongly: every 25 random ones a new session must take a step and say so;
- its memory grows steadily. Every few seconds all sessions are closed and the resident set is read (`VmRSS`, on Linux): the
  median of the last three such rests may be at most 1.25 times that of the first three after a third of the time, and
  16 MiB.

The menus and the orders' names are the server's own, so that what is added to a table is in the run. The same seed gives the
same requests as far as the server's answers come in the same order.
"""

import argparse
import collections
import json
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ANSWER_SECONDS = 20
REST_SECONDS = 3
NUMBERS = [0, 1, -1, 2, 3, 10, 0.5, -0.5, 1e-3, 1e-30, 1e-320, 1e9, 1e30, 1e308, -1e308, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 2**64, 1.5]
TEXTS = ["", "x", "own", "null", "NaN", "Infinity", "1e400", "0.weight", "../..", "\u0000", "ß" * 70, "👩‍👩‍👧‍👦", "<b>", "a" * 5000, "\u202e", "x1"]


class Fault(AssertionError):
    """The server did something that it must not do."""


class Client:
    """One request at a time, each over a connection of its own; the answer's status and body."""

    def __init__(self, port, token):
        self.port, self.token = port, token
        self.last = collections.deque(maxlen=12)

    def head(self, method, path, body=b"", extra=()):
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", f"X-Apus-Token: {self.token}", "Connection: close"]
        if method == "POST":
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, *extra, "", ""]).encode("utf-8", "surrogateescape") + body

    def send(self, data, is_http=True):
        self.last.append(data[:1500])
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=ANSWER_SECONDS) as connection:
                try:
                    connection.sendall(data)
                    if not is_http:
                        connection.shutdown(socket.SHUT_WR)
                except OSError:
                    pass  # refused while it was still being sent
                answer, end = b"", time.monotonic() + ANSWER_SECONDS
                while part := connection.recv(1 << 16):
                    answer += part
                    # A stream has no end: of its messages the first ones do.
                    if b"application/octet-stream" in answer and b"chunked" in answer and answer.partition(b"\r\n\r\n")[2]:
                        break
                    if time.monotonic() > end:
                        raise TimeoutError
        except TimeoutError:
            raise Fault(f"no answer within {ANSWER_SECONDS} s") from None
        except ConnectionError as error:
            if is_http:
                raise Fault(f"the connection broke: {error}") from None
            return 0, b""
        head, _, body = answer.partition(b"\r\n\r\n")
        status = re.match(rb"HTTP/1\.1 (\d+)", head)
        if status is None:
            if is_http:
                raise Fault(f"an answer that is none: {answer[:80]!r}")
            return 0, b""
        if int(status[1]) >= 500 and int(status[1]) not in (501, 505):
            raise Fault(f"status {status[1].decode()}: {body[:200]!r}")
        return int(status[1]), body

    def post(self, path, value):
        body = value if isinstance(value, bytes) else json.dumps(value).encode("utf-8", "surrogatepass")
        return self.send(self.head("POST", path, body))

    def get(self, path):
        return self.send(self.head("GET", path))


class Input:
    """What is sent, drawn from the menus."""

    def __init__(self, seed, menus, orders):
        self.random = random.Random(seed)
        self.menus, self.orders = menus, orders

    def maybe(self, chance):
        return self.random.random() < chance

    def item(self, family):
        """An item of a table, at times with parameters, which are not always fit."""
        item = self.random.choice(self.menus[family])
        if not item["parameters"] or self.maybe(0.6):
            return item["name"]
        values = {}
        for parameter in item["parameters"]:
            if self.maybe(0.5):
                usual = parameter["value"]
                values[parameter["name"]] = (
                    self.random.choice([usual, self.number()]) if isinstance(usual, (int, float)) and not isinstance(usual, bool)
                    else usual)
        return {item["name"]: values}

    def number(self):
        return self.random.choice([self.random.choice(NUMBERS), self.random.uniform(-3, 3), self.random.randint(-5, 300)])

    def lesson(self):
        some, maybe = self.random, self.maybe
        lesson = {}
        if maybe(0.8):
            kind = some.choice(self.menus["sets"])
            data = {"set": kind["name"], "classes": some.randint(*kind["classes"]), "points": some.choice([4, 5, 9, 30, 60, 300, 2000])}
            if maybe(0.4):
                data["noise"] = some.choice([0, 0.1, 1])
            if maybe(0.4):
                data["validation"] = some.choice([0, 0.1, 0.5, 0.9])
            if maybe(0.3):
                data["seed"] = some.randint(0, 50)
            if maybe(0.3):
                data["added"] = [{"x": self.coordinate(), "y": self.coordinate(), "target": some.randint(0, 2)} for _ in range(some.randint(1, 5))]
            if maybe(0.3):
                data["removed"] = [some.randint(-1, 400) for _ in range(some.randint(1, 40))]
            lesson["data"] = data
        if maybe(0.7):
            lesson["layers"] = [self.layer() for _ in range(some.randint(0, self.menus["limits"]["layers"]))]
        if maybe(0.4):
            lesson["inputs"] = some.sample([feature["name"] for feature in self.menus["features"]], some.randint(1, 4))
        if maybe(0.3):
            lesson["scaling"] = some.choice(self.menus["scalings"])
        for key, family in (("optimizer", "optimizers"), ("schedule", "schedules"), ("loss", "losses"), ("initializer", "initializers")):
            if maybe(0.4):
                lesson[key] = self.item(family)
        if maybe(0.5):
            lesson["learningRate"] = some.choice([0, 1e-5, 0.01, 0.3, 3, 1000])
        for key, values in (("l2", [0, 0.01, 100]), ("l1", [0, 0.01, 100]), ("clipNorm", [None, 1e-6, 1]), ("batch", [1, 7, 64, 20000]),
                            ("epochs", [1, 3, 100, 100000]), ("seed", [0, 1, 2**53, 2**63])):
            if maybe(0.25):
                lesson[key] = some.choice(values)
        return lesson

    def coordinate(self):
        return self.random.choice([self.random.uniform(-6, 6), 0, 1e9, -1e9])

    def layer(self):
        layer = {"units": self.random.randint(1, 12)}
        if self.maybe(0.6):
            layer["activation"] = self.item("activations")
        if self.maybe(0.3):
            layer["batchNorm"] = True
        if self.maybe(0.3):
            layer["dropout"] = self.random.choice([0, 0.2, 0.9])
        if self.maybe(0.3):
            layer["initializer"] = self.item("initializers")
        return layer

    def order(self):
        """One of the server's orders, with members that fit those this file knows."""
        some = self.random
        name = some.choice(self.orders)
        members = {
            "step": lambda: {"by": some.choice(["sample", "batch", "epoch"])},
            "scrub": lambda: {"step": some.choice([0, 1, 17, 1000, 2**40])},
            "speed": lambda: {"stepsPerSecond": some.choice([None, 1, 200, 1e9, 1e-9])},
            "lesson": lambda: {"lesson": self.lesson()},
            "weight": lambda: {"path": some.choice(["0.weight", "0.bias", "2.weight", "7.bias"]), "index": some.randint(0, 30), "value": some.uniform(-9, 9)},
            "grid": lambda: {"size": some.choice([10, 40, 100, 200])},
        }.get(name, lambda: self.members())()
        return {"do": name, **members}

    def members(self):
        keys = ["step", "index", "value", "size", "by", "layer", "unit", "sample", "name", "on", "optimizers", "point", "lesson", "pixels", "x", "y"]
        return {key: self.value(2) for key in self.random.sample(keys, self.random.randint(0, 4))}

    def value(self, depth):
        kind = self.random.randint(0, 8 if depth else 5)
        if kind <= 1:
            return self.number()
        if kind == 2:
            return self.random.choice(TEXTS)
        if kind == 3:
            return self.random.choice([True, False, None])
        if kind <= 5:
            return self.random.randint(-2, 40)
        if kind == 6:
            return {self.random.choice(TEXTS[:8]): self.value(depth - 1) for _ in range(self.random.randint(0, 3))}
        return [self.value(depth - 1) for _ in range(self.random.randint(0, 5))]

    def bent(self, value):
        """The same with one part of it changed: of another type, gone, doubled, or out of its range."""
        if isinstance(value, dict) and value and self.maybe(0.9):
            key = self.random.choice(list(value))
            changed = dict(value)
            way = self.random.random()
            if way < 0.1:
                del changed[key]
            elif way < 0.2:
                changed[key + "x"] = changed.pop(key)
            else:
                changed[key] = self.bent(value[key])
            return changed
        if isinstance(value, list) and value and self.maybe(0.8):
            changed = list(value)
            place = self.random.randrange(len(changed))
            if self.maybe(0.2):
                return changed * self.random.choice([2, 50])
            changed[place] = self.bent(changed[place])
            return changed
        return self.value(2)

    def mutated(self, data):
        """Some bytes of it flipped, cut out, doubled or put in."""
        data = bytearray(data)
        for _ in range(self.random.choice([1, 1, 2, 5, 20])):
            place = self.random.randrange(len(data) + 1)
            way = self.random.random()
            if way < 0.4 and place < len(data):
                data[place] = self.random.randrange(256)
            elif way < 0.6:
                del data[place:place + self.random.choice([1, 2, 10, 200])]
            elif way < 0.8:
                data[place:place] = self.random.choice([b"\0", b"\r\n", b"\xff\xfe", b"[", b"{", b'"', b"9" * 30, b"%00", b" " * 9000, b"\xed\xa0\x80"])
            else:
                data[place:place] = data[place:place + self.random.choice([1, 20, 300])]
        return bytes(data)

    def table(self):
        """A CSV that may be read, or nearly."""
        some = self.random
        columns, rows = some.randint(1, 8), some.choice([0, 1, 4, 20, 200, 200, 3000])
        kinds = [some.choice(["small", "small", "whole", "wild", "class", "text", "same"]) for _ in range(columns)]
        if self.maybe(0.5):
            kinds = ["small", "whole", *kinds, "class"]
            columns += 3

        def cell(kind):
            if self.maybe(0.03):
                return some.choice(["", "NA", "?", '"', '"a,b"', "1e999", "-", "\x00", "é"])
            return {"small": lambda: f"{some.gauss(0, 1):.3f}", "whole": lambda: str(some.randint(0, 40)), "same": lambda: "7",
                    "wild": lambda: str(some.choice([1.7e308, -1.7e308, 5e-324, 0, 1, 1e155, 2**63])),
                    "class": lambda: some.choice(["in", "out", "in between"]), "text": lambda: "t" * 61 + str(some.randint(0, 20))}[kind]()

        separator = some.choice([",", ",", ",", ";", "\t"])
        lines = [separator.join(some.choice([f"c{number}", f"c{number}", "same", "", "<i>", '"a""b"']) for number in range(columns))]
        lines += [separator.join(cell(kind) for kind in kinds) for _ in range(rows)]
        return some.choice(["\n", "\n", "\r\n"]).join(lines)


class Run:
    def __init__(self, apus, seed):
        self.errors = tempfile.TemporaryFile()
        self.server = subprocess.Popen(
            [apus, "playground", "--port", "0"], stdout=subprocess.PIPE, stderr=self.errors, text=True)
        address = re.match(r"http://127\.0\.0\.1:(\d+)/#token=(\w+)", self.server.stdout.readline())
        if not address:
            raise Fault("the server names no address")
        self.client = Client(int(address[1]), address[2])
        page = self.client.get("/")[1].decode()
        menus = json.loads(re.search(r'<script type="application/json" id="menus">(.*?)</script>', page)[1])
        identity = self.open({})
        _, answer = self.client.post(f"/api/sessions/{identity}/orders", {"do": "?"})
        self.input = Input(seed, menus, json.loads(answer)["expected"].split(", "))
        self.client.post(f"/api/sessions/{identity}/close", {})
        self.sessions, self.streams = [], []
        self.counts = collections.Counter()
        # MiB at the first rest.
        self.calm = None

    def open(self, lesson):
        status, body = self.client.post("/api/sessions", {"lesson": lesson})
        return re.search(rb'"kind":"session","id":"(\w+)"', body)[1].decode() if status == 200 else None

    def something(self):
        """One random thing."""
        some, client = self.input.random, self.client
        if not self.sessions or self.input.maybe(0.06):
            lesson = self.input.lesson()
            if self.input.maybe(0.3):
                lesson = self.input.bent(lesson)
            identity = self.open(lesson)
            self.counts["sessions" if identity else "sessions refused"] += 1
            if identity:
                self.sessions.append(identity)
            return
        path = "/api/sessions/" + some.choice(self.sessions)
        way = some.random()
        if way < 0.40:
            status, _ = client.post(path + "/orders", self.input.order())
            self.counts[f"orders answered with {status}"] += 1
        elif way < 0.60:
            status, _ = client.post(path + "/orders", self.input.bent(self.input.order()))
            self.counts[f"bent orders answered with {status}"] += 1
        elif way < 0.68:
            body = self.input.mutated(json.dumps(self.input.order()).encode())
            status, _ = client.post(path + "/orders", body)
            self.counts[f"mutated orders answered with {status}"] += 1
        elif way < 0.78:
            data = client.head(some.choice(["POST", "GET", "PUT", "HEAD", "OPTIONS"]), path + some.choice(["/orders", "/table", "/stream", "/model"]),
                               json.dumps(self.input.order()).encode())
            client.send(self.input.mutated(data), is_http=False)
            self.counts["mutated requests"] += 1
        elif way < 0.86:
            text = self.input.table()
            body = json.dumps({"name": "t.csv", "text": text}).encode()
            status, _ = client.post(path + "/table", self.input.mutated(body) if self.input.maybe(0.2) else body)
            self.counts[f"tables answered with {status}"] += 1
        elif way < 0.90:
            client.post(path + "/model", {})
            self.counts["model files"] += 1
        elif way < 0.95:
            # A stream that is read a little, later more, or never.
            connection = socket.create_connection(("127.0.0.1", client.port), timeout=ANSWER_SECONDS)
            connection.sendall(client.head("GET", path + "/stream"))
            if self.input.maybe(0.5):
                connection.recv(1 << 16)
            self.streams.append(connection)
            self.counts["streams"] += 1
            if len(self.streams) > 8:
                self.streams.pop(some.randrange(8)).close()
        elif way < 0.98:
            client.post(path + "/close", {})
            self.sessions.remove(path.rpartition("/")[2])
            self.counts["sessions closed"] += 1
        else:
            client.get(some.choice(["/", "/icon.svg", "/nothing", "/api", "/" + "x" * 3000, "//", "/%00", "/?" + "a=b&" * 500]))
            self.counts["pages"] += 1

    def rest(self):
        """Closes everything; what memory the server then has, in MiB."""
        for connection in self.streams:
            connection.close()
        for identity in self.sessions:
            self.client.post(f"/api/sessions/{identity}/close", {})
        self.streams, self.sessions = [], []
        # A doctor at work comes to an end though nobody waits for the finding: that takes seconds.
        least = None
        for _ in range(12):
            time.sleep(0.5)
            now = memory(self.server.pid)
            if now is None:
                return None
            least = now if least is None else min(least, now)
            self.calm = self.calm or least
            if least <= 1.25 * self.calm:
                break
        return least

    def check(self):
        """A good request is answered well."""
        identity = self.open({"data": {"points": 40}, "epochs": 5})
        while identity is None:
            # Too many sessions: the oldest goes, as a page that is closed does.
            if not self.sessions:
                raise Fault("no session can be opened")
            self.client.post(f"/api/sessions/{self.sessions.pop(0)}/close", {})
            identity = self.open({"data": {"points": 40}, "epochs": 5})
        path = f"/api/sessions/{identity}"
        status, body = self.client.post(path + "/orders", {"do": "step", "by": "epoch"})
        if (status, body) != (200, b"null"):
            raise Fault(f"a good order is answered with {status} {body[:80]!r}")
        status, body = self.client.post(path + "/orders", {"do": "export"})
        if status != 200 or "apus train" not in json.loads(body)["command"]:
            raise Fault(f"a good order is answered with {status} {body[:80]!r}")
        self.client.post(path + "/close", {})

    def end(self):
        # With a page that reads its stream, one that does not, and a connection that is kept.
        identity, other = self.open({}), self.open({"layers": [{"units": 30}] * 6})
        path = f"/api/sessions/{other}/orders"
        kept = [socket.create_connection(("127.0.0.1", self.client.port), timeout=ANSWER_SECONDS) for _ in range(3)]
        kept[0].sendall(self.client.head("GET", f"/api/sessions/{identity}/stream"))
        kept[0].recv(1 << 16)
        kept[1].sendall(self.client.head("GET", f"/api/sessions/{other}/stream"))
        self.client.post(path, {"do": "grid", "size": 200})
        self.client.post(path, {"do": "play"})
        time.sleep(1)
        self.server.send_signal(signal.SIGINT)
        code = self.server.wait(15)
        if code != 0:
            raise Fault(f"the server ends with {code} after Ctrl-C")


def memory(process):
    """Resident MiB; None where there is no /proc."""
    try:
        with open(f"/proc/{process}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+) kB", file.read())[1]) / 1024
    except FileNotFoundError:
        return None


def judge(rests):
    """- Raises: when the memory at rest grows from the middle of the run to its end."""
    rests = [rest for rest in rests if rest is not None]
    later = rests[len(rests) // 3:]
    if len(later) < 6:
        return
    before, after = statistics.median(later[:3]), statistics.median(later[-3:])
    if after > 1.25 * before + 16:
        raise Fault(f"memory at rest grew from {before:.0f} to {after:.0f} MiB")


def main():
    parser = argparse.ArgumentParser(description="Random input for the playground's server.")
    parser.add_argument("apus")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    run = Run(os.path.abspath(options.apus), options.seed)
    start = resting = time.monotonic()
    rests, requests = [], 0
    try:
        while time.monotonic() - start < options.seconds:
            run.something()
            requests += 1
            if requests % 25 == 0:
                run.check()
            if time.monotonic() - resting > REST_SECONDS:
                rests.append(run.rest())
                resting = time.monotonic()
            if run.server.poll() is not None:
                raise Fault(f"the server ended with {run.server.returncode}")
        run.rest()
        run.check()
        judge(rests)
        run.end()
    except (Fault, OSError, subprocess.TimeoutExpired) as fault:
        time.sleep(0.5)
        print(f"FAILED after {requests} requests, seed {options.seed}: {fault}")
        if run.server.poll() is not None:
            run.errors.seek(0)
            print(f"the server ended with {run.server.returncode}:", run.errors.read()[:4000].decode(errors="replace"), sep="\n")
        print("the last requests, the newest at the end:")
        for data in run.client.last:
            print("  ", data)
        sys.exit(1)
    finally:
        if run.server.poll() is None:
            run.server.kill()
            run.server.wait()
    for what, count in sorted(run.counts.items()):
        print(f"{count:6d}  {what}")
    shown = ", ".join(f"{rest:.0f}" for rest in rests if rest is not None)
    print(f"{requests} random requests in {time.monotonic() - start:.0f} s, seed {options.seed}; MiB at rest: {shown or 'not known here'}")


if __name__ == "__main__":
    main()
