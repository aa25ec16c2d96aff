"""Checks of what lasts and what ends: addresses, sessions, the past, and the figures of it."""

import json
import signal
import socket
import time

from common import READY, encoded, expect, started

NOTICE = "document.getElementById('notice').textContent"
SHOWN = "Boolean(document.querySelector(%s)?.checkVisibility())"


class Lasting:
    def again(self, address):
        """The page from an address, as from a bookmark."""
        self.browser.open("about:blank")
        self.browser.open(address)
        self.wait(READY, what="the page from its address")

    # Time

    def check_the_past_in_the_curves(self):
        self.open()
        for _ in range(12):
            self.click("#epoch")
        self.wait("playground.facts.epoch === 12", what="twelve epochs")
        expect(self.run("document.querySelectorAll('.chart .marker').length") == 0, "a marker before one looks back")
        self.run("(() => { const s = document.getElementById('scrub'); s.value = 5; s.dispatchEvent(new Event('input')); })()")
        self.wait("document.querySelectorAll('#loss-chart .marker, #accuracy-chart .marker').length === 2", what="the marker")
        loss, legend, step = self.run("[document.getElementById('loss').textContent, document.getElementById('loss-chart').textContent, playground.facts.step]")
        expect(f"training {loss}" in legend and "at epoch" in legend and 0 < step < 252, f"the bar says {loss}, the legend {legend}")
        left, right = self.run("[Number(document.querySelector('#loss-chart .marker').getAttribute('x1')), Number(document.querySelector('#loss-chart .training').getAttribute('points').split(' ').pop().split(',')[0])]")
        expect(abs((left - 46) / (right - 46) - step / 252) < 0.02, f"the marker of step {step} is at {left} of {right}")
        self.shots("past-1280")
        self.browser.size(360, 800, True)
        time.sleep(0.3)
        self.shot("past-360")
        # What comes next is the present again.
        self.click("#batch")
        self.wait(f"playground.facts.step === {step + 1} && document.querySelectorAll('.chart .marker').length === 0", what="the present")
        self.quiet()

    def check_no_step_from_nowhere(self):
        """At the end of a run, and after a divergence, what would do nothing cannot be pressed."""
        able = "['play', 'sample', 'batch', 'epoch'].map((id) => !document.getElementById(id).disabled).join()"
        self.open({"epochs": 2})
        self.click("#play")
        self.wait("playground.facts.state === 'finished'", what="the end")
        self.wait(f"{able} === 'false,false,false,false'", what="no further step")
        self.click("#rewind")
        self.wait(f"{able} === 'true,true,true,true'", what="the beginning")
        self.choose("#preset", "rate")
        self.settle()
        self.click("#play")
        self.wait("playground.facts.state === 'diverged'", timeout=60, what="the divergence")
        self.wait(f"{able} === 'false,false,false,false'", what="no step from there")
        diverged = self.run("playground.facts.step")
        # Another rate goes on with the last good weights.
        self.run("""(() => {
          const input = document.querySelector('#rate input');
          input.value = input.type === 'range' ? 6 : 0.01;
          input.dispatchEvent(new Event('change', { bubbles: true }));
        })()""")
        self.wait(f"playground.facts.state === 'paused' && document.getElementById('banner').hidden && {able} === 'true,true,true,true'", what="the good state")
        expect(self.run("playground.facts.step") < diverged and self.run("playground.facts.curve[2] < 2"), "the weights are those that diverged")
        self.click("#play")
        self.wait("playground.facts.epoch > 3 && playground.facts.state === 'playing'", what="going on")
        self.click("#play")
        self.quiet()

    # Sessions

    def check_the_server_goes_and_another_comes(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        process, first = started(port)
        other = None
        try:
            self.browser.size(1280, 900)
            self.browser.open("about:blank")
            self.browser.open(first + "&lesson=" + encoded({"data": {"set": "xor"}, "layers": [{"units": 6}]}))
            self.wait(READY, what="the page")
            self.click("#play")
            self.wait("playground.facts.step > 50 && playground.facts.state === 'playing'")
            process.send_signal(signal.SIGKILL)
            process.wait()
            # What is asked of it now is kept.
            self.choose("#data-form select", "moons")
            self.wait(f"{NOTICE}.includes('server is gone')", what="the notice")
            self.wait("location.hash.includes('moons')", what="the change in the address")
            self.notice_lasts()
            self.shots("gone-1280")
            self.browser.size(360, 800, True)
            self.shot("gone-360")
            self.browser.size(1280, 900)
            # Another on the same port: the page's token is none of its own.
            other, second = started(port)
            self.run("setTimeout(() => document.querySelector('#notice button').click()), 0")
            self.wait(f"document.documentElement.dataset.session === 'none' && {NOTICE}.includes('token')", what="the one screen")
            for selector in ("main", "#time", "#status", "#preset-field"):
                expect(not self.run(SHOWN % json.dumps(selector)), f"{selector} is shown")
            self.shots("other-token-1280")
            # Its address, put into the same tab, goes on with the lesson.
            self.browser.open(second)
            self.wait(READY, what="the page of the new server")
            self.wait("!location.hash.includes('token')")
            expect(self.run("playground.lesson.data.set") == "moons" and self.run("playground.lesson.layers[0].units") == 6, "the lesson is lost")
            # A page that was not loaded again.
            other.send_signal(signal.SIGKILL)
            other.wait()
            other, third = started(port)
            self.wait(f"{NOTICE}.includes('started again')", what="what became of the server")
            self.notice_lasts()
            self.browser.open(third)
            self.wait(READY + " && playground.lesson.data.set === 'moons'", what="the page of the third")
        finally:
            for server in (process, other):
                if server and server.poll() is None:
                    server.kill()
                    server.wait()

    def notice_lasts(self):
        """Nothing is left that looks alive, and nothing takes the notice away."""
        self.wait("document.getElementById('play-word').textContent === 'Play'", what="an end of “Pause”")
        expect(self.run("document.getElementById('steps').textContent === playground.facts.step.toLocaleString('en')"), "the figures are not the last ones")
        expect(self.run("document.getElementById('pace').textContent") == "–", "steps are still counted")
        expect(self.run("document.querySelector('#time').inert && document.querySelector('main').inert && document.querySelector('#preset-field').inert"), "controls can be used")
        before = self.run("[document.getElementById('notice').textContent, JSON.stringify(playground.lesson)]")
        self.browser.key(" ", " ")
        self.click("#play")
        self.choose("#data-form select", "circle")
        time.sleep(0.4)
        expect(self.run("[document.getElementById('notice').textContent, JSON.stringify(playground.lesson)]") == before, "something changed")
        expect("fetch" not in self.run("document.body.innerText"), "the browser's own words are shown")

    def check_a_session_that_is_over(self):
        self.open({"data": {"set": "moons"}, "layers": [{"units": 5}]})
        self.click("#epoch")
        self.wait("playground.facts.epoch === 1")
        self.run("""(() => {
          const id = /sessions\\/([0-9a-z]+)\\//.exec(performance.getEntriesByType('resource').map((entry) => entry.name).find((name) => name.includes('/orders')))[1];
          return fetch(`/api/sessions/${id}/close`, { method: 'POST', headers: { 'X-Apus-Token': localStorage.getItem('apus-token'), 'Content-Type': 'application/json' }, body: '{}' });
        })().then(() => true)""")
        self.wait(f"{NOTICE}.includes('session is over')", what="the notice")
        self.notice_lasts()
        self.shot("over-1280")
        self.run("setTimeout(() => document.querySelector('#notice button').click()), 0")
        time.sleep(0.3)
        self.wait(READY + " && document.getElementById('notice').hidden", what="another session")
        expect(self.run("playground.lesson.data.set") == "moons" and self.run("playground.lesson.layers.length") == 1, "the lesson is lost")

    def check_two_tabs_side_by_side(self):
        self.open({"data": {"set": "moons"}})
        first = self.browser.session
        self.click("#epoch")
        self.wait("playground.facts.epoch === 1")
        address = self.run("location.href.split('#')[0]")
        target = self.browser.send("Target.createTarget", {"url": address}, session=None)["targetId"]
        try:
            self.browser.session = self.browser.send("Target.attachToTarget", {"targetId": target, "flatten": True}, session=None)["sessionId"]
            self.browser.send("Runtime.enable")
            self.wait(READY, what="the second tab, by the token that the first one kept")
            self.choose("#preset", "xor")
            self.run("playground.idle()")
            self.click("#epoch")
            self.wait("playground.facts.epoch === 1 && playground.lesson.data.set === 'xor'", what="training in the second")
            self.browser.session = first
            expect(self.run("[playground.lesson.data.set, playground.facts.epoch].join()") == "moons,1", "one tab changes the other")
            self.click("#epoch")
            self.wait("playground.facts.epoch === 2", what="training in the first")
        finally:
            self.browser.session = first
            self.browser.send("Target.closeTarget", {"targetId": target}, session=None)
        self.quiet()

    def check_back_and_forward(self):
        """From another page and back: the lesson is there, and nothing is said that is not so."""
        self.open()
        self.choose("#preset", "xor")
        self.settle()
        self.choose("#speed", "20")
        time.sleep(0.2)
        self.browser.open("data:text/html,elsewhere")
        self.wait("document.body.textContent === 'elsewhere'")
        self.run("history.back(), 0")
        self.wait(READY, what="the page again")
        expect(self.run("playground.lesson.data.set") == "xor", "another lesson")
        expect(self.run("document.getElementById('speed').value") == "20", "another speed")
        self.click("#epoch")
        self.wait("playground.facts.epoch > 0 && document.getElementById('notice').hidden", what="a session that works")

    # The address

    def check_a_lesson_keeps_its_name(self):
        state = "[...document.querySelectorAll('#preset, #sentences')].map((item) => item.selectedOptions?.[0].textContent ?? item.textContent.slice(0, 17)).join(' | ')"
        self.open()
        expect(self.run(state) == "A circle | Each hidden unit ", f"it begins with {self.run(state)}")
        self.choose("#preset", "xor")
        self.settle()
        self.choose("#data-form input[type=number]", "77")
        self.settle()
        changed = "XOR with a hidden layer, changed | Four hidden units"
        expect(self.run("playground.lesson.data.points") == 77 and self.run(state) == changed, f"the list says {self.run(state)}")
        address = self.run("location.href")
        self.again(address)
        expect(self.run(state) == changed and self.run("playground.lesson.data.points") == 77, f"the address brings {self.run(state)}")
        self.shot("changed-lesson-1280")
        # Chosen once more, it is as it was; of other points it is another lesson.
        self.choose("#preset", "xor")
        self.settle()
        expect(self.run("playground.lesson.data.points") == 300 and self.run(state) == changed.replace(", changed", ""), f"the list says {self.run(state)}")
        self.choose("#data-form select", "spirals")
        self.settle()
        expect(self.run(state) == "of your own | ", f"the list says {self.run(state)}")
        self.quiet()

    def check_the_speed_lasts(self):
        # Large enough that it does not come to its end meanwhile.
        self.open({"layers": [{"units": 8}] * 6, "epochs": 100_000})
        speed = "document.getElementById('speed').value"
        self.choose("#speed", "")
        self.wait("location.hash.includes('speed=full')", what="the speed in the address")
        self.again(self.run("location.href"))
        expect(self.run(speed) == "", "another speed")
        self.click("#play")
        self.wait("playground.facts.stepsPerSecond > 2500", what="as fast as it can")
        self.click("#play")
        self.wait("playground.facts.state === 'paused'")
        # A lesson that wants time brings its own, and leaves the other as it was.
        self.choose("#preset", "ravine")
        self.settle()
        expect(self.run(speed) == "20", "the ravine is too fast")
        self.click("#play")
        time.sleep(2)
        self.click("#play")
        self.wait("playground.facts.state === 'paused'")
        expect(self.run("playground.facts.step") < 120 and self.run("playground.facts.curve[2]") > 0.05, f"nothing creeps: {self.run('[playground.facts.step, playground.facts.curve]')}")
        self.again(self.run("location.href"))
        expect(self.run(speed) == "20" and "ravine" in self.run("document.getElementById('preset').value"), "the address has another speed")
        self.choose("#preset", "xor")
        self.settle()
        self.quiet()

    # Figures

    def check_figures_are_short(self):
        self.open({"data": {"set": "plane", "classes": 1}, "layers": [], "optimizer": "sgd", "learningRate": 12}, width=360, height=800)
        expect(self.run("document.querySelectorAll('#loss-chart circle').length") > 0, "no point before the first step")
        for _ in range(4):
            self.click("#batch")
        self.wait("playground.facts.step === 4 || playground.facts.state === 'diverged'")
        self.settle()
        figures = self.run("""[...document.querySelectorAll('.figures dd, .chart text, .key, #confusion td, .flow td')]
          .map((item) => item.textContent.replace(/^(training|validation|epoch) /, '')).filter((text) => /\\d/.test(text))""")
        expect(any("e" in figure for figure in figures), f"no large number among {figures}")
        expect(max(map(len, figures)) <= 8 and not any("e+" in figure for figure in figures), f"the figures are {figures}")
        time.sleep(0.2)
        self.shots("figures-360")
        self.quiet()

    def check_the_race_is_seen_whole(self):
        """Every curve within the picture, ticks that are round, text of the page's size on a phone."""
        self.open({"data": {"set": "plane", "classes": 1}, "layers": [{"units": 4}], "race": {"racers": [{"optimizer": "adam", "learningRate": 0.02}, {"optimizer": "momentum", "learningRate": 0.02}, {"optimizer": "adam", "learningRate": 30}], "goal": 0.3}})
        self.choose("#speed", "2000")
        self.click("#race summary")
        self.wait("document.querySelectorAll('#race-chart svg').length === 1", what="the race")
        self.click("#race-play")
        self.wait("document.documentElement.dataset.race === 'running'")
        time.sleep(2)
        self.wait("document.querySelectorAll('#race-chart circle').length >= 2", what="two at the goal")
        flat = self.run("""[...document.querySelectorAll('#race-chart polyline')].map((line) => {
          const heights = line.getAttribute('points').split(' ').slice(-6).map((point) => point.split(',')[1]);
          return new Set(heights).size === 1 && [10, 168].includes(Number(heights[0]));
        })""")
        expect(not any(flat), "a curve lies flat on the border")
        ticks = self.run("[...document.querySelectorAll('#race-chart .grid + text')].map((item) => item.textContent)")
        expect(len(ticks) >= 2 and all(tick.lstrip("0.")[0] in "125" for tick in ticks), f"the ticks are {ticks}")
        reached = self.run("document.getElementById('race-result').textContent")
        print("    " + reached)
        self.run("document.getElementById('race').scrollIntoView()")
        self.shots("race-whole-1280")
        self.browser.size(360, 800, True)
        time.sleep(0.6)
        wide, shown = self.run("(() => { const svg = document.querySelector('#race-chart svg'); return [Number(svg.getAttribute('viewBox').split(' ')[2]), svg.getBoundingClientRect().width]; })()")
        expect(abs(wide - shown) < 8, f"{wide} are shown as {shown} px")
        self.shot("race-whole-360")
        self.quiet()
