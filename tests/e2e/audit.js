// Accessibility of a page, checked by hand: names of controls, labels, roles, ids, contrast, target sizes, focus.
// Gives a list of complaints, empty when there are none.
() => {
  const complaints = [];
  const say = (what, node) => complaints.push(`${what}: ${node.outerHTML.slice(0, 120)}`);
  const visible = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const name = (node) => (node.getAttribute("aria-label") || node.textContent || "").trim();
  const root = document.querySelector(".br");

  for (const node of root.querySelectorAll("button, a[href]")) {
    if (!visible(node)) continue;
    if (!name(node)) say("a control without a name", node);
    const box = node.getBoundingClientRect();
    const inline = getComputedStyle(node).display === "inline";
    if (!inline && !node.matches(".br-skip") && Math.min(box.width, box.height) < 24) say("a target below 24 px", node);
  }
  for (const node of root.querySelectorAll("input, textarea, select"))
    if (!node.labels?.length && !node.getAttribute("aria-label")) say("a field without a label", node);
  for (const node of root.querySelectorAll("img")) if (!node.hasAttribute("alt")) say("a picture without alt", node);
  for (const node of root.querySelectorAll("[aria-controls], [aria-describedby], label[for]")) {
    const id = node.getAttribute("aria-controls") || node.getAttribute("aria-describedby") || node.htmlFor;
    if (!document.getElementById(id)) say("points at nothing", node);
  }
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) complaints.push("id twice: " + id);
  if (!root.querySelector('[role="log"][aria-live="polite"]')) complaints.push("no polite live region for answers");
  if (!root.querySelector('[role="status"]')) complaints.push("no status region");
  if (document.querySelectorAll("h1").length !== 1) complaints.push("not exactly one h1");
  if (!document.querySelector("main")) complaints.push("no main landmark");
  if (!document.documentElement.lang) complaints.push("no language");
  if (document.querySelector("[tabindex]:not([tabindex='0']):not([tabindex='-1'])")) complaints.push("a tabindex above 0");

  const parse = (text) => {
    const parts = text.match(/[\d.]+/g).map(Number);
    return { rgb: parts.slice(0, 3), alpha: parts[3] ?? 1 };
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.alpha > 0.99) return colour.rgb;
    }
    return [255, 255, 255];
  };
  for (const node of root.querySelectorAll("*")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    if (!own || !visible(node) || node.closest(".br-sr, [aria-hidden='true'], :disabled, .br-skip")) continue;
    const [high, low] = [luminance(parse(getComputedStyle(node).color).rgb), luminance(ground(node))].sort((a, b) => b - a);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < 4.5) say(`contrast ${ratio.toFixed(2)}`, node);
  }
  return complaints;
};
