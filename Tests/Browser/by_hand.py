"""What only somebody at the page notices: what moves under a finger, where the focus is, what is in sight, what can be typed."""

import json
import os
import time

from chromium import expect

BOX = "(() => { const b = document.querySelector(%s).getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; })()"
FOCUS = "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent || document.activeElement.tagName"
# Whether a place of the screen shows the element, and nothing lies over it.
IN_SIGHT = """((selector) => {
  const item = document.querySelector(selector);
  const box = item.getBoundingClientRect();
  const top = document.elementFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
  return box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth + 1 && (item.contains(top) || top?.contains(item)) || false;
})(%s)"""
# How many colors a canvas has, read from a copy: a browser warns of one that is read again and again.
COLOURS = """((selector) => {
  const canvas = document.querySelector(selector);
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  return new Set(new Uint32Array(copy.getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size;
})(%s)"""


class ByHand:
    """Checks that a person would make; `Check` has them too."""

    def box(self, selector):
        return self.run(BOX % json.dumps(selector))

    def in_sight(self, selector):
        return self.run(IN_SIGHT % json.dumps(selector))

    def type(self, selector, text):
        """Into a field, as keys do it: what was there is replaced."""
        self.run(f"(() => {{ const field = document.querySelector({json.dumps(selector)}); field.focus(); field.select(); }})()")
        self.browser.send("Input.insertText", {"text": text})
        self.browser.key("Enter", "\r")

    def check_the_first_stroke_moves_nothing(self):
        """Digits on a phone: the page stays where it is while a finger draws."""
        self.open({"data": {"set": "digits"}, "layers": [{"units": 8}]}, width=360, height=740)
        self.run("document.getElementById('pad').scrollIntoView({ block: 'center' })")
        time.sleep(0.2)
        left, top, right, bottom = self.box("#pad")
        before = self.run("[scrollY, document.documentElement.scrollHeight]")
        touch = lambda kind, *places: self.browser.send("Input.dispatchTouchEvent", {
            "type": kind, "touchPoints": [{"x": left + (right - left) * x, "y": top + (bottom - top) * y} for x, y in places]})
        touch("touchStart", (0.25, 0.15))
        for x, y in ((0.4, 0.15), (0.55, 0.15), (0.7, 0.15), (0.6, 0.4), (0.5, 0.6), (0.45, 0.85)):
            touch("touchMove", (x, y))
            time.sleep(0.15)
        touch("touchEnd")
        self.wait("document.getElementById('pad-result').textContent.startsWith('predicted')", what="a finding")
        after = self.run("[scrollY, document.documentElement.scrollHeight]")
        expect(after[0] == before[0] and self.box("#pad")[1] == top, f"the page moved under the finger: {before} {after} {top} {self.box('#pad')}")
        self.shots("digit-drawn-360")
        # A bar stands beside its figure.
        off = self.run("""[...document.querySelectorAll('#pad-bars tr')].map((row) => {
          const middle = (item) => { const box = item.getBoundingClientRect(); return (box.top + box.bottom) / 2; };
          return Math.abs(middle(row.querySelector('span')) - middle(row));
        })""")
        expect(max(off) < 2, f"bars are {max(off)} px beside their rows")
        self.quiet()

    def check_the_focus_stays(self):
        """From the keyboard: units and layers one after the other, a weight, and the way out of its box."""
        self.open()
        self.run("document.querySelector('[data-part=\"more 0\"]').focus()")
        for _ in range(4):
            self.browser.key("Enter", "\r")
        self.wait("playground.plan.layers[0].units === 8", what="four units more")
        self.settle()
        expect(self.run(FOCUS) == "one unit more in layer 1", f"after “+” the focus is on {self.run(FOCUS)}")
        self.run("document.querySelector('.add-layer').focus()")
        for layers in range(4, 10):
            self.browser.key("Enter", "\r")
            self.wait(f"playground.plan.layers.length === {layers}", what=f"{layers} layers")
        self.settle()
        expect(self.run("!document.querySelector('.add-layer')") and self.run(FOCUS) == "one unit more in layer 8", f"without “+ layer” the focus is on {self.run(FOCUS)}")
        # The last unit of a layer cannot go: its neighbor has the focus.
        self.open({"layers": [{"units": 2}]})
        self.run("document.querySelector('[data-part=\"less 0\"]').focus()")
        self.browser.key("Enter", "\r")
        self.wait("playground.plan.layers[0].units === 1", what="a unit less")
        expect(self.run(FOCUS) == "one unit more in layer 1", f"the focus is on {self.run(FOCUS)}")
        # Weights, one after the other.
        self.open()
        self.click(".tile[data-layer='0'][data-unit='1']")
        field = "#inspector input[data-kind=weight]"
        self.type(field, "0.5")
        self.wait("playground.picture.weights[1] === 0.5", what="the weight")
        self.browser.send("Input.insertText", {"text": "0.75"})
        self.browser.key("Enter", "\r")
        self.wait("playground.picture.weights[1] === 0.75", what="the next value in the same field")
        # The box shows what the unit has of inputs, when there are more of them.
        self.click(".tile[data-layer='1'][data-unit='0']")
        self.wait("document.querySelectorAll('#inspector input').length === 5", what="a bias and four weights")
        # A number of five digits has room.
        cut = self.run("""[...document.querySelectorAll('#inspector input')].filter((number) => {
          number.value = '-0.07543';
          return number.scrollWidth > number.clientWidth;
        }).length""")
        expect(cut == 0, f"{cut} weights are cut")
        self.click("[data-part='more 0']")
        self.wait("document.querySelectorAll('#inspector input').length === 6", what="a fifth weight")
        self.run("document.querySelector('#inspector input').focus()")
        self.browser.key("Escape")
        expect(self.run("document.getElementById('inspector').hidden && document.activeElement.dataset.part") == "unit 1 0", "Escape does not close the weights")
        # An edge's weight is ready to be typed over.
        x, y = self.run("""(() => {
          const from = document.querySelectorAll('.tile.input canvas')[0].getBoundingClientRect();
          const to = document.querySelector('[data-part="unit 0 0"] canvas').getBoundingClientRect();
          return [(from.right + to.left) / 2, (from.top + from.bottom + to.top + to.bottom) / 4];
        })()""")
        self.browser.move(x, y)
        self.browser.click(x, y)
        self.wait("document.activeElement.dataset.kind === 'weight'", what="the edge's weight")
        self.browser.send("Input.insertText", {"text": "5"})
        expect(self.run("document.activeElement.value") == "5", "what is typed is put beside the old value")
        self.quiet()

    def check_messages_are_seen(self):
        """A refusal and a divergence, wherever the page stands, and without moving it."""
        for width, height in ((1280, 900), (360, 740)):
            self.open(width=width, height=height)
            self.choose("#preset", "rate")
            self.settle()
            self.run("document.getElementById('training').scrollIntoView()")
            time.sleep(0.2)
            before = [self.box(item) for item in ("#time", "#training", "#plane")]
            self.choose("#speed", "2")
            self.click("#play")
            self.wait("playground.facts.state === 'diverged' && !document.getElementById('banner').hidden", timeout=60, what="the divergence")
            expect(self.in_sight("#banner button") and self.in_sight("#banner strong"), f"at {width} px nobody sees the divergence")
            expect([self.box(item) for item in ("#time", "#training", "#plane")] == before, f"at {width} px the message moved the page")
            self.browser.screenshot(os.path.join(self.folder, f"banner-{width}.png"), whole=False)
            self.run("[...document.querySelectorAll('#banner button')].pop().click()")
            expect(self.run("document.getElementById('banner').hidden"), "a message cannot be put aside")
            self.click("#rewind")
            self.wait("playground.facts.state === 'paused'", what="the beginning")
            # A refusal: the field is right, and the lesson it is put into is none.
            self.run("playground.lesson.data.points = 3")
            self.type("#training-form input[min='1'][max='20000']", "7")
            self.wait("document.getElementById('status').classList.contains('error')", what="a refusal")
            expect(self.in_sight("#status"), f"at {width} px nobody sees the refusal")
            expect(self.box("#time")[3] == before[0][3], f"at {width} px the bar grew")

    def check_play_and_the_picture_are_near(self):
        """On a phone and at 200 % zoom the controls of time and a glimpse of the output are beside what one changes."""
        for width, height, share in ((360, 740, 0.16), (640, 450, 0.2)):
            self.open(width=width, height=height)
            for section in ("#data", "#training", "#network", "#progress"):
                self.run(f"document.querySelector({json.dumps(section)}).scrollIntoView()")
                time.sleep(0.1)
                expect(self.in_sight("#play") and self.in_sight("#glimpse"), f"at {width} px Play is out of sight at {section}")
                expect(self.box("#time")[3] <= share * height and self.box(section)[1] >= self.box("#time")[3],
                       f"at {width} px the bar ends at {self.box('#time')[3]}, and {section} begins at {self.box(section)[1]}")
            expect(self.run(COLOURS % "'#glimpse'") > 8, "the glimpse is empty")
            place = lambda item: self.run(f"scrollY + document.querySelector('{item}').getBoundingClientRect().top")
            expect(place("#training") < 2.6 * 900 and place("#closer") > place("#training"), f"at {width} px the rate is at {place('#training')}")
            self.quiet()
        # A focus from the keyboard does not come to lie under the bar.
        self.open()
        self.run("scrollTo(0, document.documentElement.scrollHeight)")
        self.run("document.querySelector('#closer summary').focus()")
        for _ in range(40):
            self.browser.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9, "modifiers": 8})
            self.browser.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9, "modifiers": 8})
            hidden = self.run("""(() => {
              const item = document.activeElement;
              return !item.closest('#time, header') && item.getBoundingClientRect().top < document.getElementById('time').getBoundingClientRect().bottom - 1
                ? `${item.outerHTML.slice(0, 60)} at ${item.getBoundingClientRect().top}, the bar ends at ${document.getElementById('time').getBoundingClientRect().bottom}` : '';
            })()""")
            expect(not hidden, f"under the bar: {hidden}")

    def slow(self, seconds):
        """From now on requests are sent after so many seconds, each of the list once, the others at once."""
        self.run(f"""(() => {{
          const [asked, seconds] = [window.fetch, {seconds}];
          window.fetch = async (...all) => {{
            await new Promise((resolve) => {{ setTimeout(resolve, 1000 * (seconds.shift() ?? 0)); }});
            return asked(...all);
          }};
        }})()""")

    def check_a_slow_server(self):
        """What was asked for first is done first, and what one is at waits for no answer."""
        self.open()
        self.slow([1])
        self.run("document.getElementById('epoch').click(); document.getElementById('play').click();")
        self.wait("playground.facts.epoch > 2 && playground.facts.state === 'playing'", what="an epoch, and training after it")
        self.click("#play")
        self.wait("playground.facts.state === 'paused'")
        self.slow([1, 1])
        self.type("#rate input[type=number]", "0.02")
        time.sleep(0.2)
        self.run("document.querySelector('#rate input[type=number]').select()")
        self.choose("#glance [data-twin=layers] select", "relu")
        self.run("document.querySelector('#rate input[type=number]').select()")
        self.run("playground.idle()")
        self.browser.send("Input.insertText", {"text": "0.5"})
        self.browser.key("Enter", "\r")
        self.settle()
        lesson = self.run("playground.lesson")
        expect(lesson["learningRate"] == 0.5 and lesson["layers"][0]["activation"] == "relu", f"a change is lost: {lesson}")
        self.quiet()

    def check_pictures_of_the_sets(self):
        """Each set of points as it looks, to be pressed; the list beside them says the same."""
        self.open()
        names = self.run("[...document.querySelectorAll('.set')].map((button) => button.title)")
        listed = self.run("[...document.querySelector('#data-form select').options].map((option) => option.textContent.replace(' (numbers)', ''))")
        expect(names == listed, f"pictures of {names}, and names of {listed}")
        for index in range(len(names)):
            self.wait(COLOURS % f"'.set:nth-child({index + 1}) canvas'" + " > 2", what=f"a picture of {names[index]}")
        self.run("document.querySelector('.set[title=Spirals]').click()")
        self.settle()
        expect(self.run("playground.lesson.data.set") == "spirals" and self.run("document.querySelector('#data-form select').value") == "spirals", "other points")
        expect(self.run("[...document.querySelectorAll('.set[aria-pressed=true]')].map((button) => button.title)") == ["Spirals"], "another picture is marked")
        # A reduced page has neither without the other.
        link = self.run("location.href")
        self.browser.open("about:blank")
        self.browser.open(link + "&hide=points")
        self.wait("playground.picture !== null")
        expect(self.run("document.querySelectorAll('.set').length") == len(names), "no pictures to hide")
        expect(not self.run("document.querySelector('.sets').checkVisibility()"), "what hides the list leaves the pictures")
        self.quiet()

    def check_numbers_can_be_typed(self):
        """Beside every slider of a form stands its number."""
        self.open()
        self.type("#rate input[type=number]", "0.02")
        self.wait("playground.lesson.learningRate === 0.02", what="a rate of 0.02")
        self.settle()
        expect(self.run("document.querySelector('#rate input[type=number]').value") == "0.02", "the field says another rate")
        self.browser.key("ArrowUp")
        self.wait("playground.lesson.learningRate === 0.03", what="the next stop by an arrow key")
        self.type("#rate input[type=number]", "5000")
        self.wait("playground.lesson.learningRate === 1000", what="the highest rate")
        self.settle()
        fields = self.run("[...document.querySelectorAll('.range')].map((field) => field.querySelectorAll('input[type=number]').length)")
        expect(len(fields) >= 3 and set(fields) == {1}, f"sliders have {fields} numbers")
        self.type("[aria-label^='Noise, as']", "12.5")
        self.wait("playground.lesson.data.noise === 0.125", what="12.5 % of noise")
        self.settle()
        expect(self.run("document.querySelector(\"[aria-label^='Noise, as']\").value") == "12.5", "the field says another noise")
        self.type("[aria-label^='Noise, as']", "")
        self.settle()
        expect(self.run("playground.lesson.data.noise") == 0.125, "an empty field is a number")
        # As many points as there may be, those by hand among them.
        self.open({"data": {"points": 40, "added": [{"x": 1, "y": 1, "target": 0}]}})
        self.type("#data-form input[min='4']", "20000")
        self.wait("playground.lesson.data.points === 19999", what="the largest number of points")
        self.settle()
        expect(not self.run("document.getElementById('status').classList.contains('error')"), "the field's own limit is refused")
        self.quiet()

    def check_deep_networks_stay_in_reach(self):
        eight = {"layers": [{"units": 8}] * 8}
        self.open(eight)
        expect(self.run("(() => { const s = document.getElementById('diagram-scroll'); return s.scrollWidth <= s.clientWidth; })()"), "eight layers do not fit")
        self.open({"layers": [{"units": 4}] * 7}, width=360, height=740)
        self.run("document.getElementById('network').scrollIntoView()")
        time.sleep(0.2)
        state = "[...document.getElementById('diagram-scroll').classList].sort().join(' ')"
        expect(self.run(state) == "after", f"the diagram that goes on to the right is {self.run(state)!r}")
        expect(self.in_sight(".add-layer") and self.in_sight(".tile.result"), "output and “+ layer” are out of sight")
        self.run("document.getElementById('diagram-scroll').scrollLeft = 150")
        time.sleep(0.2)
        expect(self.run(state) == "after before" and self.in_sight(".add-layer"), f"in the middle it is {self.run(state)!r}")
        self.run("document.getElementById('diagram-scroll').scrollLeft = 9999")
        time.sleep(0.2)
        expect(self.run(state) == "before" and self.in_sight(".add-layer"), f"at its end it is {self.run(state)!r}")
        self.quiet()

    def check_names_are_written_one_way(self):
        self.open({"layers": [{"units": 1, "activation": "leakyReLU"}], "optimizer": "adamW"})
        text = self.run("document.body.innerText + [...document.querySelectorAll('option')].map((option) => option.text).join('\\n')")
        for word in ("leaky ReLU", "softmax cross entropy", "multiclass SVM", "adamW", "1 unit, leaky ReLU"):
            expect(word in text, f"the page does not say “{word}”")
        for word in ("re LU", "adam W", "1 units", "x1 (across)"):
            expect(word not in text, f"the page says “{word}”")
        expect(self.run("document.getElementById('plane-caption').textContent") == "the output, over x₁ (across) and x₂ (up)", "the axes have other names")
        # A table's columns, in the diagram, among the inputs and at the plane.
        path = os.path.join(self.folder, "named.csv")
        with open(path, "w") as file:
            file.write("year,month,kind\n" + "".join(f"{i % 17},{i * i % 11},{'in' if i % 17 > 8 else 'out'}\n" for i in range(60)))
        self.browser.file("#file", path)
        self.wait("playground.lesson.data.set === 'own' && playground.plan.axes[0] === 'year'", what="the table")
        self.settle()
        titles = self.run("[...document.querySelectorAll('.inputs label')].map((label) => label.textContent.trim()).join(', ')")
        expect(titles == "year, month, year², month², year · month, sin year, sin month", f"the inputs are {titles}")
        self.run("document.querySelectorAll('.inputs input')[4].click()")
        self.wait("playground.plan.inputs.length === 3", what="the product")
        self.settle()
        tiles = self.run("[...document.querySelectorAll('.tile.input .name')].map((name) => name.textContent).join(', ')")
        expect(tiles == "year, month, year · month", f"the diagram has {tiles}")
        expect(self.run("[...document.querySelectorAll('#by-hand label span')].map((name) => name.textContent).join()") == "year,month", "the plane's fields have other names")
        self.quiet()
        os.remove(path)

    def check_the_first_row(self):
        """Rate, activation and kind of problem in one glance; a reduced page hides them with their panels."""
        self.open({"layers": [{"units": 3}, {"units": 2, "activation": "relu"}]})
        field = lambda title: f"#glance [data-twin~='{title}'] select"
        self.choose(field("learning-rate"), "0.3")
        self.settle()
        self.choose(field("layers"), "sigmoid")
        self.settle()
        expect(self.run("[playground.lesson.learningRate, ...playground.lesson.layers.map((layer) => layer.activation)]") == [0.3, "sigmoid", "sigmoid"], "the lesson is another")
        self.choose(field("data"), "regression")
        self.wait("playground.plan.task === 'regression'", what="numbers")
        self.settle()
        expect(self.run(f"document.querySelector(\"{field('data')}\").value") == "regression", "the row says another problem")
        self.choose(field("data"), "classification")
        self.wait("playground.lesson.data.set === 'circle' && playground.plan.task === 'classification'", what="the points of before")
        self.settle()
        link = self.run("location.href")
        self.browser.open("about:blank")
        self.browser.open(link + "&hide=learning-rate,data,layers")
        self.wait("playground.picture !== null")
        shown = self.run("[...document.querySelectorAll('#glance .field')].filter((item) => item.checkVisibility()).length")
        expect(shown == 0, f"{shown} hidden controls are in the first row")
        self.quiet()

    def check_how_the_plane_is_drawn(self):
        self.open()
        count = COLOURS % "'#plane'"
        for _ in range(6):
            self.click("#epoch")
        self.wait("playground.facts.epoch === 6")
        time.sleep(0.3)
        image = "document.getElementById('plane').toDataURL()"
        plain, colors = self.run(image), self.run(count)
        ticks = lambda place: self.run(f"document.querySelectorAll('#view input')[{place}].click()")
        ticks(0)
        expect(self.run(image) != plain, "the validation points are still there")
        ticks(0)
        expect(self.run(image) == plain, "the validation points are not back")
        ticks(1)
        discrete = self.run(count)
        expect(discrete < colors, f"{discrete} colors of {colors} are left")
        self.shot("discrete-1280")
        ticks(1)
        expect("100 % sure" in self.run("document.getElementById('legend').textContent"), "the legend does not say what pale means")
        x, y = self.run("(() => { const b = document.querySelector('[data-part=\"unit 0 0\"]').getBoundingClientRect(); return [b.left + 9, b.top + 9]; })()")
        self.browser.move(x, y)
        self.wait("/unit 1 of layer 1, from −[0-9.]+ to [0-9.]+/.test(document.getElementById('plane-caption').textContent)", what="a unit's scale")
        self.browser.move(2, 2)
        self.choose("#data-form select", "plane")
        self.wait("playground.plan.task === 'regression'")
        self.settle()
        ticks(1)
        self.shot("discrete-numbers-1280")
        self.quiet()
