"""The share of the library's speed that training in the playground has, for the same network.

    python3 Benchmarks/playground_speed.py .build/release/apus Benchmarks/.build/release/apus-benchmark [--rounds 5]

250 points through 2-4-2-1 units in batches of 10, binary cross-entropy, gradient descent: once trained by the server while
this script takes its pictures as a page does, once by a session alone (`apus-benchmark --epoch`), in turn. Told are steps a
second, the best of all rounds, and the ratio.
"""

import argparse
import http.client
import json
import re
import subprocess
import time

LESSON = {"optimizer": "sgd", "learningRate": 0.1, "loss": "binaryCrossEntropy", "epochs": 100_000,
          "data": {"points": 250, "validation": 0}}


def in_the_playground(apus, seconds):
    """Steps a second while it trains as fast as it can, and pictures a second that came meanwhile.

    The lesson ends after 2.5 million steps: `seconds` are fewer than these take.
    """
    server = subprocess.Popen([apus, "playground", "--port", "0"], stdout=subprocess.PIPE, text=True)
    try:
        port, token = re.match(r"http://127\.0\.0\.1:(\d+)/#token=(\w+)", server.stdout.readline()).groups()
        headers = {"X-Apus-Token": token, "Content-Type": "application/json"}

        def request(method, path, body=None):
            connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=10)
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            assert answer.status == 200, (path, answer.status, answer.read())
            return answer

        # The answer is the session's stream, whose first message says its name.
        stream = request("POST", "/api/sessions", {"lesson": LESSON})
        text = bytearray()
        while not (session := re.search(rb'"kind":"session".*?"id":"(\w+)"', text)):
            text += stream.read1(1 << 16)
        request("POST", f"/api/sessions/{session[1].decode()}/orders", {"do": "play"})
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            text += stream.read1(1 << 20)
        speeds = [float(number) for number in re.findall(rb'"stepsPerSecond":([\d.e+]+)', text)]
        return max(speeds), len(speeds) / seconds
    finally:
        server.terminate()
        server.wait(10)


def alone(benchmark):
    line = subprocess.run([benchmark, "--epoch"], capture_output=True, text=True, check=True).stdout
    return 25 / (float(re.search(r"([\d.]+) µs", line)[1]) * 1e-6)


def main():
    parser = argparse.ArgumentParser(description="Training in the playground beside training alone.")
    parser.add_argument("apus")
    parser.add_argument("benchmark")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    rounds = [(in_the_playground(options.apus, 1.2), alone(options.benchmark)) for _ in range(options.rounds)]
    played, library = max(speed for (speed, _), _ in rounds), max(speed for _, speed in rounds)
    pictures = min(count for (_, count), _ in rounds)
    print(f"in the playground {played:,.0f} steps/s, beside at least {pictures:.0f} pictures/s; "
          f"alone {library:,.0f} steps/s: {played / library:.0%}")


if __name__ == "__main__":
    main()
