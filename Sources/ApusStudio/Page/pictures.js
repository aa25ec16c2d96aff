// What the stream brings: plans, pictures of the training, and findings; each goes to the parts of the page that show it.

import * as closer from './closer.js';
import * as curves from './curves.js';
import * as digit from './digit.js';
import * as figures from './figures.js';
import * as flow from './flow.js';
import * as hiding from './hiding.js';
import { setTask } from './lesson.js';
import { menus } from './menus.js';
import * as network from './network.js';
import * as panels from './panels.js';
import * as plane from './plane.js';
import * as race from './race.js';
import { state } from './state.js';
import { goBack } from './time.js';
import * as tools from './tools.js';

const $ = (id) => document.getElementById(id);

let isAsked = false;
let lastFigures = 0;

/** How many pictures came and how many were drawn: for the tests. */
export const counts = { pictures: 0, drawn: 0 };

export function take(header, bytes) {
  if (header.kind === 'plan') {
    takePlan(header, bytes);
  } else if (header.kind === 'picture') {
    if (header.plan === state.plan?.plan) takePicture(header, bytes);
  } else if (header.kind === 'race') {
    race.take(header, bytes);
  } else if (header.kind === 'doctor') {
    $('doctor').disabled = false;
    $('doctor-state').textContent = '';
    panels.findings($('findings'), header.findings);
  }
}

function takePlan(header, bytes) {
  const former = state.plan;
  const count = header.points;
  const plan = {
    ...header, points: new Float32Array(bytes.buffer, 0, 4 * count), validation: count - header.training,
    inputImages: bytes.subarray(16 * count),
  };
  const isSameTask = former && former.task === plan.task && former.classes.join() === plan.classes.join()
    && Boolean(former.projection) === Boolean(plan.projection) && Boolean(former.image) === Boolean(plan.image);
  state.plan = plan;
  state.picture = null;
  plane.setPlan(plan);
  digit.setPlan(plan);
  race.setPlan(plan);
  network.setPlan(plan, menus.limits);
  flow.reset(plan.layers.length);
  closer.setPlan(plan, state.lesson);
  tools.setPlan(plan);
  if (!isSameTask) { $('confusion').replaceChildren(); tools.offer(); setTask(plan.task); }
  hiding.apply();
  ask();
}

function takePicture(header, bytes) {
  const { plan } = state;
  if (header.curves) curves.setCurves(header.curves);
  curves.addPoint(header.curve, header.isLookingBack);
  const weightCount = plan.layers.reduce((sum, layer) => sum + layer.inputs * layer.units + layer.units, 0);
  const unitCount = plan.layers.slice(0, -1).reduce((sum, layer) => sum + layer.units, 0);
  const size = plan.grid ** 2;
  const start = 4 * (weightCount + unitCount);
  const end = start + (plan.task === 'classification' ? 2 * size : size);
  state.picture = {
    weights: new Float32Array(bytes.buffer, 0, weightCount),
    scales: new Float32Array(bytes.buffer, 4 * weightCount, unitCount),
    output: bytes.subarray(start, end),
    units: bytes.subarray(end),
  };
  state.facts = header;
  closer.take(header);
  counts.pictures += 1;
  ask();
}

/** Shows the last picture as what it is: nothing is played any more. */
export function stop() {
  if (!state.picture) return;
  state.facts = { ...state.facts, state: 'over' };
  ask();
}

function ask() {
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(draw);
}

/** Draws the newest picture, or the points alone as long as there is none. */
function draw() {
  isAsked = false;
  const { plan, picture, facts } = state;
  if (!picture) return plane.draw();
  counts.drawn += 1;
  plane.setPicture(picture);
  network.setPicture(picture, facts.state === 'playing');
  // Text and curves need not keep up with the pictures.
  const now = performance.now();
  if (facts.state === 'playing' && now - lastFigures < 100) return;
  lastFigures = now;
  figures.show(facts);
  digit.setPicture(facts);
  curves.draw();
  if (facts.gradients.length) flow.add(facts.gradients, facts.movement, dead(plan, picture));
  panels.confusion($('confusion'), plan, facts);
  panels.divergence($('banner'), facts.divergence, state.lesson.learningRate, { goBack });
}

/** Of each hidden layer the share of units that say the same all over the plane. */
function dead(plan, picture) {
  const size = plan.grid ** 2;
  let start = 0;
  return plan.layers.slice(0, -1).map((layer) => {
    let count = 0;
    for (let unit = 0; unit < layer.units; unit++, start += size) {
      let [least, most] = [255, 0];
      // Every seventh place is enough to tell.
      for (let place = start; place < start + size; place += 7) {
        const value = picture.units[place];
        if (value < least) least = value;
        if (value > most) most = value;
      }
      if (most - least <= 1) count += 1;
    }
    return count / layer.units;
  });
}
