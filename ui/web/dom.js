// Small tools for the page: elements, icons, the clipboard, what the browser keeps. Texts are only ever set as text,
// never as markup, so nothing that a customer or a shop writes can become an element.

const $ = (selector) => element.querySelector(selector);
const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  send: ["M12 19V5", "M5.5 11.5 12 5l6.5 6.5"],
  stop: ["M6.5 6.5h11v11h-11z"],
  plus: ["M12 5.5v13", "M5.5 12h13"],
  down: ["M12 5.5v13", "M6 12.5l6 6 6-6"],
  chevron: ["M6.5 9.5 12 15l5.5-5.5"],
  copy: ["M9 9h10v10H9z", "M15 9V5H5v10h4"],
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  retry: ["M19 12a7 7 0 1 1-2.2-5.1", "M19.2 3.8v4h-4"],
  up: ["M7.5 11v8.5H5V11z", "M7.5 11l4-7c1.4 0 2.3 1 2 2.4L12.9 9.5h5c1.1 0 1.9 1 1.6 2.1l-1.6 6.5a1.9 1.9 0 0 1-1.8 1.4H7.5"],
  thumb_down: ["M16.500 13V4.500H19V13z", "M16.500 13l-4 7c-1.400 0-2.300-1-2-2.400l.6-3.100h-5c-1.100 0-1.900-1-1.600-2.100l1.600-6.500A1.900 1.900 0 0 1 7.900 4.500h8.600"],
  pen: ["M5 19l1-4L16.500 4.500l3 3L9 18z", "M14.500 6.500l3 3"],
  person: ["M12 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7z", "M5 19.500c.6-3.400 3.400-5.500 7-5.500s6.400 2.100 7 5.500"],
};

/** An element with its attributes and children; a string child becomes text. A null attribute or child is left out. */
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children) if (child !== null && child !== undefined) node.append(child);
  return node;
}

function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "br-icon br-icon-" + name);
  for (const d of ICONS[name]) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

/** A button that shows only an icon; its label is what a screen reader says and what hovering shows. */
function iconButton(name, label, onclick) {
  return el("button", { type: "button", class: "br-tool", "aria-label": label, title: label, onclick }, icon(name));
}

async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Not permitted: fall through to the way that needs no permission.
    }
  }
  const field = el("textarea", { class: "br-sr", readonly: true, "aria-hidden": "true" });
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  return copied;
}

/** What the browser keeps for this page. A browser that refuses storage still gets a working chat, without memory. */
const keep = {
  get(name) {
    try {
      return localStorage.getItem("backroom." + name);
    } catch {
      return null;
    }
  },
  set(name, value) {
    try {
      if (value === null || value === "") localStorage.removeItem("backroom." + name);
      else localStorage.setItem("backroom." + name, value);
    } catch {
      // No storage: nothing to do.
    }
  },
};

/** A name that nobody else uses, without needing a secure context (crypto.randomUUID does). */
function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
