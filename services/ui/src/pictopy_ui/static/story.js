// A story: one slide after the other, progress on top. Left and right, space to pause, Escape to close; click the
// left or right side; hold to pause. Nothing advances by itself for those who asked for less motion.

const SLIDE_MS = 5000;

function element(tag, css, text = "") {
  const made = document.createElement(tag);
  made.className = css;
  made.textContent = text;
  return made;
}

function picture(css, src, alt) {
  const made = element("img", css);
  Object.assign(made, { src, alt, decoding: "async" });
  return made;
}

function slideOf({ src, alt }) {
  const slide = element("div", "slide");
  slide.append(picture("backdrop", src, ""), picture("photo", src, alt));
  return slide;
}

function control(css, text, label, onclick) {
  const made = element("button", css, text);
  Object.assign(made, { type: "button", ariaLabel: label, onclick });
  return made;
}

class Viewer {
  constructor(root, data, close) {
    Object.assign(this, { root, slides: data.slides, close, at: 0, spent: 0, last: 0 });
    this.isPaused = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.views = [];
    this.build(data);
    this.show(0);
  }

  build(data) {
    const bars = element("div", "bars");
    this.bars = data.slides.map(() => bars.appendChild(element("span", "")).appendChild(element("i", "")));
    const head = element("div", "head");
    this.pause = control("", "", "Pause", () => this.toggle());
    const ways = element("span", "");
    ways.append(this.pause, control("", "✕", "Close", this.close));
    head.append(element("strong", "", data.title), ways);
    this.caption = element("div", "caption");
    this.caption.ariaLive = "polite";
    const back = control("side back", "", "Previous photo", () => this.step(-1));
    const on = control("side on", "", "Next photo", () => this.step(1));
    for (const side of [back, on]) this.holds(side);
    this.root.append(bars, head, back, on, this.caption);
    this.root.onkeydown = (event) => this.key(event);
  }

  holds(side) {
    side.onpointerdown = () => (this.isHeld = true);
    side.onpointerup = side.onpointerleave = () => (this.isHeld = false);
  }

  key(event) {
    const acts = { ArrowRight: () => this.step(1), ArrowLeft: () => this.step(-1), " ": () => this.toggle(), Escape: this.close };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  view(at) {
    if (!this.slides[at]) return null;
    if (!this.views[at]) this.root.prepend((this.views[at] = slideOf(this.slides[at])));
    return this.views[at];
  }

  show(at) {
    this.at = at;
    this.spent = 0;
    this.view(at);
    this.view(at + 1);
    this.views.forEach((view, index) => view?.classList.toggle("is-on", index === at));
    this.bars.forEach((bar, index) => (bar.style.width = index < at ? "100%" : "0"));
    this.caption.replaceChildren(this.slides[at].caption, element("small", "", this.slides[at].reason));
    this.label();
  }

  label() {
    this.pause.textContent = this.isPaused ? "▶" : "❚❚";
    this.pause.ariaLabel = this.isPaused ? "Play" : "Pause";
  }

  toggle() {
    this.isPaused = !this.isPaused;
    this.label();
  }

  step(by) {
    const next = this.at + by;
    if (next >= this.slides.length) this.finish();
    else this.show(Math.max(0, next));
  }

  finish() {
    this.bars.at(-1).style.width = "100%";
    this.isPaused = true;
    this.spent = 0;
    this.label();
  }

  tick(now) {
    const photo = this.views[this.at]?.querySelector(".photo");
    if (!this.isPaused && !this.isHeld && !document.hidden && photo?.complete) {
      this.spent += Math.min(100, now - this.last);
      this.bars[this.at].style.width = `${Math.min(100, (100 * this.spent) / SLIDE_MS)}%`;
      if (this.spent >= SLIDE_MS) this.step(1);
    }
    this.last = now;
    if (this.root.isConnected) requestAnimationFrame((later) => this.tick(later));
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".viewer");
  const close = () => setTriggerValue("close", true);
  if (root.viewer && root.story === data.id) {
    root.viewer.close = close;
    return;
  }
  root.story = data.id;
  root.replaceChildren();
  root.viewer = new Viewer(root, data, close);
  root.focus({ preventScroll: true });
  requestAnimationFrame((now) => root.viewer.tick(now));
}
