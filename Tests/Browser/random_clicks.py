"""Random clicks and changes in the playground's page, faster than anybody's hand: afterwards page, forms and server agree.

    python3 random_clicks.py APUS [--seconds 60] [--seed 1]

Anything that can be clicked, chosen or typed into is, mostly without waiting for what came of the last one. Then the page
must come to rest with nothing said on the console, the server's network must be the lesson's, and the forms must show it.
The same seed makes the same clicks, but not at the same moments: what fails once is looked for with the clicks that it prints.
"""

import argparse
import os
import random
import sys
import tempfile
import time

from check import Check

CLICK = r"""((seed) => {
  let state = seed;
  const random = (count) => { state = (state * 1103515245 + 12345) % 2147483648; return Math.floor(state / 2147483648 * count); };
  const usable = (item) => !item.disabled && item.type !== 'file' && item.checkVisibility({ visibilityProperty: true })
    && !item.closest('[inert], #export, #share, #classroom');
  const items = [...document.querySelectorAll('button, select, input, summary')].filter(usable);
  const item = items[random(items.length)];
  const tell = (...names) => { for (const name of names) item.dispatchEvent(new Event(name, { bubbles: true })); };
  if (item.tagName === 'SELECT') {
    item.selectedIndex = random(item.options.length);
    tell('change');
  } else if (item.tagName !== 'INPUT' || item.type === 'checkbox' || item.type === 'radio') {
    item.click();
  } else {
    item.focus();
    item.value = item.type === 'range' ? Number(item.min) + random(101) / 100 * (item.max - item.min)
      : ['', '0', '1', '7', '0.5', '-3', '1e9'][random(7)];
    tell('input', 'change');
  }
  return (item.id || item.getAttribute('aria-label') || item.labels?.[0]?.textContent || item.textContent).slice(0, 40);
})(SEED)"""


def one_round(check, chance):
    """Some clicks from the usual page on; gives what is wrong afterwards, and the clicks."""
    check.open({"data": {"points": 80}, "layers": [{"units": 4}, {"units": 2}]})
    clicks = []
    for _ in range(chance.randrange(5, 60)):
        clicks.append(check.run(CLICK.replace("SEED", str(chance.randrange(1, 2**31 - 1)))))
        time.sleep(chance.choice([0, 0, 0, 0.01, 0.05]))
    check.settle()
    wrong = []
    # The browser itself says that a lesson was refused.
    wrong += [error for error in check.browser.errors if "422" not in error]
    if check.run("document.documentElement.dataset.session ?? ''"):
        wrong.append("the session is over")
    units = check.run("playground.lesson.layers.map((layer) => layer.units)")
    planned = check.run("playground.plan.layers.slice(0, -1).map((layer) => layer.units)")
    if planned != units:
        wrong.append(f"the server has layers of {planned} units, the lesson of {units}")
    rate = check.run("playground.lesson.learningRate")
    shown = check.run("Number(document.querySelector('#rate input[type=number]').value)")
    if abs(shown - rate) > 1e-5 * max(1, abs(rate)):
        wrong.append(f"the form has a rate of {shown}, the lesson of {rate}")
    return wrong, clicks


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("apus")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    rounds = count = failures = 0
    with tempfile.TemporaryDirectory() as folder:
        check = Check(os.path.abspath(given.apus), folder)
        try:
            end = time.monotonic() + given.seconds
            while time.monotonic() < end:
                wrong, clicks = one_round(check, chance)
                rounds += 1
                count += len(clicks)
                if wrong:
                    failures += 1
                    print(f"after {clicks}:\n  " + "\n  ".join(wrong[:3]), flush=True)
        finally:
            check.close()
    print(f"{count} random clicks in {rounds} rounds, seed {given.seed}; {failures} rounds with mistakes")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
