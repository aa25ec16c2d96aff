"""The playground in a real browser: what a person would do by hand, and what must come of it.

    python3 check.py APUS FOLDER [NAME…]

starts `APUS playground` on a free port, drives a headless Chromium, leaves screenshots in FOLDER, and ends with 0 when all
is well. With names only the checks whose names contain one of them are run.
"""

import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback

from chromium import Chromium, Failure

READY = "document.documentElement.dataset.ready === 'true' && playground.picture && playground.picture.weights.length > 0"


def expect(holds, what):
    if not holds:
        raise Failure(what)


class Check:
    """A browser at a server; each check begins with a page of its own."""

    def __init__(self, apus, folder):
        self.folder = folder
        self.server = subprocess.Popen([apus, "playground", "--port", "0"], stdout=subprocess.PIPE, text=True)
        self.url = self.server.stdout.readline().strip()
        expect(self.url.startswith("http://127.0.0.1:"), f"the server says {self.url!r}")
        self.browser = Chromium()
        self.run, self.wait = self.browser.run, self.browser.wait

    def close(self):
        self.browser.close()
        self.server.send_signal(signal.SIGINT)
        code = self.server.wait(10)
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

    def shot(self, name):
        self.browser.screenshot(os.path.join(self.folder, name + ".png"))

    # The checks

    def check_trains_the_circle(self):
        self.open()
        self.click("#play")
        self.wait("playground.facts.curve[3] > 0.97", what="97 % on the circle")
        expect(self.run("document.getElementById('loss-chart').textContent").count("training"), "no curve")
        self.shot("circle-1280")
        self.click("#play")
        self.wait("playground.facts.state === 'paused'")
        self.quiet()

    def check_trains_xor_to_zero_errors(self):
        self.open()
        self.choose("#preset", "xor")
        self.settle()
        self.choose("#speed", "")
        self.click("#play")
        self.wait("playground.facts.curve[3] === 1", timeout=60, what="zero errors on XOR")
        self.click("#play")
        self.quiet()

    def check_pictures_a_second(self):
        six = {"layers": [{"units": 8}] * 6, "data": {"points": 500}}
        self.open(six)
        self.choose("#speed", "")
        self.click("#play")
        time.sleep(1)
        start = self.run("[performance.now(), playground.counts.pictures, playground.counts.drawn]")
        time.sleep(4)
        end = self.run("[performance.now(), playground.counts.pictures, playground.counts.drawn]")
        seconds = (end[0] - start[0]) / 1000
        came, drawn = (end[1] - start[1]) / seconds, (end[2] - start[2]) / seconds
        steps = self.run("playground.facts.stepsPerSecond")
        print(f"    6 × 8 units, 100 × 100: {came:.1f} pictures a second came, {drawn:.1f} were drawn; {steps:.0f} steps a second")
        self.click("#play")
        self.quiet()

    def check_edits_a_weight(self):
        self.open()
        self.click(".tile[data-layer='0'][data-unit='1']")
        self.wait("!document.getElementById('inspector').hidden")
        self.run("""(() => {
          const number = document.querySelectorAll('#inspector input[data-kind=weight]')[0];
          number.focus(); number.value = '3.25'; number.dispatchEvent(new Event('change', { bubbles: true }));
        })()""")
        self.wait("playground.picture.weights[1] === 3.25", what="the weight set by hand")
        self.run("""(() => {
          const number = document.querySelector('#inspector input[data-kind=bias]');
          number.focus(); number.value = '-1.5'; number.dispatchEvent(new Event('change', { bubbles: true }));
        })()""")
        self.wait("playground.picture.weights[8 + 1] === -1.5", what="the bias set by hand")
        self.shot("weights-1280")
        self.quiet()

    def check_adds_and_removes_points(self):
        self.open()
        box = self.run("(() => { const b = document.getElementById('plane').getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; })()")
        before = self.run("playground.plan.points.length / 4")
        self.click("#tools input[value='1']")
        self.browser.click(box[0] + box[2] * 0.25, box[1] + box[3] * 0.25)
        self.wait(f"playground.plan.points.length / 4 === {before + 1}", what="the point added by a click")
        point = self.run("playground.lesson.data.added[0]")
        expect(abs(point["x"] + 3) < 0.2 and abs(point["y"] - 3) < 0.2 and point["target"] == 1, f"the point is {point}")
        self.settle()
        self.click("#tools input[value='remove']")
        self.browser.click(box[0] + box[2] * 0.25, box[1] + box[3] * 0.25)
        self.wait(f"playground.plan.points.length / 4 === {before} && playground.lesson.data.added.length === 0", what="the point taken away")
        # From the keyboard.
        self.settle()
        self.click("#tools input[value='0']")
        self.click("#hand-do")
        self.wait(f"playground.plan.points.length / 4 === {before + 1}", what="the point added by the button")
        self.quiet()

    def check_uploads_a_table(self):
        self.open()
        header = '"<img src=x onerror=document.title=1>","<b>b</b>",c,"<script>alert(1)</script>"\n'
        rows = "".join(f"{i % 13},{(i * i) % 17},{i},{'<i>in</i>' if i % 13 > 6 else 'out'}\n" for i in range(80))
        path = os.path.join(self.folder, "<u>table</u>.csv".replace("/", "-"))
        with open(path, "w") as file:
            file.write(header + rows)
        self.browser.file("#file", path)
        self.wait("playground.lesson.data.set === 'own' && playground.plan.axes[0].startsWith('<img')", what="the table's plane")
        expect(self.run("document.querySelectorAll('main img, main script, main b, main i, main u').length") == 0, "the table's text became HTML")
        expect(self.run("document.title") == "Apus playground", "a script of the table ran")
        self.click("#play")
        self.wait("playground.facts.epoch > 20")
        self.click("#play")
        self.shot("table-1280")
        self.quiet()
        os.remove(path)

    def check_all_columns(self):
        """A table of numbers, categories and gaps: every column is an input, the plane that of two principal components."""
        self.open()
        lines = ["length,<b>kind</b>,wild,height,class"]
        for i in range(120):
            lines.append(f"{i * 7 % 41},{['pike', 'bream', 'roach'][i % 3]},{'yes' if i % 2 else 'no'},{'' if i % 19 == 7 else i * i % 17},{'big' if i * 7 % 41 > 20 else 'small'}")
        path = os.path.join(self.folder, "columns.csv")
        with open(path, "w") as file:
            file.write("\n".join(lines))
        self.browser.file("#file", path)
        self.wait("playground.lesson.data.set === 'own' && playground.plan.target === 'class'", what="the table")
        expect(self.run("playground.plan.projection === null && playground.plan.inputs.length === 2"), "two columns have a projection")
        self.run("""(() => {
          const list = [...document.querySelectorAll('#data-form select')].find((list) => [...list.options].some((option) => option.value === 'all'));
          list.value = 'all';
          list.dispatchEvent(new Event('change', { bubbles: true }));
        })()""")
        self.wait("playground.plan.projection !== null", what="the plane of all columns")
        self.settle()
        expect(self.run("playground.plan.inputs.join()") == "length,<b>kind</b> = bream,<b>kind</b> = pike,<b>kind</b> = roach,wild,height,height is missing",
               f"the inputs are {self.run('playground.plan.inputs')}")
        expect(self.run("document.querySelectorAll('main b').length") == 0, "the table's text became HTML")
        shares = self.run("playground.plan.projection")
        expect(0 < shares[1] <= shares[0] and sum(shares) < 1, f"the shares are {shares}")
        expect(f"{round(shares[0] * 100)} % (across)" in self.run("document.getElementById('plane-caption').textContent"), "the caption says no share")
        expect(self.run("[...document.querySelectorAll('#tools input')].map((tool) => tool.value).join()") == "remove", "points can be added to a slice")
        self.click("#play")
        self.wait("playground.facts.curve[3] > 0.95", timeout=60, what="95 % on all columns")
        self.click("#play")
        self.wait("playground.facts.state === 'paused'")
        # A row is taken away by a click on it.
        before = self.run("playground.plan.points.length / 4")
        self.run("""(() => {
          const { points } = playground.plan;
          document.getElementById('hand-x').value = points[0];
          document.getElementById('hand-y').value = points[1];
          document.getElementById('hand-do').click();
        })()""")
        self.wait(f"playground.plan.points.length / 4 === {before - 1}", what="the row taken away")
        self.settle()
        self.shot("columns-1280")
        # The run that is exported comes to the same model.
        self.click("#rewind")
        self.wait("playground.facts.step === 0")
        self.click("#epoch")
        self.wait("playground.facts.epoch === 1")
        self.same_model()
        self.browser.size(360, 800, True)
        time.sleep(0.3)
        self.shot("columns-360")
        self.quiet()
        os.remove(path)

    def same_model(self):
        """Downloads model and files, and trains by the command: the same bytes."""
        folder = self.browser.downloads
        for name in os.listdir(folder):
            if os.path.isfile(os.path.join(folder, name)):
                os.remove(os.path.join(folder, name))
        for title in ("Model", "Command"):
            self.run(f"[...document.querySelectorAll('#downloads button')].find((button) => button.textContent === {json.dumps(title)}).click()")
        end = time.monotonic() + 10
        while not {"lesson.yaml", "model.safetensors"} <= set(os.listdir(folder)) or any(name.endswith(".crdownload") for name in os.listdir(folder)):
            expect(time.monotonic() < end, f"downloaded are {os.listdir(folder)}")
            time.sleep(0.1)
        self.wait("document.getElementById('export-text').textContent.includes('apus train')", what="the command")
        time.sleep(0.3)
        command = self.run("document.querySelector('#export-text pre').textContent").split("apus train ")[1].split()
        trained = subprocess.run([sys.argv[1], "train", *command, "--out", "same", "--quiet"], cwd=folder, capture_output=True, text=True)
        expect(trained.returncode == 0, trained.stderr)
        with open(os.path.join(folder, "same/model.safetensors"), "rb") as ours, open(os.path.join(folder, "model.safetensors"), "rb") as page:
            expect(ours.read() == page.read(), "the exported run comes to another model")

    def check_digits(self):
        """Digits learnt, drawn by hand with the mouse and from the keyboard, and known while the network trains."""
        self.open()
        expect(self.run("document.getElementById('digit').hidden"), "there is a pad without digits")
        self.choose("#preset", "digits")
        self.wait("playground.plan.image !== null && playground.plan.points.length / 4 === 3823", what="the digits")
        self.settle()
        expect(self.run("document.querySelectorAll('#diagram .images canvas.pixels').length") == 16, "no weight images")
        self.choose("#speed", "")
        self.click("#play")
        self.wait("playground.facts.epoch > 8 && playground.facts.curve[5] > 0.9", timeout=120, what="90 % of the digits")
        self.shot("digits-playing-1280")

        def draw(*strokes):
            self.click("#pad-clear")
            self.run("document.getElementById('pad').scrollIntoView({ block: 'center' })")
            box = self.run("(() => { const b = document.getElementById('pad').getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; })()")
            for stroke in strokes:
                places = [(box[0] + box[2] * x, box[1] + box[3] * y) for x, y in stroke]
                mouse = lambda kind, place: self.browser.send("Input.dispatchMouseEvent", {
                    "type": kind, "x": place[0], "y": place[1], "button": "left", "buttons": 1, "clickCount": 1})
                mouse("mousePressed", places[0])
                for (x1, y1), (x2, y2) in zip(places, places[1:]):
                    for part in range(1, 9):
                        mouse("mouseMoved", (x1 + (x2 - x1) * part / 8, y1 + (y2 - y1) * part / 8))
                mouse("mouseReleased", places[-1])

        circle = [(0.5 + 0.25 * math.sin(turn / 4 * math.pi), 0.5 - 0.38 * math.cos(turn / 4 * math.pi)) for turn in range(9)]
        draw(circle)
        self.wait("document.getElementById('pad-verdict').textContent === 'taken for a 0'", what="a drawn 0, while it trains")
        draw([(0.25, 0.12), (0.75, 0.12), (0.45, 0.9)])
        self.wait("document.getElementById('pad-verdict').textContent === 'taken for a 7'", what="a drawn 7")
        expect(self.run("document.querySelectorAll('#pad-bars tr').length") == 10, "not ten bars")
        # What is drawn is that picture of 8 × 8, and not the strokes' place: the upper row is full of ink, the lower corners are empty.
        level = lambda row, column: self.run(f"Number(document.querySelectorAll('#pixels button')[{8 * row + column}].style.getPropertyValue('--level'))")
        expect(level(0, 2) > 0.5 and level(7, 0) == 0 and level(7, 7) == 0, "the pixels are not those of a 7")
        self.click("#play")
        self.wait("playground.facts.state === 'paused'")
        time.sleep(0.3)
        self.shot("digits-1280")
        self.browser.dark(True)
        time.sleep(0.3)
        self.shot("digits-1280-dark")
        self.browser.dark(False)
        # From the keyboard: a 1, pixel by pixel.
        self.click("#pad-clear")
        self.wait("document.getElementById('pad-bars').hidden", what="an empty pad")
        self.run("document.querySelector('#pixels button[tabindex=\"0\"]').focus()")
        self.run("document.activeElement === document.querySelectorAll('#pixels button')[0] || document.querySelectorAll('#pixels button')[0].focus()")
        for _ in range(3):
            self.browser.key("ArrowRight")
        for row in range(8):
            self.browser.key(" ", " ")
            self.browser.key("ArrowRight")
            self.browser.key(" ", " ")
            self.browser.key("ArrowLeft")
            self.browser.key("ArrowDown")
        expect(self.run("[...document.querySelectorAll('#pixels button')].filter((cell) => cell.style.getPropertyValue('--level') === '1').length") == 16,
               "the keys set other pixels")
        self.wait("document.getElementById('pad-verdict').textContent === 'taken for a 1'", what="a 1 from the keyboard")
        # One of the set, by a click on the plane.
        self.run("""(() => {
          const { points } = playground.plan;
          document.getElementById('hand-x').value = points[0];
          document.getElementById('hand-y').value = points[1];
          document.getElementById('hand-do').click();
        })()""")
        self.wait("document.getElementById('pad-verdict').textContent === 'taken for a 0'", what="the first digit of the set")
        # A unit's weights.
        self.click(".tile[data-layer='0'][data-unit='3']")
        self.wait("document.querySelectorAll('#inspector input').length === 65", what="a bias and 64 weights")
        self.shot("digits-weights-1280")
        self.click("#rewind")
        self.wait("playground.facts.step === 0")
        self.click("#epoch")
        self.wait("playground.facts.epoch === 1", timeout=60)
        self.same_model()
        self.browser.size(360, 800, True)
        time.sleep(0.4)
        wide = self.run("[...document.querySelectorAll('#digit *')].filter((item) => item.getBoundingClientRect().right > innerWidth + 1).length")
        expect(wide == 0, f"{wide} parts of the pad are too wide at 360 px")
        self.shot("digits-360")
        self.quiet()

    def check_race(self):
        """Momentum, plain descent and Adam in the ravine: who is there first; then one more, and another lesson."""
        self.open()
        self.choose("#preset", "ravine")
        self.settle()
        expect(self.run("!document.getElementById('race').open && document.querySelectorAll('.racer').length") == 3, "the race is not folded away")
        self.choose("#speed", "20")
        self.click("#race summary")
        self.wait("document.querySelectorAll('#race-chart svg').length === 1", what="the race")
        expect("Who is first" in self.run("document.getElementById('race-verdict').textContent"), "the race says nothing")
        self.click("#race-play")
        self.wait("document.documentElement.dataset.race === 'running' && document.querySelectorAll('#race-chart polyline').length === 3", what="the running race")
        self.click("#race-play")
        self.wait("document.documentElement.dataset.race === 'paused'", what="the pause")
        expect(self.run("playground.facts.step") == 0, "the lesson trained too")
        self.choose("#speed", "")
        self.click("#race-play")
        self.wait("document.documentElement.dataset.race === 'paused' && document.getElementById('race-verdict').textContent.startsWith('Momentum was first')", timeout=60, what="momentum first")
        words = self.run("document.getElementById('race-verdict').textContent")
        print("    " + words)
        expect("sgd after" in words, f"the race says {words}")
        pictures = self.run("""[...document.querySelectorAll('.racer canvas')].map((canvas) =>
          new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).size)""")
        expect(len(pictures) == 3 and min(pictures) > 8, f"the pictures have {pictures} colours")
        time.sleep(0.2)
        self.run("document.getElementById('race').scrollIntoView()")
        self.shot("race-1280")
        self.browser.dark(True)
        time.sleep(0.5)
        self.shot("race-1280-dark")
        self.browser.dark(False)
        self.click("#race-rewind")
        self.wait("document.documentElement.dataset.race === 'ready'", what="the race's beginning")
        # One more, of classes, and the address holds it.
        self.click("#race-add")
        self.wait("playground.lesson.race.racers.length === 4 && document.querySelectorAll('.racer').length === 4", what="a fourth")
        self.settle()
        expect("race" in self.run("decodeURIComponent(location.hash)"), "the address has no race")
        self.choose("#preset", "circle")
        self.settle()
        self.wait("playground.lesson.race.racers.length === 3", what="the usual racers")
        self.settle()
        self.click("#race-play")
        self.wait("document.querySelectorAll('#race-chart circle').length > 0", timeout=60, what="somebody at the goal")
        self.click("#play")
        self.wait("document.documentElement.dataset.race !== 'running' && playground.facts.state === 'playing'", what="one of the two at a time")
        self.click("#play")
        self.browser.size(360, 800, True)
        time.sleep(0.4)
        wide = self.run("[...document.querySelectorAll('#race *')].filter((item) => item.getBoundingClientRect().right > innerWidth + 1).length")
        expect(wide == 0, f"{wide} parts of the race are too wide at 360 px")
        self.shot("race-360")
        self.click("#race summary")
        self.quiet()

    def check_every_control(self):
        """Each menu's every item, each box, slider and number once."""
        self.open({"data": {"points": 60}})
        self.choose("#speed", "2000")
        count = 0
        for form in ("#data-form", "#training-form", "#layers"):
            total = self.run(f"document.querySelectorAll('{form} select').length")
            for index in range(total):
                place = f"document.querySelectorAll('{form} select')[{index}]"
                before = self.run(f"{place}.value")
                for value in self.run(f"[...{place}.options].map((option) => option.value)"):
                    self.run(f"(() => {{ const l = {place}; l.value = {json.dumps(value)}; l.dispatchEvent(new Event('change')); }})()")
                    self.settle()
                    count += 1
                    status = self.run("document.getElementById('status').classList.contains('error') && document.getElementById('status').textContent")
                    expect(not status, f"{form} {index} {value}: {status}")
                self.run(f"(() => {{ const l = {place}; l.value = {json.dumps(before)}; l.dispatchEvent(new Event('change')); }})()")
                self.settle()
            total = self.run(f"document.querySelectorAll('{form} input:not([type=file])').length")
            for index in range(total):
                place = f"document.querySelectorAll('{form} input:not([type=file])')[{index}]"
                if self.run(f"!{place}"):
                    continue
                self.run(f"""(() => {{
                  const input = {place};
                  if (input.type === 'checkbox') return input.click();
                  if (input.type === 'range') input.value = Number(input.max);
                  else if (input.type === 'number') input.value = Number(input.value || 1) || 0.5;
                  input.dispatchEvent(new Event('input', {{ bubbles: true }}));
                  input.dispatchEvent(new Event('change', {{ bubbles: true }}));
                }})()""")
                self.settle()
                count += 1
        for name in self.run("[...document.getElementById('preset').options].map((option) => option.value).filter(Boolean)"):
            self.choose("#preset", name)
            self.settle()
            self.click("#batch")
            count += 1
            expect(self.run("document.getElementById('sentences').textContent.length > 20"), f"{name} says nothing")
            unknown = self.run("""[...document.querySelectorAll('#data-form select, #training-form select, #layers select')]
              .filter((list) => list.selectedOptions[0]?.dataset.unknown).map((list) => list.value)""")
            expect(not unknown, f"{name} has {unknown}, which no menu knows")
        self.choose("#preset", "circle")
        self.settle()
        for button in ("#sample", "#batch", "#epoch", "#rewind", "#share", "#regenerate", ".add-layer", ".pair button:last-child", ".pair button"):
            self.click(button)
            self.settle()
            count += 1
        for value in self.run("[...document.getElementById('speed').options].map((option) => option.value)"):
            self.choose("#speed", value)
            count += 1
        print(f"    {count} times something was switched")
        self.quiet()

    def check_the_address_restores_the_state(self):
        lesson = {"data": {"set": "spirals", "classes": 3, "noise": 0.02}, "layers": [{"units": 7, "activation": "relu"}], "rate": 0.01}
        self.open(lesson)
        self.choose("#training-form select", "rmsprop")
        self.settle()
        self.click("#tools input[value='2']")
        self.click("#hand-do")
        self.settle()
        address, before = self.run("location.href"), self.run("JSON.stringify(playground.lesson)")
        expect("token" not in address, "the address holds the token")
        self.browser.open("about:blank")
        self.browser.open(address)
        self.wait(READY, what="the page from its address")
        expect(self.run("JSON.stringify(playground.lesson)") == before, "the address restores another lesson")
        expect(self.run("playground.lesson.optimizer") == "rmsprop" and self.run("playground.lesson.data.added.length") == 1, "something is lost")
        # One that is none is told, and the page works.
        self.browser.open("about:blank")
        self.browser.open(address.split("#")[0] + "#lesson=" + encoded({"colour": "red"}))
        self.wait(READY)
        self.wait("document.getElementById('status').textContent.includes('colour')", what="the refusal")

    def check_time(self):
        self.open()
        first = self.run("JSON.stringify([...playground.picture.weights])")
        for _ in range(5):
            self.click("#epoch")
        self.wait("playground.facts.epoch === 5", what="five epochs")
        self.click("#batch")
        self.wait("playground.facts.step === 106", what="a batch")
        self.run("(() => { const s = document.getElementById('scrub'); s.value = 2; s.dispatchEvent(new Event('input')); })()")
        self.wait("playground.facts.step === playground.facts.snapshots[2] && playground.facts.step < 106", what="the past")
        self.click("#rewind")
        self.wait("playground.facts.step === 0", what="the beginning")
        self.wait(f"JSON.stringify([...playground.picture.weights]) === {json.dumps(first)}", what="the same first weights")
        self.quiet()

    def check_divergence(self):
        self.open()
        self.choose("#preset", "rate")
        self.settle()
        self.click("#play")
        self.wait("playground.facts.state === 'diverged' && !document.getElementById('banner').hidden", timeout=60, what="the divergence")
        text = self.run("document.getElementById('banner').textContent")
        expect("step" in text and ("layer" in text or "parameter" in text or "loss" in text), f"the banner says {text}")
        self.shot("divergence-1280")
        self.click("#banner button")
        self.wait("document.getElementById('banner').hidden && playground.lesson.rate < 1", what="the good state")
        self.settle()
        self.click("#play")
        self.wait("playground.facts.state === 'playing' && playground.facts.curve[2] < 1", what="going on")
        self.click("#play")
        self.quiet()

    def check_the_doctor(self):
        self.open()
        self.choose("#preset", "zeros")
        self.settle()
        self.click("#doctor")
        self.wait("document.querySelectorAll('.verdict').length > 3", timeout=90, what="verdicts")
        expect(self.run("document.querySelectorAll('.verdict.bad, .verdict.look').length") > 0, "all is well with weights of zero")
        self.shot("doctor-1280")
        self.quiet()

    def check_exports(self):
        self.open()
        self.click("#epoch")
        self.wait("playground.facts.epoch === 1")
        buttons = self.run("[...document.querySelectorAll('#downloads button')].map((button) => button.textContent)")
        for index, name in enumerate(buttons):
            self.run(f"document.querySelectorAll('#downloads button')[{index}].click()")
            time.sleep(0.4)
        self.wait("document.getElementById('export-text').textContent.includes('apus train')", what="the command")
        folder = self.browser.downloads
        end = time.monotonic() + 10
        while not {"points.csv", "lesson.yaml", "model.safetensors"} <= set(os.listdir(folder)):
            expect(time.monotonic() < end, f"downloaded are {os.listdir(folder)}")
            time.sleep(0.1)
        self.quiet()
        # The command comes to the same weights, and the same file.
        trained = subprocess.run(
            [sys.argv[1], "train", "--config", "lesson.yaml", "--out", "run", "--quiet"], cwd=folder, capture_output=True, text=True)
        expect(trained.returncode == 0, trained.stderr)
        with open(os.path.join(folder, "run/model.safetensors"), "rb") as ours, open(os.path.join(folder, "model.safetensors"), "rb") as page:
            expect(ours.read() == page.read(), "the exported run comes to another model")

    def check_keyboard(self):
        """Every button and field can be reached with Tab, and Enter and the space bar work."""
        self.open()
        reached = set()
        for _ in range(90):
            self.browser.key("Tab")
            reached.add(self.run("document.activeElement.id || document.activeElement.className || document.activeElement.tagName"))
        for name in ("preset", "share", "rewind", "play", "sample", "speed", "plane", "hand-do", "doctor", "tile"):
            expect(name in reached or any(name in str(item) for item in reached), f"Tab does not reach {name}: {sorted(map(str, reached))}")
        unnamed = self.run("""[...document.querySelectorAll('button, input, select')].filter((item) => {
          if (item.closest('[hidden]')) return false;
          const label = item.labels?.[0]?.textContent ?? '';
          return !(item.getAttribute('aria-label') || label.trim() || item.textContent.trim() || item.title);
        }).map((item) => item.outerHTML.slice(0, 80))""")
        expect(not unnamed, f"without a name: {unnamed[:3]}")
        self.run("document.activeElement.blur()")
        self.browser.key(" ", " ")
        self.wait("playground.facts.state === 'playing'", what="the space bar")
        self.browser.key(" ", " ")
        self.wait("playground.facts.state === 'paused'")
        self.quiet()

    def check_small_and_dark(self):
        for width in (360, 768, 1280):
            for is_dark in (False, True):
                self.open({"data": {"set": "gaussians", "classes": 4}, "layers": [{"units": 6}, {"units": 4}]}, width=width, height=800)
                self.browser.dark(is_dark)
                self.click("#play")
                self.wait("playground.facts.epoch > 5")
                self.click("#play")
                self.wait("playground.facts.state === 'paused'")
                time.sleep(0.2)
                wide = self.run("""[...document.querySelectorAll('body *')].filter((item) =>
                  item.getBoundingClientRect().right > innerWidth + 1 && !item.closest('#diagram-scroll, pre, .weights, #confusion'))
                  .map((item) => item.tagName + '#' + item.id + '.' + item.className).slice(0, 5)""")
                expect(not wide, f"at {width} px too wide: {wide}")
                overlaps = self.run("""(() => {
                  const items = [...document.querySelectorAll('button, select, input, h2')].filter((item) => item.offsetParent && !item.closest('#diagram, #time, details:not([open])'));
                  const boxes = items.map((item) => [item, item.getBoundingClientRect()]).filter(([, box]) => box.width > 0);
                  const found = [];
                  for (let a = 0; a < boxes.length; a++) for (let b = a + 1; b < boxes.length; b++) {
                    const [p, q] = [boxes[a][1], boxes[b][1]];
                    const across = Math.min(p.right, q.right) - Math.max(p.left, q.left);
                    const down = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
                    if (across > 2 && down > 2) found.push(boxes[a][0].outerHTML.slice(0, 60) + ' and ' + boxes[b][0].outerHTML.slice(0, 60));
                  }
                  return found.slice(0, 3);
                })()""")
                expect(not overlaps, f"at {width} px overlap: {overlaps}")
                self.shot(f"page-{width}-{'dark' if is_dark else 'light'}")
                self.quiet()


def encoded(lesson):
    from urllib.parse import quote

    return quote(json.dumps(lesson))


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
