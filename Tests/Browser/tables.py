"""Checks of tables of one's own: what they are taken for, how they are read, and lessons that wait for them."""

import os
import time

from common import READY, encoded, expect, started

NOTICE = "document.getElementById('notice').textContent"
STATUS = "document.getElementById('status').textContent"


class Tables:
    def load(self, name, content, selector="#file"):
        """Hands a table in."""
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        self.browser.file(selector, path)
        return path

    YEARS = "year,month,temp\n" + "".join(f"{1950 + i // 12},{i % 12 + 1},{i % 12 / 12 + i / 300:.3f}\n" for i in range(144))

    def check_a_lesson_waits_for_its_table(self):
        """A link with a table of one's own keeps its lesson until the file comes."""
        columns = {"x": "month", "y": "year", "target": "temp"}
        lesson = {"data": {"set": "own", "columns": columns}, "layers": [{"units": 7}, {"units": 5}], "optimizer": "momentum", "learningRate": 0.1}
        self.open(lesson)
        self.wait("!document.getElementById('notice').hidden", what="the notice")
        expect("“month” and “year”" in self.run(NOTICE), f"the notice says {self.run(NOTICE)}")
        self.wait("!location.hash.includes('token') && !location.hash.includes('%20')", what="the page's own address")
        address = self.run("location.href")
        expect("momentum" in address and "month" in address, f"the address is {address}")
        self.shots("waiting-1280")
        self.browser.size(360, 800, True)
        self.shot("waiting-360")
        self.browser.size(1280, 900)
        # Another table is no table for it.
        self.load("wrong.csv", "a,b,c\n" + "".join(f"{i},{i * i % 7},{i % 5}\n" for i in range(30)), "#awaited-file")
        self.wait("document.getElementById('status').classList.contains('error')", what="that it is another table")
        expect("month" in self.run(STATUS) and self.run("location.href") == address, f"said is {self.run(STATUS)}")
        self.load("years.csv", self.YEARS, "#awaited-file")
        self.wait("playground.lesson.data.set === 'own' && document.getElementById('notice').hidden", what="the table")
        self.settle()
        found = self.run("playground.lesson")
        expect([layer["units"] for layer in found["layers"]] == [7, 5] and found["optimizer"] == "momentum" and found["learningRate"] == 0.1, f"the lesson is {found}")
        expect(found["data"]["columns"]["x"] == "month" and self.run("playground.plan.axes[0]") == "month", "the columns are others")
        # And once more after the page is loaded again; without it the address is another.
        time.sleep(0.3)
        address = self.run("location.href")
        self.run("setTimeout(() => location.reload()), 0")
        time.sleep(0.3)
        self.wait(READY + " && !document.getElementById('notice').hidden", what="the lesson that waits")
        time.sleep(0.3)
        expect(self.run("location.href") == address, "the address was overwritten")
        self.run("[...document.querySelectorAll('#notice button')].pop().click()")
        self.wait("document.getElementById('notice').hidden && !location.hash.includes('month')", what="the page without it")
        self.click("#epoch")
        self.wait("playground.facts.epoch === 1", what="the page at work")

    def check_what_a_table_is_taken_for(self):
        self.open()
        rows = [f"{i},{i % 2},{i % 3 + 1},{'' if i % 9 == 4 else 20 + i * 7 % 41},{i * 3.7 % 50:.1f},{'SCQ'[i % 3]}" for i in range(90)]
        self.load("passengers.csv", "number,survived,class of ticket,age,fare,port\n" + "\n".join(rows))
        self.wait("playground.lesson.data.set === 'own'", what="the table")
        self.settle()
        columns = self.run("playground.lesson.data.columns")
        expect((columns["x"], columns["y"], columns["target"]) == ("age", "fare", "survived"), f"taken are {columns}")
        said = self.run(STATUS)
        expect("90 rows, 10 of them left out" in said and "because of its name" in said, f"said is {said}")
        expect("10 rows left out" in self.run("document.getElementById('legend').textContent"), "the legend says nothing of rows left out")
        self.shots("rows-left-out-1280")
        # Texts that are not UTF-8.
        lines = ["größe,breite,art"] + [f"{i % 13},{i * i % 17},{'grün' if i % 13 > 6 else 'rot'}" for i in range(80)]
        for encoding, name in (("latin-1", "Windows-1252"), ("utf-16", "UTF-16"), ("utf-8-sig", None)):
            self.load(f"{encoding}.csv", "\n".join(lines).encode(encoding))
            self.wait(f"{STATUS}.startsWith('{encoding}.csv')", what=f"the table in {encoding}")
            self.settle()
            self.wait("playground.plan.classes.join() === 'grün,rot' && playground.plan.axes[0] === 'größe'", what=f"names in {encoding}")
            expect((name in self.run(STATUS)) if name else "UTF-8" not in self.run(STATUS), f"of {encoding} is said {self.run(STATUS)}")
        # Chosen once more after another set, the table has the columns that it had.
        self.choose("#data-form select", "circle")
        self.settle()
        self.choose("#data-form select", "own")
        self.settle()
        expect(self.run("playground.lesson.data.columns.target") == "art", "other columns")
        self.quiet()

    def check_a_table_of_the_command_line(self):
        """`apus playground --data FILE`: every page is about it, and so is a link to its lesson."""
        path = os.path.join(self.folder, "years.csv")
        with open(path, "w") as file:
            file.write(self.YEARS)
        process, url = started(0, "--data", path)
        try:
            self.browser.open("about:blank")
            self.browser.open(url)
            self.wait(READY, what="the page")
            expect(self.run("playground.plan.axes.join() + playground.plan.target") == "year,monthtemp", "it is about something else")
            self.choose("#data-form select", "xor")
            self.settle()
            self.choose("#data-form select", "own")
            self.settle()
            self.choose("#training-form select", "momentum")
            self.settle()
            self.again(self.run("location.href"))
            expect(self.run("playground.lesson.data.set + playground.lesson.optimizer") == "ownmomentum" and self.run("document.getElementById('notice').hidden"), "the link is lost")
            # A link to another table waits for it.
            other = {"data": {"set": "own", "columns": {"x": "a", "y": "b", "target": "c"}}}
            self.again(url.split("#")[0] + "#lesson=" + encoded(other))
            self.wait(f"{NOTICE}.includes('“a” and “b”')", what="the notice")
            expect("year" in self.run("playground.plan.axes.join()"), "the page is about something else")
        finally:
            process.kill()
            process.wait()
