// One element that shows HTML made (and escaped) in Python, and tells Python what was clicked, typed or scrolled to.
// Elements say what they mean by data-act and further data-* values. The old tree is patched, not replaced, so that
// pictures do not flicker and neither focus nor half-typed names are lost.

function sync(from, to) {
  for (const { name } of [...from.attributes]) if (!to.hasAttribute(name)) from.removeAttribute(name);
  for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
}

function isSame(was, now) {
  return was.nodeName === now.nodeName && (was.dataset?.id ?? "") === (now.dataset?.id ?? "");
}

function patch(from, to) {
  const old = [...from.childNodes];
  const fresh = [...to.childNodes]; // `to` itself shrinks while its nodes move over
  fresh.forEach((now, index) => {
    const was = old[index];
    if (!was) from.appendChild(now);
    else if (!isSame(was, now)) was.replaceWith(now);
    else if (was.nodeType === Node.TEXT_NODE) {
      if (was.data !== now.data) was.data = now.data;
    } else {
      sync(was, now);
      patch(was, now);
    }
  });
  old.slice(fresh.length).forEach((node) => node.remove());
}

function isPlain(event) {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".canvas");
  const send = (element, more = {}) => setTriggerValue("act", { ...element.dataset, ...more });

  root.onclick = (event) => {
    const element = event.target.closest("[data-act]");
    if (!element || element.tagName === "FORM" || !isPlain(event)) return;
    event.preventDefault();
    send(element);
  };
  root.onsubmit = (event) => {
    event.preventDefault();
    send(event.target, Object.fromEntries(new FormData(event.target)));
  };

  if (root.shown === data.html) return;
  root.shown = data.html;
  const fresh = document.createElement("template");
  fresh.innerHTML = data.html;
  patch(root, fresh.content);

  root.sight?.disconnect();
  const awaited = root.querySelector("[data-when='seen']");
  if (!awaited) return;
  root.sight = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    root.sight.disconnect();
    send(awaited);
  }, { rootMargin: "900px" });
  root.sight.observe(awaited);
}
