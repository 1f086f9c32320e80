// Asks whether the prompts that wait are to be sent. Not shown, it only tells the kernel which cells wait:
// the front-end extension knows, if it is there.

import { Channel } from "../channel.js";
import { announce, element } from "../dom.js";
import { views } from "../views.js";

const HERE = 5000; // ms between two signs of life

/** @type {Map<string, Channel>} by view: what is shown answers on the way that is open */
const channels = new Map();

/**
 * @param {Channel} channel
 * @param {object} words
 */
const say = (channel, words) => channel.send({ at: Date.now(), ...words });

/** @type {Widget} */
export default {
  initialize({ model }) {
    const view = model.get("view");
    const channel = new Channel(model, view);
    channels.set(view, channel);
    const cells = /** @type {any} */ (views).waiting?.(channel.kernel?.id) ?? null;
    say(channel, { cells });
    const here = setInterval(() => say(channel, {}), HERE);
    const gone = () => say(channel, { answer: "gone" });
    addEventListener("pagehide", gone);
    return () => {
      clearInterval(here);
      removeEventListener("pagehide", gone);
      channels.delete(view);
      channel.close();
    };
  },
  render({ model, el }) {
    const channel = channels.get(model.get("view"));
    const box = element("div", "claude-nb-guard");
    box.setAttribute("role", "group");
    const text = element("span");
    text.textContent = `${model.get("question")}.`;
    box.append(text);
    for (const [word, label] of [["go", "Go"], ["cancel", "Cancel"]]) {
      const button = element("button", `claude-nb-guard-${word}`);
      button.type = "button";
      button.textContent = label;
      button.addEventListener("click", () => {
        for (const each of box.querySelectorAll("button")) each.disabled = true;
        if (channel) say(channel, { answer: word });
      });
      box.append(button);
    }
    el.append(box);
    announce(`${text.textContent} Go or Cancel?`);
  },
};
