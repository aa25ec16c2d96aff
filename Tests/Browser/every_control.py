"""Every control of the page once: found in the page, in every state that brings others, so that new ones are here by themselves.

A control is known by where it stands and what it is called; numbers in its name do not count, but a layer's form is one of
its own. Menus are taken through all of their items, and each item's parameters are changed once.
"""

import json
import os

from chromium import Failure

FIND = r"""
window.everyControl = (() => {
  const selector = 'button, select, input, textarea, summary, [role=button], [role=switch], [contenteditable=true]';
  const words = (item) => {
    if (item.id) return '#' + item.id;
    if (item.getAttribute('aria-label')) return item.getAttribute('aria-label');
    const label = item.labels?.[0];
    if (label) {
      const copy = label.cloneNode(true);
      copy.querySelectorAll('select, output, input').forEach((part) => part.remove());
      return copy.textContent;
    }
    return item.textContent || item.title || item.name;
  };
  const key = (item) => {
    const place = item.parentElement.closest('[id]')?.id ?? '';
    const layer = item.closest('details[data-layer]')?.dataset.layer ?? '';
    const box = item.closest('.named');
    // An item's parameters are the same in every form that offers it.
    if (item.closest('.parameters') || item.tagName === 'SUMMARY' && box) return ['parameters', box.querySelector('select').value, words(item).trim()].join(' | ');
    const named = item.closest('details[data-named]')?.dataset.named ?? '';
    const kind = item.tagName.toLowerCase() + (item.type && item.tagName === 'INPUT' ? '.' + item.type : '');
    return [place, layer, named, kind, words(item).replace(/\d+([.,]\d+)?/g, '0').replace(/\s+/g, ' ').trim().slice(0, 60)].join(' | ');
  };
  const all = () => [...document.querySelectorAll(selector)];
  const usable = (item) => !item.disabled && item.checkVisibility({ visibilityProperty: true }) && !item.closest('[inert]');
  const find = (wanted) => all().find((item) => usable(item) && key(item) === wanted);
  // What takes others away comes last: a button after the fields, “Remove” after the buttons.
  const rank = (item) => item.closest('#banner') ? -1 : item.id === 'preset' ? 2.5 : /remove|take away|undo/i.test(words(item)) ? 3 : item.tagName === 'BUTTON' ? 2 : item.tagName === 'SUMMARY' ? 0 : 1;
  return {
    keys: () => [...new Set(all().map(key))],
    next: (seen) => {
      const known = new Set(seen);
      // What was unfolded once is unfolded in every state.
      document.querySelectorAll('details:not([open])').forEach((box) => { if (known.has(key(box.querySelector('summary')))) box.open = true; });
      const item = all().filter((item) => usable(item) && item.type !== 'file' && !known.has(key(item))).sort((a, b) => rank(a) - rank(b))[0];
      return item ? { key: key(item), tag: item.tagName, type: item.type ?? '' } : null;
    },
    parameter: (wanted, seen) => {
      const known = new Set(seen);
      const box = find(wanted)?.closest('.named');
      const item = box && [...box.querySelectorAll('summary, input')].find((item) => usable(item) && !known.has(key(item)));
      return item ? { key: key(item), tag: item.tagName, type: item.type ?? '' } : null;
    },
    options: (wanted) => { const item = find(wanted); return { value: item.value, all: [...item.options].map((option) => option.value) }; },
    choose: (wanted, value) => {
      const item = find(wanted);
      if (!item) return;
      item.value = value;
      item.dispatchEvent(new Event('change', { bubbles: true }));
    },
    click: (wanted) => find(wanted)?.click(),
    turn: (wanted) => {
      const item = find(wanted);
      const former = item.value;
      if (item.type === 'range') item.value = Number(item.value) === Number(item.max) ? item.min : item.max;
      else if (item.type === 'number') item.value = Number(item.value || 1) || 0.5;
      item.dispatchEvent(new Event('input', { bubbles: true }));
      item.dispatchEvent(new Event('change', { bubbles: true }));
      return former;
    },
    turnBack: (wanted, value) => {
      const item = find(wanted);
      if (!item) return;
      item.value = value;
      item.dispatchEvent(new Event('input', { bubbles: true }));
      item.dispatchEvent(new Event('change', { bubbles: true }));
    },
  };
})()
"""


class EveryControl:
    def __init__(self, check):
        self.check, self.run = check, check.run
        self.seen, self.met, self.switched = set(), set(), 0

    def call(self, function, *arguments):
        return self.run(f"everyControl.{function}({', '.join(json.dumps(argument) for argument in arguments)})")

    def settle(self, what):
        self.check.settle()
        self.switched += 1
        problem = self.run("document.getElementById('status').classList.contains('error') && document.getElementById('status').textContent")
        if problem:
            raise Failure(f"{what}: {problem}")
        if self.check.browser.errors:
            raise Failure(f"{what}: the console says {self.check.browser.errors[0]}")

    def switch(self, control):
        key, tag, kind = control["key"], control["tag"], control["type"]
        if tag == "SELECT":
            options = self.call("options", key)
            for value in options["all"]:
                self.call("choose", key, value)
                self.settle(f"{key} {value}")
                while parameter := self.call("parameter", key, sorted(self.seen)):
                    self.seen.add(parameter["key"])
                    self.switch(parameter)
            self.call("choose", key, options["value"])
        elif tag == "INPUT" and kind in ("checkbox", "radio"):
            self.call("click", key)
            self.settle(key)
            if kind == "checkbox":
                self.call("click", key)
        elif tag in ("INPUT", "TEXTAREA"):
            former = self.call("turn", key)
            self.settle(key)
            self.call("turnBack", key, former)
        else:
            self.call("click", key)
        self.settle(key)

    def state(self, name, prepare):
        """All that is not known yet in a state of the page."""
        prepare()
        self.run(FIND + ", 0")
        before = len(self.seen)
        while control := self.call("next", sorted(self.seen)):
            self.seen.add(control["key"])
            self.switch(control)
            if len(self.seen) > 2000:
                raise Failure("the controls come to no end")
        # What is there and cannot be used must be met in another state.
        self.met |= set(self.call("keys"))
        print(f"    {len(self.seen) - before:4d} in the state “{name}”", flush=True)

    def all(self):
        check = self.check
        small = {"data": {"points": 60}, "layers": [{"units": 3}, {"units": 2}]}

        def begin(lesson):
            check.open(lesson)
            check.click("#epoch")
            check.wait("playground.facts.step > 0")

        self.state("at the beginning", lambda: begin(small))
        self.state("of several classes, with points by hand", lambda: begin(
            {"data": {"set": "spirals", "classes": 3, "points": 90, "added": [{"x": 1, "y": 1, "target": 0}], "removed": [3]}, "layers": [{"units": 3}]}))
        begin(small)
        for name in self.run("[...document.querySelector('#data-form select').options].map((option) => option.value)"):
            def choose(name=name):
                begin(small)
                check.choose("#data-form select", name)
                check.settle()
            self.state("points: " + name, choose)

        def table():
            begin(small)
            path = os.path.join(check.folder, "every.csv")
            with open(path, "w") as file:
                file.write("a,b,c,d\n" + "".join(f"{i * 0.37 % 5:.2f},{i * i * 0.11 % 3:.2f},{i % 7},{'in' if i % 13 > 6 else 'out'}\n" for i in range(80)))
            check.browser.file("#file", path)
            check.wait("playground.lesson.data.set === 'own'", what="the table")
            check.settle()
            os.remove(path)

        self.state("with a table", table)

        def diverged():
            check.open()
            check.choose("#preset", "rate")
            check.settle()
            check.click("#play")
            check.wait("playground.facts.state === 'diverged' && !document.getElementById('banner').hidden", timeout=60)

        # Each of its buttons ends it, or puts it aside.
        for _ in range(3):
            self.state("after a divergence", diverged)
        never = sorted(key for key in self.met - self.seen if "input.file" not in key)
        if never:
            raise Failure(f"never to be switched: {never[:5]}")
        places = {key.split(" | ")[0] for key in self.seen}
        for place in ("time", "data-form", "training-form", "layers", "diagram", "tools", "by-hand", "inspector", "banner", "downloads"):
            if not any(place in found or found == place for found in places):
                raise Failure(f"no control was found in {place}: {sorted(places)}")
        print(f"    {len(self.seen)} controls, {self.switched} times something was switched")
