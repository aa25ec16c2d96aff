"""Training by hand: time, weights and points, divergence, a race."""

import json
import time

from common import expect


class Training:
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
        # From the weights of one unit to those of another that has fewer.
        self.click(".tile[data-layer='1'][data-unit='0']")
        self.run("[...document.querySelectorAll('#inspector input')].at(-1).focus()")
        self.click(".tile[data-layer='2'][data-unit='1']")
        expect(self.run("document.querySelector('#inspector h3').textContent") == "the output B", "other weights")
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
        self.wait("document.getElementById('banner').hidden && playground.lesson.learningRate < 1", what="the good state")
        self.settle()
        self.click("#play")
        self.wait("playground.facts.state === 'playing' && playground.facts.curve[2] < 1", what="going on")
        self.click("#play")
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
        expect("Who is first" in self.run("document.getElementById('race-result').textContent"), "the race says nothing")
        self.click("#race-play")
        self.wait("document.documentElement.dataset.race === 'running' && document.querySelectorAll('#race-chart polyline').length === 3", what="the running race")
        self.click("#race-play")
        self.wait("document.documentElement.dataset.race === 'paused'", what="the pause")
        expect(self.run("playground.facts.step") == 0, "the lesson trained too")
        self.choose("#speed", "")
        self.click("#race-play")
        self.wait("document.documentElement.dataset.race === 'paused' && document.getElementById('race-result').textContent.startsWith('Momentum was first')", timeout=60, what="momentum first")
        words = self.run("document.getElementById('race-result').textContent")
        print("    " + words)
        expect("sgd after" in words, f"the race says {words}")
        pictures = self.run("""[...document.querySelectorAll('.racer canvas')].map((canvas) =>
          new Set(canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data).size)""")
        expect(len(pictures) == 3 and min(pictures) > 8, f"the pictures have {pictures} colors")
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
