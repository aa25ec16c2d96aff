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

from by_hand import ByHand
from chromium import Chromium, Failure
from common import READY, encoded, expect
from every_control import EveryControl
from lasting import Lasting
from tables import Tables


class Check(ByHand, Lasting, Tables):
    """A browser at a server; each check begins with a page of its own."""

    def __init__(self, apus, folder):
        self.folder = folder
        self.server = subprocess.Popen([apus, "playground", "--port", "0"], stdout=subprocess.PIPE, text=True)
        self.url = self.server.stdout.readline().strip()
        expect(self.url.startswith("http://127.0.0.1:"), f"the server says {self.url!r}")
        self.browser = Chromium()
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

    def click_the_first_point(self):
        """With the tool at hand, by the fields below the plane."""
        self.run("""(() => {
          const { points } = playground.plan;
          document.getElementById('hand-x').value = points[0];
          document.getElementById('hand-y').value = points[1];
          document.getElementById('hand-do').click();
        })()""")

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
        # The run must not come to its end meanwhile.
        six = {"layers": [{"units": 8}] * 6, "data": {"points": 500}, "epochs": 100_000}
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

    def check_controls_answer_at_once(self):
        # An epoch before the session is open, and training at the moment that the page says it is ready.
        source = """
          new MutationObserver((changes, observer) => {
            observer.disconnect();
            document.getElementById('play').click();
          }).observe(document, { subtree: true, attributeFilter: ['data-ready'] });
          document.addEventListener('readystatechange', () => { document.getElementById('epoch')?.click(); }, { once: true });
        """
        script = self.browser.send("Page.addScriptToEvaluateOnNewDocument", {"source": source})["identifier"]
        try:
            self.open({"data": {"set": "xor"}})
            self.wait("playground.facts.epoch > 1 && playground.facts.state === 'playing'", what="training")
            expect(self.run("playground.lesson.data.set") == "xor", "another lesson")
        finally:
            self.browser.send("Page.removeScriptToEvaluateOnNewDocument", {"identifier": script})
        self.quiet()

    def check_lessons_that_are_refused(self):
        self.open({"rate": -5})
        expect("rate" in self.run("document.getElementById('status').textContent"), "nobody says why")
        expect(self.run("playground.lesson.rate > 0"), "the lesson is taken")
        self.wait("!location.hash.includes('token') && !location.hash.includes('rate')", what="an address without it")
        self.click("#epoch")
        self.wait("playground.facts.step > 0", what="a session without the lesson")
        # The browser itself says that a request was refused, and nothing else.
        expect(all("422" in error for error in self.browser.errors), f"the console says {self.browser.errors}")

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
        self.click_the_first_point()
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
        self.choose("#speed", "2000")
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
        level = lambda row, column: f"Number(document.querySelectorAll('#pixels button')[{8 * row + column}].style.getPropertyValue('--level'))"
        self.wait(f"{level(0, 2)} > 0.5 && {level(7, 0)} === 0 && {level(7, 7)} === 0", what="the pixels of a 7")
        self.click("#play")
        self.wait("playground.facts.state === 'paused'")
        time.sleep(0.3)
        self.shots("digits-1280")
        # From the keyboard: a 1, pixel by pixel.
        self.click("#pad-clear")
        self.wait("document.getElementById('pad-bars').textContent.includes('9–')", what="an empty pad")
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
        self.click_the_first_point()
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
        self.shots("race-1280")
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
        """Each control of each panel once, each menu's every item, in each state that brings others."""
        EveryControl(self).all()
        self.quiet()

    def check_every_lesson(self):
        self.open()
        for name in self.run("[...document.getElementById('preset').options].map((option) => option.value).filter(Boolean)"):
            self.choose("#preset", name)
            self.settle()
            self.click("#batch")
            expect(self.run("document.getElementById('sentences').textContent.length > 20"), f"{name} says nothing")
            unknown = self.run("""[...document.querySelectorAll('#data-form select, #training-form select, #layers select')]
              .filter((list) => list.selectedOptions[0]?.dataset.unknown).map((list) => list.value)""")
            expect(not unknown, f"{name} has {unknown}, which no menu knows")
        self.quiet()

    def check_a_reduced_page(self):
        """A teacher ticks what to hide; who opens the link sees the rest, and keeps the keys while working."""
        self.open({"data": {"set": "gaussians", "classes": 3, "points": 90}, "rate": 0.03})
        self.click("#classroom summary")
        self.wait("document.querySelector('#classroom .address')?.value", what="the link")
        for name in ("data", "optimizer", "layers", "doctor", "export"):
            self.click(f"#classroom input[value='{name}']")
        link = self.run("document.querySelector('#classroom .address').value")
        expect(set(link.split("&hide=")[1].split(",")) == {"data", "optimizer", "layers", "doctor", "export"} and "token" not in link, f"the link is {link}")
        self.shot("classroom-1280")
        shown = """(selector) => { const item = document.querySelector(selector); return Boolean(item && item.checkVisibility()); }"""
        for width in (1280, 360):
            self.browser.size(width, 900, width < 700)
            self.browser.open("about:blank")
            self.browser.open(link)
            self.wait(READY, what="the reduced page")
            for selector, wanted in (("#data", False), ("#layers", False), (".pair", False), ("#doctor", False), ("#export", False),
                                     ("#plane", True), ("#training", True), ("#rate", True), ("#confusion", True)):
                expect(self.run(f"({shown})({json.dumps(selector)})") == wanted, f"at {width} px {selector} is {'hidden' if wanted else 'shown'}")
            labels = self.run("[...document.querySelectorAll('#training-form .field')].filter((item) => item.checkVisibility()).map((item) => item.querySelector('span').textContent)")
            expect("Optimizer" not in labels and "Schedule" in labels, f"the form has {labels}")
            expect(self.run("playground.lesson.data.classes") == 3, "the lesson is lost")
            self.shot(f"reduced-{width}")
        # Forms are made anew, and the address too: what is hidden stays so.
        self.run("""(() => {
          const list = [...document.querySelectorAll('#training-form select')].find((list) => list.checkVisibility());
          list.value = list.options[1].value;
          list.dispatchEvent(new Event('change'));
        })()""")
        self.settle()
        expect(link.split("&")[1] in self.run("location.hash"), "the keys are lost")
        expect(not self.run(f"({shown})('.pair')") and not self.run(f"({shown})('#data')"), "it is back after a change")
        self.click("#play")
        self.wait("playground.facts.step > 20", what="training in the reduced page")
        self.click("#play")
        self.quiet()
        # A locked lesson plays and is not changed; unknown names are told.
        self.browser.size(1280, 900)
        self.browser.open("about:blank")
        self.browser.open(link.split("#")[0] + "#lesson=" + encoded({"data": {"set": "xor"}}) + "&hide=colour&lock=true")
        self.wait(READY, what="the locked page")
        self.wait("document.getElementById('status').textContent.includes('colour')", what="the unknown name")
        expect(self.run("document.querySelector('#training-form').inert && document.querySelector('#layers').inert"), "the forms are not locked")
        before = self.run("JSON.stringify(playground.lesson)")
        box = self.run("(() => { const b = document.getElementById('plane').getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; })()")
        self.browser.click(box[0] + box[2] * 0.25, box[1] + box[3] * 0.25)
        self.settle()
        expect(self.run("JSON.stringify(playground.lesson)") == before and '"xor"' in before, "the locked lesson was changed")
        self.click("#play")
        self.wait("playground.facts.step > 20", what="training in the locked page")
        self.click("#play")
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

    def check_histograms_through_depth(self):
        self.open()
        self.choose("#preset", "vanishing")
        self.settle()
        self.click("#epoch")
        self.wait("playground.facts.epoch === 1")
        expect(self.run("playground.facts.depth === undefined"), "histograms come though nobody looks at them")
        self.click("#depth summary")
        self.wait("document.querySelectorAll('.depth-layer').length === 8", what="a histogram for each layer")
        before = self.run("document.getElementById('depth-layers').textContent")
        expect("layer 1 sigmoid" in before and "output" in before and before.count("rms") == 16, f"the histograms say {before}")
        drawn = self.run("document.querySelector('.depth-layer path').getAttribute('d').length")
        expect(drawn > 20, "no bars")
        # Live.
        self.click("#play")
        self.wait("document.getElementById('depth-layers').textContent !== " + json.dumps(before), what="other figures while it trains")
        self.shot("depth-1280")
        # Another network.
        self.choose("#preset", "xor-line")
        self.settle()
        self.wait("document.querySelectorAll('.depth-layer').length === 1", what="the output alone")
        self.click("#depth summary")
        self.click("#batch")
        self.wait("playground.facts.state === 'paused' && playground.facts.depth === undefined", what="an end of the histograms")
        self.quiet()

    def check_the_gradients(self):
        self.open()
        self.click("#epoch")
        self.wait("playground.facts.epoch === 1")
        self.click("#gradients")
        self.wait("document.querySelector('#gradient-verdict .verdict.ok') !== null", timeout=60, what="right gradients")
        text = self.run("document.getElementById('gradient-verdict').textContent")
        expect("well" in text and ("layer" in text or "output" in text) and "relative error" in text, f"the verdict is {text}")
        expect(self.run("document.querySelectorAll('#gradient-verdict tbody tr').length") == 6, "not every parameter is there")
        self.click("#gradient-verdict summary")
        self.shot("gradients-1280")
        # Another network has another verdict.
        self.choose("#preset", "xor")
        self.settle()
        self.wait("document.getElementById('gradient-verdict').children.length === 0 && !document.getElementById('gradients').disabled", what="no verdict")
        self.quiet()

    def check_the_landscape(self):
        self.open()
        self.choose("#speed", "200")
        self.click("#landscape summary")
        self.wait("document.querySelector('#landscape-picture svg .now') !== null", timeout=60, what="a map")
        expect("no trajectory yet" in self.run("document.getElementById('landscape-note').textContent"), "there is a trajectory before the first step")
        self.click("#play")
        self.wait("playground.facts.step > 300", what="a way")
        self.click("#landscape-again")
        self.wait("document.getElementById('landscape-picture').textContent.includes('principal direction')", timeout=60, what="the map along the way")
        note = self.run("document.getElementById('landscape-note').textContent")
        expect("% of its variance" in note, f"the map says {note}")
        place = self.run("document.querySelector('#landscape-picture .now').getAttribute('cx')")
        self.wait(f"document.querySelector('#landscape-picture .now').getAttribute('cx') !== '{place}'", what="the point moves while it trains")
        self.wait("document.querySelector('#landscape-picture .since').getAttribute('points').split(' ').length > 3", what="the way since")
        self.click("#play")
        self.wait("playground.facts.state === 'paused'")
        self.shot("landscape-1280")
        self.choose("#landscape-plane", "random")
        self.wait("document.getElementById('landscape-picture').textContent.includes('random direction')", timeout=60, what="the random map")
        # Another lesson has another map; folded away, nothing is told any more.
        self.choose("#preset", "xor")
        self.settle()
        self.wait("document.getElementById('landscape-picture').textContent.includes('step 0') && !document.getElementById('landscape-state').textContent", timeout=60, what="the map of XOR")
        self.click("#landscape summary")
        self.click("#batch")
        self.wait("playground.facts.step > 0 && playground.facts.landscape === undefined", what="an end of it")
        self.quiet()

    def check_the_graph_of_a_point(self):
        seen = "[...document.querySelectorAll('#graph-picture .%s')].filter((item) => getComputedStyle(item).visibility === 'visible').length"
        above, below = seen % "above", seen % "below"
        self.open({"data": {"set": "xor", "points": 80}, "layers": [{"units": 2}]})
        self.click("#graph summary")
        self.wait("document.querySelector('#graph-picture svg') !== null", what="the graph")
        given = self.run(above)
        expect(given > 3 and self.run(below) == 0, "gradients are there before the first step")
        forward, back = map(int, self.run("document.getElementById('graph-place').textContent.match(/\\d+/g)"))
        expect(forward > 4 and back > forward, f"{forward} steps forward and {back} back")
        for step in range(1, forward + 1):
            self.click("#graph-forward")
            expect(self.run("document.querySelectorAll('#graph-picture [data-node].now').length") == 1, "no node is pointed out")
            expect(self.run(below) == 0, "a gradient before the loss")
            expect("value" in self.run("document.getElementById('graph-node').textContent"), "no value is told")
        self.shot("graph-forward-1280")
        expect(self.run(above) == given + forward - 1, "not every value is there after the way forward")
        loss = self.run("document.querySelector('#graph-picture [data-node].now .note').textContent")
        expect(float(loss.replace("−", "-")) > 0, f"the loss is {loss}")
        for step in range(1, back + 1):
            self.click("#graph-forward")
            expect(self.run(below) == step - 1, f"{self.run(below)} gradients after {step} steps back")
        expect(self.run("document.getElementById('graph-forward').disabled"), "it goes on after the end")
        self.shot("graph-back-1280")
        self.click("#graph-back")
        expect(self.run(below) == back - 2, "a step back takes nothing away")
        self.click("#graph-first")
        expect(self.run(above) == given and self.run(below) == 0, "the first button does not go to the start")
        self.click("#graph-last")
        expect(self.run(below) == back - 1, "the last button does not go to the end")
        # A node by clicking, a point by its number and by clicking.
        self.run("document.querySelector('#graph-picture [data-node=\"0\"] rect').dispatchEvent(new MouseEvent('click', { bubbles: true }))")
        expect(self.run("document.getElementById('graph-node').textContent.length > 10"), "a click on a node says nothing")
        self.choose("#graph-point", "7")
        self.wait("document.getElementById('graph-picture').textContent.includes('on point 7')", what="another point")
        self.click("#tools input[value='look']")
        x, y = self.run("[playground.plan.points[4 * 20], playground.plan.points[4 * 20 + 1]]")
        box = self.run("(() => { const b = document.getElementById('plane').getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; })()")
        self.browser.click(box[0] + box[2] * (x + 6) / 12, box[1] + box[3] * (6 - y) / 12)
        self.wait("document.getElementById('graph-point').value === '21' && document.getElementById('graph-picture').textContent.includes('on point 21')", what="the point that was clicked")
        expect(self.run("playground.lesson.data.added.length") == 0, "the click added a point")
        # Other weights: told, and taken when asked.
        before = self.run("document.getElementById('graph-picture').textContent")
        self.click("#epoch")
        self.wait("document.getElementById('graph-state').textContent.includes('step 0')", what="that the weights are old")
        self.click("#graph-now")
        self.wait("!document.getElementById('graph-state').textContent && document.getElementById('graph-picture').textContent !== " + json.dumps(before), what="the weights of now")
        self.click("#graph summary")
        self.wait("!document.querySelector(\"#tools input[value='look']\")", what="the plane's tools without it")
        self.quiet()

    def check_a_closer_look_small_and_dark(self):
        for width in (360, 1280):
            for is_dark in (False, True):
                self.open({"layers": [{"units": 4}, {"units": 2}]}, width=width, height=800)
                self.browser.dark(is_dark)
                for _ in range(8):
                    self.click("#epoch")
                self.wait("playground.facts.epoch === 8")
                for panel in ("depth", "landscape", "graph"):
                    self.click(f"#{panel} summary")
                self.wait("document.querySelector('.depth-layer') && document.querySelector('#landscape-picture .now') && document.querySelector('#graph-picture svg') !== null", timeout=60)
                self.click("#graph-last")
                wide = self.run("""[...document.querySelectorAll('body *')].filter((item) =>
                  item.getBoundingClientRect().right > innerWidth + 1 && !item.closest('#diagram-scroll, pre, .weights, #confusion, #graph-scroll, .wide, svg svg'))
                  .map((item) => item.tagName + '#' + item.id + '.' + item.getAttribute('class')).slice(0, 5)""")
                expect(not wide, f"at {width} px too wide: {wide}")
                time.sleep(0.2)
                self.shot(f"closer-{width}-{'dark' if is_dark else 'light'}")
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
        for _ in range(120):
            self.browser.key("Tab")
            reached.add(self.run("document.activeElement.id || document.activeElement.className || document.activeElement.tagName"))
        for name in ("preset", "share", "rewind", "play", "sample", "speed", "hand-do", "doctor", "tile"):
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

    def check_the_report(self):
        """What a run leaves is one small page that needs nothing else, on a wide screen and a phone, in light and dark."""
        with tempfile.TemporaryDirectory() as folder:
            for data, words in (("fish", ("Weight", "typical error", "variance")), ("digits", ("right for", "What was taken for what"))):
                page = os.path.join(folder, data, "report.html")
                trained = subprocess.run([sys.argv[1], "train", data, "--epochs", "3", "--out", os.path.dirname(page), "--quiet"], capture_output=True, text=True)
                expect(trained.returncode == 0, trained.stderr)
                expect(os.path.getsize(page) < 1 << 20, f"the report of {data} has {os.path.getsize(page)} bytes")
                for width in (1280, 360):
                    for is_dark in (False, True):
                        self.browser.size(width, 900, width < 700)
                        self.browser.dark(is_dark)
                        self.browser.errors.clear()
                        self.browser.open("file://" + page)
                        self.wait("document.readyState === 'complete' && Boolean(document.querySelector('main h1'))", what="the report")
                        text = self.run("document.querySelector('main').textContent")
                        for word in (*words, "How it learned", "To have it again", "apus train --config"):
                            expect(word in text, f"the report of {data} says nothing of “{word}”")
                        asked = self.run("performance.getEntriesByType('resource').map((entry) => entry.name)")
                        expect(not asked, f"the report of {data} asks for {asked}")
                        wide = self.run("""[...document.querySelectorAll('main *')].filter((item) =>
                          item.getBoundingClientRect().right > innerWidth + 1 && !item.closest('.scroll, pre, figure')).map((item) => item.textContent.slice(0, 40))""")
                        expect(not wide, f"at {width} px too wide: {wide[:3]}")
                        self.shot(f"report-{data}-{width}-{'dark' if is_dark else 'light'}")
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
