// Puts the page together: one lesson, one session, and what comes of it.

import * as address from './address.js';
import * as closer from './closer.js';
import { forgetColors } from './colors.js';
import * as digit from './digit.js';
import * as ending from './ending.js';
import * as flow from './flow.js';
import * as hiding from './hiding.js';
import * as lesson from './lesson.js';
import * as lessons from './lessons.js';
import { menus } from './menus.js';
import { fail } from './messages.js';
import * as network from './network.js';
import * as panels from './panels.js';
import * as pictures from './pictures.js';
import * as plane from './plane.js';
import * as race from './race.js';
import { Session, keepToken } from './server.js';
import * as sets from './sets.js';
import { state } from './state.js';
import * as time from './time.js';
import * as tools from './tools.js';
import * as waiting from './waiting.js';

const $ = (id) => document.getElementById(id);

function wire() {
  time.wire();
  tools.wire();
  address.wire({ take: lesson.take, setSpeed: time.setSpeed });
  lessons.wire({ take: (chosen) => lesson.take(chosen).then(() => time.order('rewind')), setSpeed: time.setSpeed });
  network.setActions({
    limits: () => menus.limits,
    addLayer: () => lesson.change((lesson) => { lesson.layers.push(structuredClone(menus.layer)); }),
    // Of the lesson's own number: a second press may come before the first one's picture, as may the end of the layer.
    addUnits: (layer, count) => layer < state.lesson.layers.length && lesson.change(({ layers }) => {
      layers[layer].units = Math.min(Math.max(layers[layer].units + count, 1), menus.limits.units);
    }),
    setWeight: (path, index, value) => time.order('weight', { path, index, value }),
  });
  closer.wire({
    order: (name, members) => state.session.order(name, members), read: (name, members) => state.session.read(name, members),
    tools: tools.offer,
  });
  race.setActions({ order: (what) => time.order('race', { what }), change: lesson.change, menus: () => menus, lesson: () => state.lesson });
  digit.setActions((members) => time.order('draw', members), network.setInputImage);
  panels.exports($('downloads'), $('export-note'), $('export-text'), () => state.session, fail);
  $('doctor').addEventListener('click', () => {
    $('doctor').disabled = true;
    $('doctor-state').textContent = 'examining a copy …';
    time.order('doctor');
  });
  window.addEventListener('resize', plane.draw);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    forgetColors();
    for (const part of [network, flow, digit, race, sets]) part.redraw();
    plane.draw();
  });
  window.addEventListener('pagehide', (event) => { if (!event.persisted) state.session.close(); });
}

// MARK: The beginning

/** Asks for a session; while the server makes one, the page is put together. */
function start() {
  hiding.read(location.hash);
  const speed = address.speedOfAddress();
  if (speed !== undefined) time.showSpeed(speed);
  open(address.lessonOfAddress());
  wire();
  lesson.showUsual();
}

/** Asks for a session with a lesson, and where that is refused for one without. */
function open(wanted) {
  state.session = new Session(wanted, state.speed, take, ending.end);
  state.session.opened.catch((error) => {
    // Without a lesson there is nothing that could have been refused but the page itself.
    if (!wanted || error.status !== 422) {
      // The address that is put in the place of this one is given its lesson.
      if (wanted) [state.lesson, state.preset] = [wanted, address.presetOfAddress()];
      return ending.fail(error);
    }
    open(null);
    if (waiting.isFor(wanted, error)) lesson.wait(wanted);
    else fail(error);
    keepToken();
  });
}

function take(header, bytes) {
  if (header.kind === 'session') begin(header);
  else pictures.take(header, bytes);
}

function begin(answer) {
  state.preset = address.presetOfAddress();
  lesson.begin(answer);
  address.reduce();
  document.documentElement.dataset.ready = 'true';
  // The browser keeps tokens and addresses far from the page: the first picture does not wait for that.
  setTimeout(() => { keepToken(); address.remember(); }, 100);
}

/** For the tests in a browser. */
window.playground = {
  get lesson() { return state.lesson; },
  get facts() { return state.facts; },
  get plan() { return state.plan; },
  get picture() { return state.picture; },
  get counts() { return pictures.counts; },
  idle: lesson.idle,
};

start();
