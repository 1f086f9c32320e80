// A button that text moves: what streams in above it pushes it away while it is pressed, and a click
// needs the same place twice.

/**
 * Act when a button is pressed, not when it is let go; a keyboard and a finger click as always.
 * @param {HTMLElement} button
 * @param {() => void} act
 * @param {() => boolean} moves whether it may move now; else only a whole click counts
 */
export function onPress(button, act, moves = () => true) {
  let done = false; // with the press: the click that may follow means no second thing
  button.addEventListener("pointerdown", (event) => {
    done = event.button === 0 && event.pointerType !== "touch" && moves();
    if (done) act();
  });
  button.addEventListener("click", (event) => {
    if (!done || !event.detail) act(); // a keyboard's click has no detail
    done = false;
  });
}
