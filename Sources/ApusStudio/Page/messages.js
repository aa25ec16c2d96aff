// The line below the controls of time, where it is seen wherever the page stands.

const line = document.getElementById('status');
const seconds = 10;
let timer = 0;

/** A note goes by itself, since it may lie over something; an error stays until a change is taken. */
export function say(text, isError = false) {
  clearTimeout(timer);
  line.textContent = text;
  line.classList.toggle('error', isError);
  if (text && !isError) timer = setTimeout(() => { line.textContent = ''; }, seconds * 1000);
}

export function fail(error) {
  console.info(error.message);
  say(error.message, true);
}
