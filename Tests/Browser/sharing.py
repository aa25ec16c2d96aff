"""Lessons, addresses, reduced pages, and what is taken along."""

import json
import os
import subprocess
import sys
import tempfile
import time

from common import READY, encoded, expect


class Sharing:
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

    def check_lessons_that_are_refused(self):
        self.open({"learningRate": -5})
        expect("learningRate" in self.run("document.getElementById('status').textContent"), "nobody says why")
        expect(self.run("playground.lesson.learningRate > 0"), "the lesson is taken")
        self.wait("!location.hash.includes('token') && !location.hash.includes('learningRate')", what="an address without it")
        self.click("#epoch")
        self.wait("playground.facts.step > 0", what="a session without the lesson")
        # The browser itself says that a request was refused, and nothing else.
        expect(all("422" in error for error in self.browser.errors), f"the console says {self.browser.errors}")

    def check_a_reduced_page(self):
        """A teacher ticks what to hide; who opens the link sees the rest, and keeps the keys while working."""
        self.open({"data": {"set": "gaussians", "classes": 3, "points": 90}, "learningRate": 0.03})
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
        self.browser.open(link.split("#")[0] + "#lesson=" + encoded({"data": {"set": "xor"}}) + "&hide=color&lock=true")
        self.wait(READY, what="the locked page")
        self.wait("document.getElementById('status').textContent.includes('color')", what="the unknown name")
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
        lesson = {"data": {"set": "spirals", "classes": 3, "noise": 0.02}, "layers": [{"units": 7, "activation": "relu"}], "learningRate": 0.01}
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
        self.browser.open(address.split("#")[0] + "#lesson=" + encoded({"color": "red"}))
        self.wait(READY)
        self.wait("document.getElementById('status').textContent.includes('color')", what="the refusal")

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
            [sys.argv[1], "train", "--config", "lesson.yaml", "--out", "run", "--overwrite", "--quiet"], cwd=folder, capture_output=True, text=True)
        expect(trained.returncode == 0, trained.stderr)
        with open(os.path.join(folder, "run/model.safetensors"), "rb") as ours, open(os.path.join(folder, "model.safetensors"), "rb") as page:
            expect(ours.read() == page.read(), "the exported run comes to another model")

    def check_the_report(self):
        """What a run leaves is one small page that needs nothing else, on a wide screen and a phone, in light and dark."""
        with tempfile.TemporaryDirectory() as folder:
            for data, words in (("fish", ("Weight", "typical error", "variance")), ("digits", ("right for", "Confusion matrix"))):
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
