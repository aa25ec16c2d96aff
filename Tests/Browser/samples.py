"""What is learned from besides sets of points: a table, all of its columns, and digits."""

import json
import math
import os
import subprocess
import sys
import time

from common import expect


class Samples:
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
        trained = subprocess.run([sys.argv[1], "train", *command, "--out", "same", "--overwrite", "--quiet"], cwd=folder, capture_output=True, text=True)
        expect(trained.returncode == 0, trained.stderr)
        with open(os.path.join(folder, "same/model.safetensors"), "rb") as ours, open(os.path.join(folder, "model.safetensors"), "rb") as page:
            expect(ours.read() == page.read(), "the exported run comes to another model")

    def check_digits(self):
        """Digits learned, drawn by hand with the mouse and from the keyboard, and known while the network trains."""
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
        self.wait("document.getElementById('pad-result').textContent === 'predicted: 0'", what="a drawn 0, while it trains")
        draw([(0.25, 0.12), (0.75, 0.12), (0.45, 0.9)])
        self.wait("document.getElementById('pad-result').textContent === 'predicted: 7'", what="a drawn 7")
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
        self.wait("document.getElementById('pad-result').textContent === 'predicted: 1'", what="a 1 from the keyboard")
        # One of the set, by a click on the plane.
        self.click_the_first_point()
        self.wait("document.getElementById('pad-result').textContent === 'predicted: 0'", what="the first digit of the set")
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
