"""Every control once, the keyboard, and the page at four widths in light and dark."""

import time

from common import expect
from every_control import EveryControl


class Looks:
    def check_every_control(self):
        """Each control of each panel once, each menu's every item, in each state that brings others."""
        EveryControl(self).all()
        self.quiet()

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
