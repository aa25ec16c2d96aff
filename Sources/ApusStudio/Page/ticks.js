// Round numbers along an axis.

/** For positive numbers by their logarithm: the ends of the axis, 1, 2 or 5 times a power of ten, and some ticks between. */
export function logarithmic(least, largest, most = 5) {
  const grid = [];
  for (let power = Math.floor(Math.log10(least)) - 1; power <= Math.ceil(Math.log10(largest)) + 1; power++) {
    for (const digit of [1, 2, 5]) grid.push({ value: Number(`${digit}e${power}`), digit });
  }
  const first = grid.findLastIndex(({ value }) => value <= least);
  const last = Math.max(grid.findIndex(({ value }) => value >= largest), first + 1);
  let ticks = grid.slice(first, last + 1);
  if (ticks.length > most) {
    // Powers of ten, and where there are many every second, third …
    const tens = ticks.filter(({ digit }) => digit === 1);
    const every = Math.ceil(tens.length / most);
    ticks = tens.filter((_, index) => (tens.length - 1 - index) % every === 0);
  }
  return { low: grid[first].value, high: grid[last].value, ticks: ticks.map(({ value }) => value) };
}

/** For parts of a whole, at least from a half. */
export function shares(least) {
  const low = Math.max(Math.min(0.5, Math.floor(least * 4) / 4), 0);
  const ticks = [0, 0.25, 0.5, 0.75, 1].filter((tick) => tick >= low);
  return { low, high: 1, ticks };
}
