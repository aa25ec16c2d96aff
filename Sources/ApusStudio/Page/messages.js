// The line below the controls of time.

const line = document.getElementById('status');

export function say(text, isError = false) {
  line.textContent = text;
  line.classList.toggle('error', isError);
}

export function fail(error) {
  console.info(error.message);
  say(error.message, true);
}
