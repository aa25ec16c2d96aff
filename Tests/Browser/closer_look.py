"""The doctor, the gradient check, and what is folded until it is asked for."""

import json
import time

from common import expect


class CloserLook:
    def click_the_first_point(self):
        """With the tool at hand, by the fields below the plane."""
        self.run("""(() => {
          const { points } = playground.plan;
          document.getElementById('hand-x').value = points[0];
          document.getElementById('hand-y').value = points[1];
          document.getElementById('hand-do').click();
        })()""")

    def check_the_doctor(self):
        self.open()
        self.choose("#preset", "zeros")
        self.settle()
        self.click("#doctor")
        self.wait("document.querySelectorAll('.finding').length > 3", timeout=90, what="findings")
        expect(self.run("document.querySelectorAll('.finding.bad, .finding.look').length") > 0, "all is well with weights of zero")
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
        self.wait("document.querySelector('#gradient-result .finding.ok') !== null", timeout=60, what="right gradients")
        text = self.run("document.getElementById('gradient-result').textContent")
        expect("OK" in text and ("layer" in text or "output" in text) and "relative error" in text, f"the finding is {text}")
        expect(self.run("document.querySelectorAll('#gradient-result tbody tr').length") == 6, "not every parameter is there")
        self.click("#gradient-result summary")
        self.shot("gradients-1280")
        # Another network has another finding.
        self.choose("#preset", "xor")
        self.settle()
        self.wait("document.getElementById('gradient-result').children.length === 0 && !document.getElementById('gradients').disabled", what="no finding")
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

    def check_measurements_while_lessons_change(self):
        # One waits for the other, and by its turn the lesson has fewer points: nothing is refused.
        self.open({"data": {"points": 200}, "layers": [{"units": 8}, {"units": 8}]})
        for panel in ("landscape", "graph"):
            self.click(f"#{panel} summary")
        self.choose("#graph-point", "200")
        for name in ("circle", "dropout", "xor", "dropout"):
            self.choose("#preset", name)
            self.click("#landscape-again")
            self.click("#graph-now")
        self.settle()
        self.wait("document.getElementById('graph-point').value === '80' && document.getElementById('graph-picture').textContent.includes('on point 80')", timeout=60, what="the last point that there is")
        self.wait("!document.getElementById('landscape-state').textContent && document.querySelector('#landscape-picture .now') !== null", timeout=60, what="the map")
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
