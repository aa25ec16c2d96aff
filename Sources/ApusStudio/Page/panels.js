// What is said of the training: the confusion matrix, the doctor's findings, a divergence, the exports.

import { element, figure } from './parts.js';

export function confusion(box, plan, header) {
  if (header.errors) {
    const table = element('table');
    const body = table.createTBody();
    for (const [name, value] of header.errors) {
      const row = body.insertRow();
      const title = element('th', '', name);
      title.scope = 'row';
      row.append(title, element('td', 'n', figure(value)));
    }
    fill(box, table, plan.validation > 0 ? 'Errors on the points for validation' : 'Errors');
    return;
  }
  if (!header.confusion) return;
  const table = element('table', 'matrix');
  const head = table.createTHead().insertRow();
  head.append(element('td'));
  for (const name of plan.classes) {
    const cell = element('th', 'n', name);
    cell.scope = 'col';
    head.append(cell);
  }
  const body = table.createTBody();
  header.confusion.forEach((counts, truth) => {
    const row = body.insertRow();
    const name = element('th', '', plan.classes[truth]);
    name.scope = 'row';
    row.append(name);
    const total = Math.max(counts.reduce((sum, count) => sum + count, 0), 1);
    counts.forEach((count, predicted) => {
      const cell = element('td', 'n' + (predicted === truth ? ' right' : count > 0 ? ' wrong' : ''), String(count));
      cell.style.setProperty('--share', (count / total).toFixed(3));
      row.append(cell);
    });
  });
  fill(box, table, plan.validation > 0 ? 'True ↓, predicted → on the validation points' : 'True ↓, predicted →');
}

function fill(box, table, title) {
  table.setAttribute('aria-label', title);
  box.replaceChildren(element('p', 'title muted', title), table);
}

export function findings(box, all) {
  const words = { ok: 'OK', look: 'Check', bad: 'Problem' };
  const order = ['bad', 'look', 'ok'];
  const sorted = [...all].sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
  box.replaceChildren(...sorted.map((finding) => {
    const part = element('div', 'finding ' + finding.level);
    const line = element('p');
    line.append(element('strong', '', `${finding.name}: ${words[finding.level]}`), ` – ${finding.figure}; expected ${finding.expected}`);
    part.append(line);
    if (finding.level !== 'ok') part.append(element('p', 'muted', finding.why + (finding.fix ? ' To do: ' + finding.fix : '')));
    return part;
  }));
}

/** What went wrong and where to go back to. */
export function divergence(box, fault, rate, actions) {
  if (!fault) {
    delete box.dataset.key;
    if (!box.hidden) { box.hidden = true; box.replaceChildren(); }
    return;
  }
  const key = JSON.stringify(fault);
  // It may have been put aside.
  if (box.dataset.key === key) return;
  box.dataset.key = key;
  box.hidden = false;
  const title = element('p');
  title.append(element('strong', '', 'Training stopped. '), (fault.place ? fault.place + ': ' : '') + fault.problem + '.');
  const row = element('div', 'row');
  const button = (text, body, className = '') => {
    const result = element('button', className, text);
    result.type = 'button';
    result.addEventListener('click', body);
    row.append(result);
  };
  const lower = Number((rate / 10).toPrecision(2));
  const loss = fault.loss === null ? '' : `, loss ${Number(fault.loss.toPrecision(3))}`;
  button(`Back to step ${fault.good}${loss}, rate ${lower}`, () => actions.goBack(fault.good, lower), 'primary');
  button(`Back to step ${fault.good}`, () => actions.goBack(fault.good, null));
  // It lies over the page.
  button('✕', () => { box.hidden = true; });
  row.lastChild.setAttribute('aria-label', 'put the message aside');
  box.replaceChildren(title, row);
}

export function download(name, content, type = 'text/plain') {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

export function exports(box, note, text, session, fail) {
  const make = (title, body) => {
    const button = element('button', '', title);
    button.type = 'button';
    button.addEventListener('click', () => body().catch(fail));
    return button;
  };
  const tell = (all) => {
    note.textContent = (all.deviation ? `${all.deviation}: rewind and play for a run that these files repeat. ` : '')
      + `They train ${all.epochs} epochs.`;
  };
  const points = (all) => {
    if (all.csv === null) note.textContent = 'The digits are part of Apus: apus train digits has them by name.';
    else download('points.csv', all.csv, 'text/csv');
  };
  const show = (title, content) => {
    const box = element('pre', '', content);
    box.tabIndex = 0;
    box.setAttribute('aria-label', title);
    const copy = element('button', 'small', 'Copy');
    copy.type = 'button';
    copy.addEventListener('click', () => navigator.clipboard?.writeText(content));
    text.replaceChildren(copy, box);
  };
  box.replaceChildren(
    make('Model', async () => download('model.safetensors', await session().model())),
    make('Points (CSV)', async () => { const all = await session().read('export'); tell(all); points(all); }),
    make('YAML', async () => { const all = await session().read('export'); tell(all); show('YAML', all.yaml); download('lesson.yaml', all.yaml); }),
    make('Swift', async () => { const all = await session().read('export'); tell(all); show('Swift', all.swift); }),
    make('Command', async () => {
      const all = await session().read('export');
      tell(all);
      if (all.csv !== null) points(all);
      download('lesson.yaml', all.yaml);
      show('Command', `# in the folder with ${all.csv !== null ? 'points.csv and ' : ''}lesson.yaml\n${all.command}\n`);
    }));
}
