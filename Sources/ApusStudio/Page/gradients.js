// The gradient check: the library's gradients beside differences of the loss, the worst parameter named.

import { element, figure } from './parts.js';

const $ = (id) => document.getElementById(id);

export function wire(measure) {
  $('gradients').addEventListener('click', async () => {
    $('gradients').disabled = true;
    $('gradients-state').textContent = 'comparing with differences …';
    try {
      show(await measure('gradients'));
      $('gradients-state').textContent = '';
    } catch (error) {
      $('gradients-state').textContent = error.message;
    }
    $('gradients').disabled = false;
  });
}

/** What was said of another network. */
export function forget() { $('gradient-result').replaceChildren(); }

const words = {
  ok: ['OK', 'The gradients are those of the loss.'],
  look: ['Check', 'Not as near as it should be: a kink of the loss close to the weights, or very small gradients, may be why. Learn a little, and check again.'],
  bad: ['Problem', 'The gradients are not those of the loss.'],
};

function show(report) {
  const part = element('div', 'finding ' + report.level);
  const line = element('p');
  line.append(element('strong', '', `gradient check: ${words[report.level][0]}`));
  const worst = report.worst;
  if (worst) {
    line.append(` – the largest relative error is ${figure(worst.error)} in ${worst.name} (${worst.place}): gradient `
      + `${figure(worst.gradient)}, differences ${figure(worst.difference)}; expected below ${figure(report.tolerance)}`);
  }
  const more = element('details', 'more');
  more.append(element('summary', '', `All ${report.parameters.length} parameters, on ${report.rows} points at step ${report.step}`));
  const table = element('table');
  const head = table.createTHead().insertRow();
  for (const name of ['parameter', 'shape', 'norm of the gradient', 'relative error']) {
    const cell = element('th', name === 'parameter' ? '' : 'n', name);
    cell.scope = 'col';
    head.append(cell);
  }
  const body = table.createTBody();
  for (const parameter of report.parameters) {
    const row = body.insertRow();
    const name = element('th', '', parameter.name);
    name.scope = 'row';
    name.title = parameter.path;
    row.append(name, element('td', 'n', parameter.shape.join(' × ')), element('td', 'n', figure(parameter.norm)),
      element('td', 'n', figure(parameter.error)));
  }
  const frame = element('div', 'wide');
  frame.append(table);
  more.append(frame);
  part.append(line, element('p', 'muted', words[report.level][1]), more);
  $('gradient-result').replaceChildren(part);
}
