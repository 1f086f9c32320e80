// Text that is here and not shown yet. The kernel sends a dozen messages a second, and the eye wants
// more: so what a message brought appears in even steps, the last of them as the next one is due.

import { PAUSE } from "constants";

const SPAN = 1000 * PAUSE; // ms over which text appears, at most
const STEP = 20; // ms between two steps, at least: every second frame
const STRIDE = 34; // ms for which a step counts, at most
const FEW = 6; // characters of a message, about a token, that appear at once
const MANY = 300; // characters that come faster than anybody reads: steps would be work for nothing
const OFTEN = 65; // ms between messages that are steps enough

/** What appears next, in order: texts, and what happens before or between them. */
export class Growth {
  /** @param {() => boolean} isCalm whether nothing is to move, as the person wishes */
  constructor(isCalm) {
    this.isCalm = isCalm;
    /** @type {{text: string, write(part: string): void}[]} */
    this.rest = [];
    this.size = 0; // characters of it
    this.pace = SPAN; // ms between messages, on average; a longer silence counts as one pause
    this.heard = this.until = this.last = 0; // ms: the last message, all is shown, the last step
  }

  /**
   * A message has come: what it brought is shown within its time.
   * @param {number} now
   */
  expect(now) {
    this.pace += (Math.min(now - this.heard, SPAN) - this.pace) / 4;
    this.heard = now;
    this.until = now + (this.pace < OFTEN || this.isCalm() ? 0 : SPAN);
    this.fresh = true;
  }

  /**
   * Let `text` be written, part by part; none is an act of its own.
   * @param {string} text
   * @param {(part: string) => void} write
   */
  add(text, write) {
    this.rest.push({ text, write });
    this.size += text.length;
  }

  /** Let nothing appear that was to. */
  clear() {
    this.rest = [];
    this.size = 0;
  }

  /**
   * How many characters appear now, of so many that are here.
   * @param {number} waiting
   * @param {number} now
   */
  due(waiting, now) {
    if (waiting > MANY || now >= this.until) return Infinity; // as after a while in a hidden tab
    const stride = Math.min(now - this.last, STRIDE);
    if (stride < STEP) return 0;
    const few = this.fresh && waiting <= FEW;
    this.fresh = false;
    this.last = now;
    return few || now + stride >= this.until ? Infinity : Math.ceil((waiting * stride) / (this.until - now));
  }

  /**
   * Let so many characters appear; return how many of them are left to appear elsewhere.
   * @param {number} count
   */
  show(count) {
    while (this.rest.length) {
      const { text, write } = this.rest[0];
      const end = count < text.length ? whole(text, count) : text.length;
      if (text && !end) return 0;
      write(text.slice(0, end));
      this.size -= end;
      count -= end;
      if (end < text.length) {
        this.rest[0].text = text.slice(end);
        return 0;
      }
      this.rest.shift();
    }
    return count;
  }
}

const JOINED = /[\p{M}\p{Emoji_Modifier}\u200d\ufe0f]/u; // to the character before

/**
 * Where to cut a text after `count` units, or soon after: no character is shown by halves.
 * @param {string} text
 * @param {number} count
 */
function whole(text, count) {
  let end = Math.max(0, count);
  while (end > 0 && end < text.length && (isHalf(text, end) || joins(text, end))) end++;
  return end;
}

const isHalf = (text, at) => (text.charCodeAt(at) & 0xfc00) === 0xdc00;

function joins(text, at) {
  return text[at - 1] === "\u200d" || JOINED.test(String.fromCodePoint(text.codePointAt(at)));
}

/**
 * Take from `root` all that comes after its first `shown` characters, for `growth` to put back.
 * @param {Element} root
 * @param {number} shown
 * @param {Growth} growth
 */
export function hold(root, shown, growth) {
  const walker = document.createTreeWalker(root);
  let before = 0;
  let node = walker.nextNode();
  for (; node; node = walker.nextNode()) {
    if (node.nodeType !== Node.TEXT_NODE) continue;
    const { length } = /** @type {Text} */ (node);
    if (before + length > shown) break;
    before += length;
  }
  if (!node) return;
  const text = /** @type {Text} */ (node);
  const later = [];
  while ((node = walker.nextNode())) later.push([node, node.parentNode]);
  const end = whole(text.data, shown - before);
  growth.add(text.data.slice(end), (part) => text.appendData(part));
  text.data = text.data.slice(0, end);
  later.forEach(([each, parent]) => holdNode(each, parent, growth));
}

function holdNode(node, parent, growth) {
  node.remove();
  growth.add("", () => parent.append(node));
  if (node.nodeType !== Node.TEXT_NODE) return;
  const text = node.data;
  node.data = "";
  growth.add(text, (part) => node.appendData(part));
}
